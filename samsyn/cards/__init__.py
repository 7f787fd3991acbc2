"""The cards of the notebook: one record or code at a time, one key for each decision.

A queue (:mod:`samsyn.cards.screening_queue`, ...) holds what is done in plain Python; a card shows it.
"""
