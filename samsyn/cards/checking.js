// The checking card: a record's words, what is suggested there and why, one key for each decision.

const ARROWS = { ArrowLeft: "←", ArrowRight: "→" };
// keys that stand for others: [ and ] take two hands on many keyboards
const ALSO = { ",": "[", ".": "]", ";": "{", ":": "}" };
const STAYING = ["span", "direction"];
const LONG = 3500;

class CheckingCard extends Card {
  get codes() { return this.model.get("codes"); }
  code(id) { return this.codes.find((code) => code.id === id) ?? { id, label: id, allowed: [], beside: [] }; }
  get directions() { return this.model.get("directions"); }
  directionOf(id) { return this.directions.find((each) => each.id === id); }

  constructor(context) {
    super(context);
    this.root.classList.add("checking");
    this.root.addEventListener("mouseup", () => setTimeout(() => this.takeSelection()));
    // fields and marks came after the first drawing
    this.onCodes = () => this.draw();
    this.model.on("change:codes", this.onCodes);
    // where nothing is selected, the page hears of it and not the card
    this.onCopy = (event) => this.copy(event);
    document.addEventListener("copy", this.onCopy);
    this.leaveWhatIsGone();
  }

  remove() {
    super.remove();
    this.model.off("change:codes", this.onCodes);
    document.removeEventListener("copy", this.onCopy);
  }

  /** Changes of words and direction wait for one another, so that none is lost before the key that saves. */
  ask(action, details = {}) {
    this.later ??= [];
    if (this.unanswered && STAYING.includes(action) && STAYING.includes(this.unanswered.do)) { this.later.push([action, details]); return; }
    super.ask(action, { record_id: this.state.record?.record_id ?? "", ...(this.state.view === "settle" ? { code_id: this.state.code_id } : {}), ...details });
  }

  answered() {
    const asked = this.unanswered;
    if (asked && this.state.asked_by === this.view && this.state.answered === asked.n) {
      if (!STAYING.includes(asked.do) && !this.state.fault && this.panel !== "definition") this.panel = "";
      // words chosen anew wait for another code
      if (!STAYING.includes(asked.do) && !this.state.fault) this.draft = {};
      this.moved = true;
      if (this.state.fault) this.later = [];
    }
    this.leaveWhatIsGone();
    super.answered();
    if (!this.unanswered && this.later?.length) this.ask(...this.later.shift());
  }

  /** What was begun on another record, or on a disagreement that is another by now, is not gone on with. */
  leaveWhatIsGone() {
    const { record, code_id, sides } = this.state, about = JSON.stringify([record?.record_id, code_id, sides]);
    if (this.about !== undefined && this.about !== about) {
      if (this.panel !== "definition") this.panel = "";
      this.draft = {};
      this.settled = null;
    }
    this.about = about;
  }

  /** The words in the frame: selecting them marks them here, and leaves nothing selected to be copied. */
  copy(event) {
    const { view, span } = this.state, framed = view === "record" || (view === "settle" && this.panel === "third");
    const at = document.activeElement, isHere = this.root.contains(at) && !at.matches("input, textarea");
    if (!isHere || !document.getSelection().isCollapsed || !framed || !span || this.mode) return;
    event.clipboardData.setData("text/plain", span.text);
    event.preventDefault();
  }

  takeSelection() {
    if (!["record", "settle"].includes(this.state.view) || this.state.view === "settle" && this.panel !== "third") return;
    const chosen = selectedWords(this.root);
    if (!chosen) return;
    this.root.ownerDocument.getSelection().removeAllRanges();
    this.ask("span", chosen);
  }

  pressed(event) {
    const inText = event.target.matches("input:not([type=radio]):not([type=checkbox]), textarea, select");
    // panels that have no button for it are left by Escape too
    if (event.key === "Escape" && this.panel && !this.root.querySelector('[data-key="Escape"]')) { event.preventDefault(); this.leave(); return; }
    const also = ALSO[event.key];
    // AltGr, which Danish keyboards need for [ and ], comes as Ctrl and Alt
    const brackets = event.getModifierState?.("AltGraph") && "[]{}".includes(event.key);
    if (inText || !(also || brackets) || !this.model.get("letter_keys")) { super.pressed(event); return; }
    const button = this.root.querySelector(`[data-key="${CSS.escape(also ?? event.key)}"]`);
    if (button && !button.disabled) { event.preventDefault(); button.click(); }
  }

  button(key, text, onclick, options = {}) {
    const made = super.button(key, text, onclick, options), shown = made.querySelector("kbd");
    if (shown && ARROWS[key]) shown.textContent = ARROWS[key];
    return made;
  }

  /** R rejects here, so trying again has another key. */
  alert() {
    const said = super.alert(), again = said.querySelector('[data-key="r"]');
    again?.replaceWith(this.button("t", this.words.try_again, () => this.tryAgain(), { main: true }));
    return said;
  }

  open(panel) { this.panel = this.panel === panel ? "" : panel; this.focusOn = this.panel; this.draw(); }

  draw() {
    super.draw();
    if (this.focusOn) {
      this.root.querySelector(`[data-panel="${CSS.escape(this.focusOn)}"] :is(input, textarea)`)?.focus();
      this.focusOn = "";
    }
    if (this.moved) {
      this.moved = false;
      // nearest: nothing moves where the words are in sight
      this.root.querySelector("mark.asked")?.scrollIntoView({ block: "nearest" });
    }
  }

  parts() {
    const { view, said } = this.state;
    this.panel ??= ""; this.draft ??= {};
    this.say(said || "");
    const strip = this.strip();
    const lettersOff = !this.model.get("letter_keys") && element("p", { class: "letters" }, this.words.keys_off);
    if (view === "done") return [strip, ...this.done(), lettersOff];
    if (view === "settle") return [strip, ...this.settling(), lettersOff];
    const [beside, ...below] = this.middle();
    return [strip, element("div", { class: "beside" }, this.record(this.itemMarks()), beside), ...below, ...this.panels(), lettersOff];
  }

  strip() {
    const { strip, saved_at, reading } = this.state, words = this.words;
    const rounds = [["", words.round_next], ["blind", words.round_blind], ["assisted", words.round_assisted], ["adjudication", words.round_adjudication]];
    const choice = element("select", { name: "reading", onchange: () => this.chooseReading(choice.value) },
      rounds.map(([value, text]) => element("option", { value, selected: value === reading }, text)));
    const share = this.state.share ?? 0;
    return element("div", { class: "strip" },
      element("span", { class: "bar", "aria-hidden": "true" }, element("span", { style: `width: ${Math.round(100 * share)}%` })),
      element("label", {}, `${words.reading} `, choice),
      strip.map((text) => element("span", {}, text)),
      element("span", { class: "saved" }, saved_at ? filled(words.saved, { time: saved_at }) : ""));
  }

  /** Keys go to the card again, or the next letter would choose another reading. */
  chooseReading(round) {
    this.root.focus({ preventScroll: true });
    this.ask("round", { round });
  }

  /** Title, metadata and abstract, as they are in the source: what looks like HTML is text. */
  record({ marks, chips }) {
    const { record, why } = this.state, words = this.words;
    const of = (field) => [field, record[field], marks.filter((mark) => mark.field === field), chips.filter((chip) => chip.field === field)];
    const long = codePoints(record.abstract) > LONG;
    return element("div", { class: long ? "text long" : "text", ...(long ? { role: "region", tabindex: 0, "aria-label": words.text } : {}) },
      element("h2", { class: "title", dir: "auto", lang: record.language || false }, record.title ? markedText(...of("title")) : words.no_title),
      element("p", { class: "meta" }, element("bdi", {}, record.meta), record.link && " · ",
        record.link && element("a", { href: record.link.address, target: "_blank", rel: "noopener noreferrer" }, record.link.text)),
      why && element("p", { class: "meta why" }, element("b", {}, words.why), ` ${why}`),
      record.abstract
        ? element("p", { class: "abstract", dir: "auto", lang: record.language || false }, markedText(...of("abstract")))
        : element("p", { class: "muted" }, words.no_abstract));
  }

  /** The lines under the words: each code has a line of its own, what is asked about a frame. */
  itemMarks() {
    const { items, question, span } = this.state, marks = [], chips = [];
    const lines = [...new Set(items.map((item) => item.code_id))];
    for (const item of items) {
      const asked = question?.key === item.key;
      if (item.answer === "rejected" && !asked) continue;
      const { field, start, end } = asked ? span : item;
      if (!asked) marks.push({ field, start, end, className: `k${lines.indexOf(item.code_id) % 5}` });
      else marks.push({ field, start, end, className: `asked k${lines.indexOf(item.code_id) % 5}` });
      chips.push({ field, at: end, node: this.chip(item, asked) });
    }
    if (span && !question) marks.unshift({ ...span, className: "asked chosen" });
    // the frame is the outermost, so that lines of other codes run on inside it
    marks.sort((one, other) => Number(other.className.startsWith("asked")) - Number(one.className.startsWith("asked")));
    return { marks, chips };
  }

  chip(item, asked) {
    const words = this.words, direction = this.directionOf(asked ? this.state.question.direction : item.direction);
    const answer = item.answer || "suggested";
    const text = element("span", {}, direction ? `${direction.symbol} ` : "", this.code(item.code_id).label, answer === "accepted" || answer === "changed" || answer === "own" ? " ✓" : answer === "unclear" ? " ?" : "");
    const more = [direction?.label, words[answer], asked && words.in_question].filter(Boolean).join(", ");
    return element("button", {
      type: "button", class: `chip ${direction?.id ?? ""} ${answer}`, name: `chip ${item.key}`, lang: this.model.get("language"), "aria-pressed": String(asked), dir: "auto",
      onclick: () => this.ask("item", { key: asked ? "" : item.key }),
    }, text, element("span", { class: "hidden" }, `, ${more}`));
  }

  middle() {
    const { question } = this.state;
    if (this.panel === "add") return [this.finding()];
    if (this.panel === "which direction") return [this.whichDirection()];
    return question ? [this.asked(question), this.choices(question)] : [this.between(), this.onward()];
  }

  asked(question) {
    const words = this.words, code = this.code(question.code_id), direction = this.directionOf(question.direction);
    const heading = question.number ? filled(words.suggestion_of, question) : words.your_coding;
    const note = this.state.note || question.own_note;
    return element("div", { class: "asking" },
      element("div", {},
        element("h3", {}, heading),
        question.standing && element("p", { class: "hint" }, question.standing),
        element("p", { class: "which" }, element("b", { class: `chip ${direction?.id ?? ""}` }, direction ? `${direction.symbol} ` : "", code.label), ` ${direction?.label ?? ""}`, question.answer ? ` · ${words[question.answer]}` : ""),
        element("dl", {}, question.reasons.flatMap(({ term, text }) => [element("dt", {}, term), element("dd", {}, text)])),
        question.elsewhere && element("p", { class: "hint" }, filled(words.elsewhere, { direction: this.directionOf(question.elsewhere)?.label })),
        note && element("p", { class: "hint" }, element("b", {}, this.state.note ? words.note_kept : words.you_noted), ` ${note}`)),
      element("div", { role: "group", "aria-label": words.direction, class: "directions" },
        element("h3", {}, words.direction),
        this.directions.map((each, place) => code.allowed.includes(each.id) && this.button(String(place + 1),
          [element("b", { class: each.id, "aria-hidden": "true" }, each.symbol), ` ${each.label}`], () => this.ask("direction", { direction: each.id }),
          { "aria-pressed": String(each.id === question.direction) }))),
      this.panel === "definition" && this.definition(question.code_id));
  }

  choices(question) {
    const words = this.words, item = this.state.items.find((each) => each.key === question.key), { span } = this.state;
    const changed = question.direction !== (question.answer ? item.direction : question.suggested) || span.field !== item.field || span.start !== item.start || span.end !== item.end;
    const answered = question.answer && question.answer !== "rejected";
    const accept = answered ? (changed ? words.keep_changed : words.keep) : changed ? words.accept_changed : words.accept;
    return element("div", { class: "buttons" },
      this.button("a", accept, () => this.ask("answer", { verdict: "present" }), { main: true }),
      this.button("r", answered ? words.remove : words.reject, () => this.ask("answer", { verdict: "absent" }), { main: true }),
      this.button("u", words.say_unclear, () => this.ask("answer", { verdict: "unclear" }), { main: true }),
      this.others());
  }

  /** Nothing is asked: read blind, all answered, or nothing found. */
  between() {
    const { round, n_suggested, n_codes, items, span } = this.state, words = this.words;
    const coded = items.filter((item) => item.answer && item.answer !== "rejected").length;
    const [first, second] = round === "blind" ? [words.read_blind, coded ? words.blind_so_far : null]
      : n_suggested ? [words.all_answered, words.anything_missing] : [words.no_suggestion, filled(words.looked_for, { n: n_codes })];
    return element("div", {},
      element("p", { class: round === "blind" ? "" : "big" }, first), second && element("p", {}, second),
      span && element("p", { class: "hint" }, `${words.words}: `, element("q", { class: "quoted", dir: "auto" }, span.text)));
  }

  onward() {
    const words = this.words, { next_is_possible } = this.state;
    return element("div", { class: "buttons" },
      next_is_possible && this.button("Enter", words.next_record, () => this.ask("next"), { main: true }),
      this.others({ main: true }));
  }

  others({ main = false } = {}) {
    const words = this.words, { nothing_is_possible, n_waiting } = this.state;
    const move = (key, text, how) => this.button(key, text, () => this.ask("span", { how }));
    return [
      this.button("c", words.add_code, () => this.open("add"), { main }),
      this.button("x", n_waiting ? words.nothing_rest : words.nothing_here, () => this.ask("nothing"), { main, disabled: !nothing_is_possible }),
      element("span", { class: "group", role: "group", "aria-label": words.change_words },
        move("[", words.shorter, "shorter"), move("]", words.longer, "longer"),
        move("{", words.starts_earlier, "starts earlier"), move("}", words.starts_later, "starts later"),
        move("ArrowLeft", words.sentence_back, "previous"), move("ArrowRight", words.sentence_on, "next")),
      element("span", { class: "group", role: "group", "aria-label": words.look_closer },
        this.opener("d", words.definition, "definition"), this.opener("n", words.note, "note"),
        this.button("s", words.skip, () => this.ask("skip")), this.button("z", words.undo, () => this.ask("undo")),
        this.opener("q", words.queue, "queue"), this.button("?", words.all_keys, () => this.turnTo("help"))),
    ];
  }

  opener(key, text, panel) {
    return this.button(key, text, () => this.open(panel), { "aria-expanded": String(this.panel === panel) });
  }

  panels() {
    const { question } = this.state;
    if (this.panel === "definition" && !question) return [this.definition()];
    return this.panel === "note" ? [this.note()] : this.panel === "queue" ? [this.waiting()] : [];
  }

  // --- adding a code ---

  matching() {
    const sought = (this.draft.filter ?? "").toLowerCase().split(/\s+/).filter(Boolean);
    const says = (code, ...parts) => sought.every((word) => parts.some((part) => code[part].toLowerCase().includes(word)));
    const named = this.codes.filter((code) => says(code, "label", "other_label", "id"));
    const begins = (code) => [code.label, code.other_label].some((label) => label.toLowerCase().startsWith(sought[0] ?? ""));
    named.sort((one, other) => begins(other) - begins(one));
    const about = this.codes.filter((code) => !named.includes(code) && says(code, "label", "other_label", "theme", "definition"));
    return [...named, ...about];
  }

  finding() {
    const words = this.words, { span } = this.state, id = `${this.view}-codes`;
    const list = element("ul", { id, role: "listbox", "aria-label": words.code, class: "codes" });
    const hint = element("p", { class: "muted", id: `${id}-hint`, "aria-live": "polite" });
    const input = element("input", {
      name: "code", type: "text", autocomplete: "off", spellcheck: "false", role: "combobox", "aria-expanded": "true", "aria-controls": id, "aria-autocomplete": "list",
      "aria-describedby": `${id}-hint`, id: `${id}-input`, value: this.draft.filter ?? "",
    });
    const fill = () => {
      const found = this.matching();
      this.draft.at = Math.min(this.draft.at ?? 0, Math.max(found.length - 1, 0));
      list.replaceChildren(...found.map((code, place) => element("li", {
        role: "option", id: `${id}-${place}`, "aria-selected": String(place === this.draft.at), onclick: () => this.take(code),
      }, element("b", {}, code.label), ` ${code.theme} `, code.other_label && element("small", { lang: code.other_language }, code.other_label))));
      hint.textContent = found.length ? filled(words.type_to_find, { n: found.length }) : words.none_match;
      if (found.length) input.setAttribute("aria-activedescendant", `${id}-${this.draft.at}`);
      else input.removeAttribute("aria-activedescendant");
      const at = list.children[this.draft.at];
      if (at) list.scrollTop = Math.max(0, at.offsetTop - list.offsetTop - list.clientHeight / 2);
    };
    input.addEventListener("input", () => { this.draft.filter = input.value; this.draft.at = 0; fill(); });
    input.addEventListener("keydown", (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      const n = list.children.length;
      if (n) this.draft.at = (this.draft.at + step + n) % n;
      fill();
    });
    fill();
    const asks = span ? filled(words.code_for, { words: shortened(span.text) }) : words.code_for_first;
    return element("div", { "data-panel": "add" },
      element("label", { for: `${id}-input` }, element("h3", {}, asks)), input, hint, list,
      element("div", { class: "buttons" },
        this.button("Enter", words.take_code, () => { const found = this.matching()[this.draft.at]; if (found) this.take(found); }, { main: true }),
        this.button("Escape", words.leave, () => this.leave())));
  }

  take(code) {
    this.draft.code_id = code.id;
    if (code.allowed.length === 1) { this.ask("add", { code_id: code.id, direction: code.allowed[0] }); return; }
    this.panel = "which direction";
    this.draw();
    this.root.focus({ preventScroll: true });
  }

  whichDirection() {
    const words = this.words, code = this.code(this.draft.code_id);
    return element("div", { "data-panel": "which direction" },
      element("h3", {}, filled(words.direction_of, { code: code.label })),
      element("div", { class: "buttons" },
        this.directions.map((each, place) => code.allowed.includes(each.id) && this.button(String(place + 1),
          [element("b", { class: each.id, "aria-hidden": "true" }, each.symbol), ` ${each.label}`], () => this.ask("add", { code_id: code.id, direction: each.id }), { main: true })),
        element("span", { class: "group", role: "group", "aria-label": words.change_words },
          this.button("[", words.shorter, () => this.ask("span", { how: "shorter" })), this.button("]", words.longer, () => this.ask("span", { how: "longer" }))),
        this.button("Escape", words.leave, () => this.open("add"))),
      this.definition(code.id));
  }

  leave() { this.panel = ""; this.draft = {}; this.draw(); this.root.focus({ preventScroll: true }); }

  // --- beside ---

  definition(code_id) {
    const words = this.words, code = code_id && this.code(code_id);
    if (!code) return element("div", { class: "definition" }, element("p", {}, words.no_question), this.button("Escape", words.close, () => this.leave()));
    const beside = code.beside.map((id) => this.code(id)).find((each) => each.definition);
    const about = (each, heading, last) => element("section", {},
      element("h4", {}, heading), element("p", { class: "muted" }, each.theme),
      element("dl", {}, [["is", "definition"], ["use_when", "use_when"], ["do_not_use_when", "do_not_use_when"], ["example", "example"], ...last]
        .flatMap(([word, part]) => (each[part] ? [element("dt", {}, words[word]), element("dd", { class: ["example", "near_miss"].includes(part) ? "quoted" : "" }, each[part])] : []))));
    return element("div", { class: "definition", "data-panel": "definition" },
      about(code, code.label, [["near_miss", "near_miss"]]),
      beside && about(beside, filled(words.beside, { code: beside.label }), []));
  }

  note() {
    const words = this.words, id = `${this.view}-note`;
    const text = element("textarea", { id, name: "note", rows: 2 });
    text.value = this.state.note;
    return element("div", { "data-panel": "note" },
      element("label", { for: id }, element("h3", {}, words.note_label)), text,
      element("div", { class: "buttons" },
        this.button("Enter", words.done_note, () => this.ask("note", { note: text.value }), { main: true }), this.button("Escape", words.leave, () => this.leave())));
  }

  waiting() {
    const { queue } = this.state, words = this.words;
    const head = [words.record, ...(this.state.view === "settle" ? [words.code] : []), words.why_this_one];
    return element("div", { class: "wide", role: "region", tabindex: 0, "aria-label": words.records_that_wait, "data-panel": "queue" },
      element("table", {},
        element("thead", {}, element("tr", {}, head.map((text) => element("th", { scope: "col" }, text)))),
        element("tbody", {}, queue.map((row) => element("tr", { "aria-current": row.current ? "true" : false },
          element("th", { scope: "row" }, element("button", { type: "button", class: "plain", dir: "auto", name: `go ${row.record_id}`, onclick: () => this.ask("go", { go_to: row.record_id }) }, row.title || row.record_id), row.current && element("span", { class: "hidden" }, `, ${words.this_one}`)),
          row.code != null && element("td", {}, row.code), element("td", {}, row.why))))));
  }

  keyList() {
    const words = this.words;
    const look = [["D", words.definition], ["N", words.note], ["S", words.skip], ["Z", words.undo], ["Q", words.queue], ["Esc", words.leave]];
    const n = this.state.sides?.length, ofSides = this.state.sides?.map((side, place) => place + 1).join(" ");
    if (this.state.view === "settle") return [[words.help_decide, [[ofSides, filled(words.keep_person, { name: "…" })], [String(n + 1), words.third]]], [words.help_look, look]];
    return [
      [words.help_decide, [["A", words.accept], ["R", words.reject], ["U", words.say_unclear], ["1 2 3 4", words.help_direction], ["C", words.add_code], ["X", words.nothing_here], ["⏎", words.next_record]]],
      [words.help_words, [["[", words.shorter], ["]", words.longer], ["{", words.starts_earlier], ["}", words.starts_later], [", .", words.help_brackets], ["←", words.sentence_back], ["→", words.sentence_on], [words.mouse, words.help_mouse], ["Ctrl C", words.help_copy]]],
      [words.help_look, look],
    ];
  }

  done() {
    const words = this.words, { settling, left } = this.state;
    return [
      element("div", {}, element("p", { class: "big" }, settling ? words.nothing_to_settle : words.nothing_left), left && element("p", {}, left), element("p", { class: "muted" }, words.other_readings)),
      element("div", { class: "buttons" }, this.button("z", words.undo, () => this.ask("undo"))),
    ];
  }
}

function shortened(text) {
  const signs = Array.from(text);
  return signs.length > 90 ? `${signs.slice(0, 89).join("").trimEnd()}…` : text;
}
