// What the cards share: elements made of text only, keys, numbered messages to Python.

/** An element; children are texts or elements, so that nothing from a file is ever read as HTML. */
function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === "onclick") made.addEventListener("click", value);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value != null) made.setAttribute(key, value);
  }
  made.append(...children.flat().filter((child) => child != null && child !== false));
  return made;
}

function filled(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
}

/** A card: draws `model.state`, sends what keys and buttons ask for, says when no answer comes. */
class Card {
  constructor({ model, el }) {
    this.model = model;
    this.words = model.get("words");
    this.view = Math.random().toString(36).slice(2);
    this.sent = 0;
    this.unanswered = null;
    this.root = element("section", {
      class: "samsyn-card", tabindex: 0, lang: model.get("language"), "aria-label": this.words.card,
      // keeps Jupyter's one-letter commands away; stopping the event does not
      "data-lm-suppress-shortcuts": "true",
    });
    this.said = element("div", { class: "hidden", role: "status" });
    el.replaceChildren(this.root);
    this.onState = () => this.answered();
    model.on("change:state", this.onState);
    this.root.addEventListener("keydown", (event) => this.pressed(event));
    this.draw();
  }

  get state() { return this.model.get("state"); }

  /** Send a message; the answer is the next state. Keys wait until it is there. */
  ask(action, details = {}) {
    if (this.unanswered) return;
    this.unanswered = { do: action, ...details, view: this.view, n: ++this.sent };
    this.send();
  }

  send() {
    this.lost = false;
    clearTimeout(this.timer);
    const given_up = () => { this.lost = true; this.draw(); };
    this.timer = setTimeout(given_up, 8000);
    // a page whose kernel is gone may refuse to send at all
    try { this.model.send(this.unanswered); } catch { clearTimeout(this.timer); given_up(); }
  }

  answered() {
    const { asked_by, answered } = this.state;
    if (this.unanswered && asked_by === this.view && answered === this.unanswered.n) {
      clearTimeout(this.timer);
      this.failed = this.state.fault && !this.state.done ? this.unanswered : null;
      this.unanswered = null;
      this.lost = false;
      this.mode = "";
    }
    this.draw();
  }

  tryAgain() {
    if (this.unanswered) this.send();
    else if (this.failed) { const { view, n, do: action, ...details } = this.failed; this.ask(action, details); }
  }

  pressed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const inText = event.target.matches("input:not([type=radio]):not([type=checkbox]), textarea");
    if (inText && event.key !== "Escape" && !(event.key === "Enter" && !event.shiftKey)) return;
    if (event.target.matches("button") && (event.key === "Enter" || event.key === " ")) return;
    // a key that is held down decides once
    if (event.repeat) { event.preventDefault(); return; }
    const button = this.root.querySelector(`[data-key="${CSS.escape(event.key.length === 1 ? event.key.toLowerCase() : event.key)}"]`);
    if (!button || button.disabled) return;
    event.preventDefault();
    button.click();
  }

  button(key, text, onclick, { main = false, ...attributes } = {}) {
    return element(
      "button", { type: "button", class: main ? "main" : "quiet", "data-key": key, "aria-keyshortcuts": key, onclick, ...attributes },
      element("kbd", { "aria-hidden": "true" }, key === "Enter" ? "⏎" : key === "Escape" ? "Esc" : key.toUpperCase()), text,
    );
  }

  /** Draw the card anew; the keys stay where they were. */
  draw() {
    const active = this.root.contains(document.activeElement) ? document.activeElement : null;
    const key = active?.dataset?.key, name = active?.getAttribute?.("name");
    const parts = this.lost || this.state.fault ? [this.alert(), ...this.parts()] : this.parts();
    this.root.replaceChildren(...parts, this.said);
    if (active && active !== this.root) {
      const again = (key && this.root.querySelector(`[data-key="${CSS.escape(key)}"]`)) || (name && this.root.querySelector(`[name="${CSS.escape(name)}"]`));
      (again || this.root).focus({ preventScroll: true });
    }
  }

  say(text) { if (this.said.textContent !== text) this.said.textContent = text; }

  alert() {
    const saved = !this.lost && this.state.done;
    return element("div", { class: "alert", role: "alert" },
      element("p", {}, saved ? "" : element("b", {}, `${this.words.not_saved}. `), this.lost ? this.words.no_answer : this.state.fault),
      this.button("r", this.words.try_again, () => this.tryAgain(), { main: true }));
  }

  remove() { clearTimeout(this.timer); this.model.off("change:state", this.onState); }
}
