// What the cards share: elements made of text only, keys, numbered messages to Python.

/** An element; children are texts or elements, so that nothing from a file is ever read as HTML. */
function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (value === true) made.setAttribute(key, "");
    else if (value !== false && value != null) made.setAttribute(key, value);
  }
  made.append(...children.flat().filter((child) => child != null && child !== false));
  return made;
}

function filled(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
}

/** A text with its first `n` numbers in bold. */
function withNumbers(text, n = 9) {
  return text.split(/(\d[\d.,]*\d|\d)/).map((part, place) => (place % 2 && place < 2 * n ? element("b", {}, part) : part));
}

/** Runs of [text, form, mark] as nodes; a form is of this list, whatever a state says. */
function formattedRuns(runs) {
  return runs.map(([text, form, mark]) => {
    let node = document.createTextNode(text);
    for (const name of form.split(" ").reverse()) if (["i", "b", "sub", "sup"].includes(name)) node = element(name, {}, node);
    return mark ? element("mark", { class: mark === "for" ? "for" : "against" }, node) : node;
  });
}

const KEEPS_AWAY = "data-lm-suppress-shortcuts";

/** A card: draws `model.state`, sends what keys and buttons ask for, says when no answer comes. */
class Card {
  constructor({ model, el }) {
    this.model = model;
    this.words = model.get("words");
    this.view = Math.random().toString(36).slice(2);
    this.sent = 0;
    this.unanswered = null;
    this.mode = "";
    this.root = element("section", {
      class: "samsyn-card", tabindex: 0, lang: model.get("language"), "aria-label": this.words.card,
      // keeps Jupyter's one-letter commands away; stopping the event does not
      [KEEPS_AWAY]: "true",
    });
    // stays in the page while the rest is drawn anew, or a screen reader does not hear it
    this.said = element("div", { class: "hidden", role: "status" });
    this.root.append(this.said);
    el.replaceChildren(this.root);
    this.onState = () => this.answered();
    this.onLetters = () => this.draw();
    model.on("change:state", this.onState);
    model.on("change:letter_keys", this.onLetters);
    this.root.addEventListener("keydown", (event) => this.pressed(event));
    this.onSave = (event) => this.letSave(event);
    window.addEventListener("keydown", this.onSave, true);
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
    clearTimeout(this.looking);
    clearTimeout(this.timer);
    const giveUp = () => { this.lost = true; this.draw(); };
    this.timer = setTimeout(giveUp, 8000);
    // a page whose kernel is gone may refuse to send at all
    try { this.model.send(this.unanswered); } catch { clearTimeout(this.timer); giveUp(); }
  }

  answered() {
    const { asked_by, answered } = this.state;
    if (this.unanswered && asked_by === this.view && answered === this.unanswered.n) {
      clearTimeout(this.timer);
      this.failed = this.state.fault ? this.unanswered : null;
      this.unanswered = null;
      this.lost = false;
      if (!this.state.fault) this.mode = "";
    }
    this.draw();
  }

  tryAgain() {
    if (this.unanswered) this.send();
    else if (this.failed) { const { view, n, do: action, ...details } = this.failed; this.ask(action, details); }
  }

  /** Ask what is computed beside, once the reader pauses, and again ever more seldom while it is not there:
   * a state that did not change is not sent. A key pressed meanwhile goes first. */
  lookLater(asked = 0) {
    clearTimeout(this.looking);
    if (!this.state.look_again || this.lost || asked > 20) return;
    this.looking = setTimeout(() => {
      try { if (!this.unanswered) this.model.send({ do: "look" }); } catch { return; }
      this.lookLater(asked + 1);
    }, 1500 + 500 * asked);
  }

  turnTo(mode) { this.mode = mode; this.draw(); }

  pressed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    // a letter would choose in the closed list, and Enter press a button of the card
    if (event.target.matches("select") && event.key !== "Escape") {
      if (event.key.length === 1 && event.key !== " ") event.preventDefault();
      return;
    }
    const inText = event.target.matches("input:not([type=radio]):not([type=checkbox]), textarea, select");
    if (inText && event.key !== "Escape" && !(event.key === "Enter" && !event.shiftKey)) return;
    if (event.target.matches("button, a, summary") && (event.key === "Enter" || event.key === " ")) return;
    if (event.key.length === 1 && !this.model.get("letter_keys")) return;
    // a key that is held down decides once
    if (event.repeat && !inText) { event.preventDefault(); return; }
    const button = this.root.querySelector(`[data-key="${CSS.escape(event.key.length === 1 ? event.key.toLowerCase() : event.key)}"]`);
    if (!button || button.disabled) return;
    event.preventDefault();
    button.click();
  }

  /** Ctrl+S saves the notebook from within the card too: Jupyter looks at it after the window does. */
  letSave(event) {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "s") return;
    this.root.removeAttribute(KEEPS_AWAY);
    setTimeout(() => this.root.setAttribute(KEEPS_AWAY, "true"));
  }

  button(key, text, onclick, { main = false, ...attributes } = {}) {
    const shown = key === "Enter" ? "⏎" : key === "Escape" ? "Esc" : key.toUpperCase();
    const acts = key.length > 1 || this.model.get("letter_keys");
    return element(
      "button", { type: "button", class: main ? "main" : "quiet", "data-key": key, "aria-keyshortcuts": acts && key, onclick, ...attributes },
      acts && element("kbd", { "aria-hidden": "true" }, shown), text,
    );
  }

  /** Draw the card anew; the keys, and the place in a text field, stay where they were. */
  draw() {
    const active = this.root.contains(document.activeElement) ? document.activeElement : null;
    const key = active?.dataset?.key, name = active?.getAttribute?.("name"), value = active?.value;
    const place = active?.matches?.("textarea") ? [active.selectionStart, active.selectionEnd] : null;
    const parts = this.mode === "help" ? [this.help()] : this.parts();
    if (this.lost || this.state.fault) parts.splice(this.alertAt ?? 0, 0, this.alert());
    for (const child of [...this.root.children]) if (child !== this.said) child.remove();
    this.root.append(...parts.filter(Boolean));
    if (active && active !== this.root) {
      const again = (key && this.root.querySelector(`[data-key="${CSS.escape(key)}"]:not(:disabled)`))
        || (name && (this.root.querySelector(`[name="${CSS.escape(name)}"][value="${CSS.escape(value ?? "")}"]`) || this.root.querySelector(`[name="${CSS.escape(name)}"]`)));
      (again || this.root).focus({ preventScroll: true });
      if (place && again?.setSelectionRange) again.setSelectionRange(...place);
    }
    // an alert must be seen, however far down the card one reads
    const alerts = Boolean(this.lost || this.state.fault);
    if (alerts && !this.alerted) this.root.querySelector(".alert")?.scrollIntoView({ block: "nearest" });
    this.alerted = alerts;
    this.lookLater();
  }

  /** For a screen reader; the same words twice are said twice. */
  say(text) {
    if (this.said.textContent !== text) this.said.textContent = text;
  }

  alert() {
    const again = this.lost || this.state.try_again, words = this.words;
    return element("div", { class: "alert", role: "alert" },
      element("p", {}, element("b", {}, again ? words.not_saved : words.not_done), ". ", this.lost ? words.no_answer : this.state.fault,
        again && !this.lost && ` ${words.kept_here}`),
      again && element("div", { class: "buttons" }, this.button("r", words.try_again, () => this.tryAgain(), { main: true })));
  }

  /** All keys: parts of [heading, [[key, text], ...]] from `keyList()`, and the switch for one-letter keys. */
  help() {
    const words = this.words, on = this.model.get("letter_keys");
    return element("div", { class: "help" },
      element("h2", {}, words.all_keys),
      element("div", { class: "keylists" }, this.keyList().map(([heading, keys]) => element("div", {},
        element("h3", {}, heading),
        element("dl", {}, keys.map(([key, text]) => element("div", {}, element("dt", {}, element("kbd", {}, key)), element("dd", {}, text))))))),
      element("div", { class: "switch" },
        element("label", {},
          element("input", { type: "checkbox", role: "switch", name: "letters", checked: on, "aria-describedby": `${this.view}-why`, onchange: () => this.switchLetters() }),
          element("b", {}, words.keys_switch)),
        element("small", { id: `${this.view}-why` }, words.keys_why)),
      element("div", { class: "buttons" }, this.button("Escape", words.close, () => this.turnTo(""), { main: true })));
  }

  switchLetters() {
    this.model.set("letter_keys", !this.model.get("letter_keys"));
    this.model.save_changes();
    this.draw();
  }

  remove() {
    clearTimeout(this.timer);
    clearTimeout(this.looking);
    window.removeEventListener("keydown", this.onSave, true);
    this.model.off("change:state", this.onState);
    this.model.off("change:letter_keys", this.onLetters);
  }
}
