// The screening card: one record, the criteria beside it, one key for each decision.

class ScreeningCard extends Card {
  decide(verdict, criterion = "") {
    const note = this.note?.value ?? "";
    const { record_id, own } = this.state.record;
    this.ask("decide", { record_id, verdict, criterion, note, instead_of: own });
  }

  parts() {
    const { record, progress } = this.state, words = this.words;
    const strip = element("div", { class: "strip" },
      element("span", {}, filled(words.progress, progress)),
      element("span", { class: "saved" }, this.state.saved_at ? filled(words.saved, { time: this.state.saved_at }) : ""));
    // what happened elsewhere, in words: not a fault of this card
    const notice = this.state.notice ? element("p", { class: "notice", role: "status" }, this.state.notice) : null;
    if (!record) {
      this.say(words.nothing_left);
      return [strip, ...(notice ? [notice] : []), element("p", {}, words.nothing_left), element("div", { class: "buttons" }, this.button("z", words.undo, () => this.ask("undo")))];
    }
    this.say(record.title);
    return [
      strip,
      ...(notice ? [notice] : []),
      element("div", { class: "columns" },
        element("div", {},
          element("h2", { class: "title", dir: "auto" }, record.title),
          element("p", { class: "meta" }, record.meta),
          element("p", { class: "abstract", dir: "auto", lang: record.language || false }, record.abstract || words.no_abstract)),
        element("div", { class: "criteria" },
          element("h3", {}, words.include_when),
          element("ul", {}, this.state.inclusion.map(({ id, text }) => element("li", {}, element("b", {}, id), " ", text))))),
      this.mode === "exclude" ? this.reasons() : this.choices(),
    ];
  }

  choices() {
    const words = this.words;
    return element("div", { class: "buttons" },
      this.button("i", words.include, () => this.decide("include"), { main: true }),
      this.button("e", words.exclude, () => { this.mode = "exclude"; this.draw(); }, { main: true }),
      this.button("u", words.unsure, () => this.decide("unsure"), { main: true }),
      this.button("s", words.skip, () => this.ask("skip")),
      this.button("z", words.undo, () => this.ask("undo")));
  }

  reasons() {
    const words = this.words;
    return element("div", { class: "buttons" },
      element("h3", {}, words.exclude_when),
      this.state.exclusion.slice(0, 9).map(({ id, text }, place) => this.button(String(place + 1), `${id} ${text}`, () => this.decide("exclude", id))),
      this.button("Enter", words.save_without_reason, () => this.decide("exclude"), { main: true }),
      this.button("Escape", words.back, () => { this.mode = ""; this.draw(); }));
  }
}

export default {
  render(context) {
    const card = new ScreeningCard(context);
    return () => card.remove();
  },
};
