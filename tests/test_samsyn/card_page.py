"""A card on a page of its own: the browser draws it and its keys go to Python, without a Jupyter server.

For what does not depend on Jupyter: how each state looks, whether a screen reader can use it.
"""

from samsyn.cards.card import Card

_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Card</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<body data-jp-theme-light="{light}" style="margin: 0; background: {ground}"><main><h1 style="position: absolute; clip-path: inset(50%)">Card</h1><div id="card"></div></main></body></html>"""
_MODEL = """async (script) => {
  const held = await traits();
  const listeners = {};
  window.model = {
    get: (name) => held[name],
    set() {}, save_changes() {},
    on: (name, call) => { (listeners[name] ??= []).push(call); },
    off: (name, call) => { listeners[name] = (listeners[name] ?? []).filter((each) => each !== call); },
    send: async (message) => { held.state = await take(message); (listeners["change:state"] ?? []).forEach((call) => call()); },
  };
  const module = await import(URL.createObjectURL(new Blob([script], { type: "text/javascript" })));
  module.default.render({ model: window.model, el: document.getElementById("card") });
}"""


def show(browser, card: Card, *, width: int = 1280, height: int = 900, light: bool = True, zoom: float = 1):
    """A page with the card on it; its keys are answered by the card at once."""
    page = browser.new_page(viewport={"width": int(width / zoom), "height": int(height / zoom)}, device_scale_factor=zoom)

    def take(message):
        card._take(None, message, None)
        return card.state

    page.expose_function("take", take)
    page.expose_function("traits", lambda: {
        name: getattr(card, name) for name in card.trait_names(sync=True) if not name.startswith("_")
        and name in {"state", "words", "language", "codes", "directions"}
    })  # fmt: skip
    ground = "#fff" if light else "#111"
    page.set_content(_PAGE.format(light=str(light).lower(), ground=ground))
    page.add_style_tag(content=card._css)
    page.evaluate(_MODEL, card._esm)
    page.wait_for_selector(".samsyn-card")
    page.focus(".samsyn-card")
    return page


def press(page, *keys: str) -> None:
    """Press keys, each when the one before it was answered."""
    for key in keys:
        page.keyboard.press(key)
        page.wait_for_timeout(60)
