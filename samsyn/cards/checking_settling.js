// The checking card while disagreements are settled: two coders or more side by side.

class SettlingCard extends CheckingCard {
  settling() {
    const { sides } = this.state;
    return [this.record(this.sideMarks(sides)), this.differences(sides), ...this.settlingMiddle(sides), ...this.panels()];
  }

  /** A line above the words for the first, below for the second, dotted below for further ones. */
  sideMarks(sides) {
    const { span } = this.state, marks = [], chips = [];
    sides.forEach((side, place) => side.segments.forEach(({ field, start, end }) => {
      marks.push({ field, start, end, className: ["over", "under", "further"][Math.min(place, 2)] });
      const text = `${this.directionOf(side.direction)?.symbol ?? ""} ${side.name}`;
      chips.push({ field, at: end, node: element("b", { class: `chip ${side.direction}`, lang: this.model.get("language") }, text, element("span", { class: "hidden" }, `, ${side.said} ${this.directionOf(side.direction)?.label ?? ""}`)) });
    }));
    if (span && this.panel === "third") marks.unshift({ ...span, className: "asked chosen" });
    return { marks, chips };
  }

  differences(sides) {
    const words = this.words, code = this.code(this.state.code_id);
    const lines = [words.above, words.below, words.dotted];
    const direction = (side) => { const each = this.directionOf(side.direction); return each ? [element("b", { class: each.id, "aria-hidden": "true" }, each.symbol), ` ${each.label}`] : "–"; };
    const rows = [
      [words.code, (side) => `${code.label}: ${side.said}`], [words.direction, direction],
      [words.words, (side) => side.words || element("span", { class: "muted" }, words.no_words_marked)],
      [words.note, (side) => side.note || element("span", { class: "muted" }, words.no_note)], [words.shown_before, (side) => side.before],
    ];
    return element("div", {},
      element("h3", {}, words.where_they_differ),
      element("div", { class: "wide", role: "region", tabindex: 0, "aria-label": words.where_they_differ },
        element("table", {},
          element("thead", {}, element("tr", {}, element("th", { scope: "col" }, element("span", { class: "hidden" }, words.what)),
            sides.map((side, place) => element("th", { scope: "col" }, side.name, side.segments.length ? element("small", {}, ` ${lines[Math.min(place, 2)]}`) : "")))),
          element("tbody", {}, rows.map(([heading, cell]) => element("tr", {}, element("th", { scope: "row" }, heading), sides.map((side) => element("td", {}, cell(side)))))))));
  }

  settlingMiddle(sides) {
    const words = this.words, { note } = this.state;
    const noted = note && element("p", { class: "hint" }, element("b", {}, words.note_kept), ` ${note}`);
    if (this.panel === "reason") return [element("div", { "data-panel": "reason" }, noted, this.reasons())];
    if (this.panel === "third") return [element("div", { "data-panel": "third" }, noted, this.third())];
    const look = element("span", { class: "group", role: "group", "aria-label": words.look_closer },
      this.opener("d", words.definition, "definition"), this.opener("n", words.note, "note"), this.button("s", words.skip, () => this.ask("skip")),
      this.button("z", words.undo, () => this.ask("undo")), this.opener("q", words.queue, "queue"), this.button("?", words.all_keys, () => this.turnTo("help")));
    return [element("div", {}, noted, element("div", { class: "buttons" },
      sides.map((side, place) => this.button(String(place + 1), filled(words.keep_person, { name: side.name }), () => this.because({ do: "keep", person: side.person }), { main: true })),
      this.button(String(sides.length + 1), words.third, () => this.open("third"), { main: true }), look),
    element("p", { class: "hint" }, [this.state.you, this.state.yourself].filter(Boolean).join(" ")))];
  }

  because(settled) { this.settled = settled; this.panel = "reason"; this.draw(); }

  reasons() {
    const words = this.words, { reasons, likely } = this.state;
    const save = (reason) => { const { do: action, ...details } = this.settled; this.ask(action, { ...details, reason }); };
    return [element("h3", {}, words.why_differ), element("div", { class: "buttons" },
      reasons.map(({ id, label }, place) => this.button(String(place + 1), label, () => save(id), { main: true, class: id === likely ? "main likely" : "main" })),
      this.button("Escape", words.leave, () => this.leave()))];
  }

  third() {
    const words = this.words, code = this.code(this.state.code_id), move = (key, text, how) => this.button(key, text, () => this.ask("span", { how }));
    return [element("h3", {}, words.third_how), element("div", { class: "buttons" },
      this.directions.map((each, place) => code.allowed.includes(each.id) && this.button(String(place + 1),
        [element("b", { class: each.id, "aria-hidden": "true" }, each.symbol), ` ${filled(words.third_present, { direction: each.label })}`],
        () => this.because({ do: "third", value: "present", direction: each.id }), { main: true, disabled: !this.state.span })),
      this.button("x", words.third_absent, () => this.because({ do: "third", value: "absent" }), { main: true }),
      this.button("u", words.say_unclear, () => this.because({ do: "third", value: "unclear" }), { main: true }),
      element("span", { class: "group", role: "group", "aria-label": words.change_words },
        move("[", words.shorter, "shorter"), move("]", words.longer, "longer"), move("ArrowLeft", words.sentence_back, "previous"), move("ArrowRight", words.sentence_on, "next")),
      this.button("Escape", words.leave, () => this.leave()))];
  }

  panels() {
    return this.state.view === "settle" && this.panel === "definition" ? [this.definition(this.state.code_id)] : super.panels();
  }
}

export default {
  render(context) {
    const card = new SettlingCard(context);
    return () => card.remove();
  },
};
