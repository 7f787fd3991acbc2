"""Clean pages for those who do not program: a card in the browser, with no code around it.

``samsyn open`` starts them (:mod:`samsyn.pages.server`); a page's address says what it shows and for whom
(:mod:`samsyn.pages.address`); its cell puts the card there (:mod:`samsyn.pages.content`).
"""
