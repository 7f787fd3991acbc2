// The screening card: one record, the criteria beside it, one key for each decision.

const PICTURE = "http://www.w3.org/2000/svg";

/** A line with a part of it drawn thick, and a mark; the words beside it say the same. */
function linePicture(from, to, mark) {
  const svg = document.createElementNS(PICTURE, "svg");
  for (const [name, value] of [["viewBox", "0 0 160 14"], ["preserveAspectRatio", "none"], ["aria-hidden", "true"]]) svg.setAttribute(name, value);
  const path = (name, d) => { const made = document.createElementNS(PICTURE, "path"); made.setAttribute("class", name); made.setAttribute("d", d); svg.append(made); };
  const at = (share) => Math.round(160 * Math.min(1, Math.max(0, share)));
  path("whole", "M0 7H160");
  if (to > from) path("part", `M${at(from)} 7H${at(to)}`);
  if (mark != null) path("goal", `M${at(mark)} 0V14`);
  return svg;
}

class ScreeningCard extends Card {
  parts() {
    const { record, left, settling } = this.state;
    this.forget(record?.record_id ?? "", JSON.stringify(settling?.rows ?? []));
    this.alertAt = record ? 4 : 1;
    this.say(this.announcement());
    // what happened elsewhere: not a fault of this card
    const notice = this.state.notice && element("p", { class: "notice" }, this.state.notice);
    if (!record) return [this.strip(), notice, this.done(left)];
    return [this.strip(), notice, this.earlier(), this.record(record), this.mode === "exclude" ? this.reasons() : this.choices()];
  }

  /** What was begun on a record is not carried over to the next, nor to what people say of it by now;
   * a note that is not saved yet waits until the reader is back at its record. */
  forget(name, said) {
    if (this.name === name && this.saidOfIt === said) return;
    const isNext = this.name !== name;
    this.name = name;
    this.saidOfIt = said;
    this.mode = "";
    this.page = 0;
    this.differ = "";
    if (!isNext) return;
    this.allAuthors = false;
    this.note = (this.notes ??= new Map()).get(name) ?? this.state.earlier?.note ?? "";
    this.writes = this.note !== "";
    // the next record begins at its beginning
    if (this.root.getBoundingClientRect().top < 0) requestAnimationFrame(() => this.root.scrollIntoView({ block: "start" }));
  }

  /** What was decided is saved with its note. */
  answered() {
    const { do: action, record_id, n } = this.unanswered ?? {};
    if (action === "decide" && this.state.asked_by === this.view && this.state.answered === n && !this.state.fault) this.notes.delete(record_id);
    super.answered();
  }

  /** What has just become of it; the title once for each record. */
  announcement() {
    const { record, left, notice, said, earlier, near, why, place } = this.state, words = this.words;
    if (this.mode === "exclude") return `${words.exclude_when}. ${this.reasonsShown()}`;
    const opened = near && !near.length ? words.no_near : near ? words.nearest : why && this.announced === record?.record_id ? `${words.why}: ${place}` : "";
    const news = [notice, said, earlier?.text, opened].filter(Boolean), isNew = this.announced !== record?.record_id;
    this.announced = record?.record_id;
    if (!record) return [...news, left.text].join(" ");
    return (isNew || !news.length ? [...news, this.text(record.title)] : news).join(" ");
  }

  reasonsShown() {
    const first = 9 * this.page, n = this.state.exclusion.length;
    return n > 9 ? `${filled(this.words.reasons_shown, { first: first + 1, last: Math.min(first + 9, n), n })}. ` : "";
  }

  text(paragraphs) { return paragraphs.map((runs) => runs.map(([text]) => text).join("")).join(" ") || this.words.no_title; }

  draw() {
    super.draw();
    // what was asked for may lie below a long abstract
    const shown = ["why", "near"].filter((name) => this.state[name]);
    const opened = shown.find((name) => !(this.asides ?? []).includes(name));
    this.asides = shown;
    if (opened && this.drawn) this.root.querySelector(`.${opened}`)?.scrollIntoView({ block: "nearest" });
    this.drawn = true;
  }

  // --- the strip ---------------------------------------------------------------------------------------

  strip() {
    const { progress, beside, place, stage, saved_at, fault, try_again } = this.state, words = this.words;
    return element("div", { class: "strip" },
      element("span", {}, linePicture(0, progress.share), withNumbers(progress.text)),
      beside && element("span", { class: "recall" }, beside.high != null && linePicture(beside.low, beside.high, beside.target), withNumbers(beside.text, beside.high != null ? 2 : 0)),
      beside?.advice && element("span", {}, element("b", {}, beside.advice)),
      place && element("span", {}, place),
      stage && element("b", {}, stage),
      element("span", { class: "end" },
        element("span", { class: "saved" }, (fault && try_again) || this.lost ? element("b", {}, words.not_saved) : saved_at ? filled(words.saved, { time: saved_at }) : ""),
        this.chooser()));
  }

  chooser() {
    const { mode, modes } = this.state;
    if (modes.length < 2) return null;
    return element("label", { class: "chooser" }, element("span", { class: "hidden" }, this.words.queue),
      element("select", { name: "mode", onchange: (event) => this.turnToQueue(event.target.value) },
        modes.map(([id, text]) => element("option", { value: id, selected: id === mode }, text))));
  }

  /** The next key is for the card: in the list, a letter would choose another queue. */
  turnToQueue(mode) {
    this.root.focus({ preventScroll: true });
    this.ask("mode", { mode });
  }

  // --- the record --------------------------------------------------------------------------------------

  record(record) {
    const { inclusion } = this.state, words = this.words;
    return element("div", { class: "columns" },
      element("div", { class: "text" },
        record.calibration && element("p", { class: "round" }, record.calibration),
        element("h2", { class: "title", dir: "auto", lang: record.language || false },
          record.title.length ? formattedRuns(record.title.flatMap((runs, place) => (place ? [[" ", "", ""], ...runs] : runs))) : words.no_title),
        this.meta(record),
        record.abstract.length
          ? element("div", { class: "abstract", lang: record.language || false }, record.abstract.map((runs) => element("p", { dir: "auto" }, formattedRuns(runs))))
          : this.noAbstract(record),
        this.aside()),
      element("div", { class: "criteria" },
        element("h3", {}, words.include_when),
        element("ul", {}, inclusion.map(({ short, text }) => element("li", {}, element("b", {}, short), " ", element("span", {}, text)))),
        element("h3", {}, words.in_doubt),
        element("p", {}, words.keep_it)));
  }

  meta(record) {
    const words = this.words, authors = this.allAuthors || !record.authors_short ? record.authors : record.authors_short;
    const parts = [authors && element("bdi", {}, authors), ...record.facts.map((fact) => element("bdi", {}, fact)), record.abstract.length && this.link(record)].filter(Boolean);
    return element("p", { class: "meta" },
      parts.flatMap((part, place) => (place ? [" · ", part] : [part])),
      record.authors_short && [" ", element("button", {
        type: "button", class: "inline", name: "authors", "aria-expanded": String(this.allAuthors), onclick: () => { this.allAuthors = !this.allAuthors; this.draw(); },
      }, this.allAuthors ? words.fewer_authors : filled(words.all_authors, { n: record.n_authors }))],
      record.keywords && [element("br"), `${words.keywords}: `, element("bdi", {}, record.keywords)]);
  }

  link({ link }) {
    if (!link || !/^https?:\/\//i.test(link.address)) return null;
    return element("a", { href: link.address, target: "_blank", rel: "noopener noreferrer" }, link.text, element("span", { class: "hidden" }, ` (${this.words.outside})`));
  }

  noAbstract(record) {
    const words = this.words, link = this.link(record);
    return element("p", { class: "none" }, element("b", {}, words.no_abstract), " ", this.state.mode === "prioritised" && `${words.title_only} `,
      link ? [`${words.look_there} `, link] : words.no_link);
  }

  // --- what was asked for beside it --------------------------------------------------------------------

  aside() {
    const { why, near, settling } = this.state;
    // while the reasons are open, their numbers are the reasons'
    const parts = [settling && this.settling(settling), why && this.why(why), near && this.mode !== "exclude" && this.near(near), this.writes && this.noteField()].filter(Boolean);
    return parts.length ? element("div", { class: "aside" }, parts) : null;
  }

  earlier() {
    if (!this.state.earlier) return null;
    const { text, last } = this.state.earlier;
    return element("div", { class: "earlier" }, element("p", {}, element("b", {}, text)), element("p", {}, [this.words.decide_anew, last].filter(Boolean).join(" ")));
  }

  table(label, heads, rows, numeric = []) {
    return element("div", { class: "scrolls", role: "region", tabindex: 0, "aria-label": label },
      element("table", {},
        element("thead", {}, element("tr", {}, heads.map((head, place) => element("th", { scope: "col", class: numeric.includes(place) && "number" }, head)))),
        element("tbody", {}, rows.map(([first, ...rest]) => element("tr", {},
          element("th", { scope: "row" }, element("bdi", {}, first)),
          rest.map((cell, place) => element("td", { class: numeric.includes(place + 1) && "number" }, element("bdi", {}, cell))))))));
  }

  why({ text, rows }) {
    const words = this.words, { place } = this.state;
    return element("div", { class: "why" }, element("h3", {}, words.why), element("p", {}, place && `${place}. `, text),
      rows.length > 0 && this.table(words.why_table, [words.word, words.spoke, words.weight, words.in_yours], rows, [2]));
  }

  near(near) {
    const words = this.words;
    if (!near.length) return element("div", { class: "near" }, element("h3", {}, words.duplicate), element("p", {}, words.no_near));
    return element("div", { class: "near" }, element("h3", { id: `${this.view}-near` }, words.nearest),
      element("ol", { "aria-labelledby": `${this.view}-near` }, near.map(({ record_id, title, meta }, place) => element("li", {},
        this.choice(String(place + 1), [element("span", { class: "title", dir: "auto" }, title), element("small", { dir: "auto" }, meta)], () => this.ask("same", { other: record_id }))))));
  }

  choice(key, children, onclick) {
    return this.button(key, element("span", {}, children), onclick, { class: "choice" });
  }

  noteField() {
    return element("div", { class: "note" },
      element("label", { for: `${this.view}-note` }, element("h3", {}, this.words.note_label)),
      element("textarea", {
        id: `${this.view}-note`, name: "note", rows: 2, oninput: (event) => { this.note = event.target.value; this.notes.set(this.name, this.note); },
      }, this.note));
  }

  write() {
    this.writes = true;
    this.draw();
    this.root.querySelector("textarea").focus();
  }

  /** Back to the keys; an empty note goes away. */
  stopWriting() {
    this.writes = this.note.trim() !== "";
    this.draw();
    this.root.focus({ preventScroll: true });
  }

  pressed(event) {
    if (event.target.matches("textarea") && (event.key === "Escape" || (event.key === "Enter" && !event.shiftKey))) {
      event.preventDefault();
      this.stopWriting();
    } else super.pressed(event);
  }

  // --- settling ----------------------------------------------------------------------------------------

  settling({ rows, differ, put_off }) {
    const words = this.words;
    return element("div", { class: "settling" },
      element("h3", {}, words.two_decisions),
      this.table(words.two_decisions, [words.who, words.decision, words.criterion, words.note, words.when], rows),
      put_off && element("p", {}, element("b", {}, put_off)),
      differ.length > 0 && this.mode !== "exclude" && element("fieldset", {},
        element("legend", {}, words.differ_because),
        differ.map(([id, text], place) => element("label", {},
          element("input", {
            type: "radio", name: "differ", value: id, checked: this.differ === id, "data-key": String(place + 1),
            "aria-keyshortcuts": this.model.get("letter_keys") && String(place + 1), onchange: () => { this.differ = id; },
          }),
          this.model.get("letter_keys") && element("kbd", { "aria-hidden": "true" }, String(place + 1)), text))));
  }

  // --- the choices -------------------------------------------------------------------------------------

  decide(verdict, criterion = "") {
    const { record_id, own } = this.state.record;
    this.ask("decide", { record_id, verdict, criterion, note: this.note, differ_because: this.differ, instead_of: own });
  }

  choices() {
    const { mode, earlier, settling, near, highlights, why } = this.state, words = this.words;
    const stops = { disabled: Boolean(this.state.fault && this.state.try_again) || this.lost };
    const chosen = this.failed?.do === "decide" && this.failed.record_id === this.name ? this.failed.verdict : earlier?.verdict;
    const main = (key, text, verdict, onclick) => this.button(key, text, onclick, { main: true, ...stops, "aria-pressed": chosen === verdict ? "true" : false });
    const openReasons = () => { this.page = 0; this.turnTo("exclude"); this.root.focus({ preventScroll: true }); };
    const rows = [];
    if (settling) {
      rows.push([main("i", words.settle_include, "include", () => this.decide("include")), main("e", words.settle_exclude, "exclude", openReasons),
        this.button("d", words.talk, () => this.ask("put_off"), stops), element("small", { class: "who" }, settling.who)]);
      rows.push([this.button("z", words.undo, () => this.ask("undo")), this.noteButton()]);
    } else {
      rows.push([main("i", words.include, "include", () => this.decide("include")), main("e", words.exclude, "exclude", openReasons), main("u", words.unsure, "unsure", () => this.decide("unsure"))]);
      rows.push(earlier
        ? [this.button("b", words.look_further, () => this.ask("back")), this.button("Escape", words.to_the_queue, () => this.ask("queue")), this.noteButton()]
        : [this.button("s", words.skip, () => this.ask("skip"), stops), this.button("z", words.undo, () => this.ask("undo")), this.noteButton(),
          this.button("b", words.look_back, () => this.ask("back")), this.button("w", words.why, () => this.ask("why"), { "aria-expanded": String(Boolean(why)) }),
          mode !== "random" && mode !== "newest" && this.button("h", words.highlight, () => this.ask("highlight"), { "aria-pressed": String(highlights) }),
          mode !== "random" && mode !== "newest" && this.button("t", words.other_topic, () => this.ask("topic")),
          this.button("m", words.duplicate, () => this.ask(near ? "queue" : "near"), { "aria-expanded": String(Boolean(near)) }),
          (near || why) && this.button("Escape", words.back, () => this.ask(near ? "queue" : "why"))]);
    }
    rows[1].push(element("span", { class: "end" }, this.button("?", words.all_keys, () => this.openHelp())));
    return element("div", { class: "foot" }, element("div", { class: "buttons sticks" }, rows[0]), element("div", { class: "buttons" }, rows[1]),
      !this.model.get("letter_keys") && element("p", { class: "letters" }, words.keys_off));
  }

  noteButton() { return this.button("n", this.words.note, () => this.write(), { "aria-expanded": String(this.writes) }); }

  openHelp() { this.turnTo("help"); this.root.focus({ preventScroll: true }); }

  reasons() {
    const { exclusion, reason_required, given_reason } = this.state, words = this.words;
    const about = exclusion.length ? words.reason_optional : words.no_reasons;
    const first = 9 * this.page, shown = exclusion.slice(first, first + 9);
    return element("div", { class: "foot reasons" },
      element("h3", { id: `${this.view}-reasons` }, words.exclude_when),
      element("ol", { "aria-labelledby": `${this.view}-reasons` }, shown.map(({ id, short, text }, place) => element("li", {},
        this.choice(String(place + 1), [element("b", {}, short), " ", text], () => this.decide("exclude", id))))),
      element("p", { class: "meta" }, this.reasonsShown(),
        reason_required ? words.reason_required : given_reason ? null : about),
      element("div", { class: "buttons sticks" },
        exclusion.length > 9 && this.button("0", words.more_reasons, () => { this.page = first + 9 < exclusion.length ? this.page + 1 : 0; this.draw(); }),
        !reason_required && this.button("Enter", given_reason ? filled(words.save_with_theirs, { criterion: given_reason }) : words.save_without_reason, () => this.decide("exclude"), { main: true }),
        this.button("Escape", words.back, () => this.turnTo(""))));
  }

  // --- done, and all keys ------------------------------------------------------------------------------

  done({ text, read, rows }) {
    const words = this.words;
    return element("div", { class: "done" },
      element("h2", {}, text), read && element("p", {}, read),
      element("h3", {}, words.next),
      element("ul", {}, (rows.length ? rows : [{ text: words.left_nothing }]).map((row) => element("li", {}, withNumbers(row.text, 1),
        row.mode && this.state.modes.some(([id]) => id === row.mode) && [" ", element("button", { type: "button", class: "inline", name: `open-${row.mode}`, onclick: () => this.ask("mode", { mode: row.mode }), "aria-label": `${words.open_them}: ${row.text}` }, words.open_them)]))),
      element("div", { class: "buttons" }, this.button("z", words.undo, () => this.ask("undo")),
        this.state.mode !== "conflicts" && this.button("b", words.look_back, () => this.ask("back")),
        element("span", { class: "end" }, this.button("?", words.all_keys, () => this.openHelp()))));
  }

  keyList() {
    const words = this.words;
    const decide = this.state.settling
      ? [["I", words.settle_include], ["E", words.settle_exclude], ["1–3", words.help_differ], ["D", words.help_d]]
      : [["I", words.include], ["E 1–9", words.help_e], ["U", words.unsure], ["S", words.help_s], ["B", words.help_b]];
    const look = [["W", words.help_w], ["H", words.help_h], ["T", words.help_t], ["M", words.help_m]];
    const both = [["Z", words.help_z], ["N", words.help_n], ["Esc", words.help_esc]];
    return [[words.help_decide, [...decide, ...both]], ...(this.state.settling ? [] : [[words.help_look, look]])];
  }
}

export default {
  render(context) {
    const card = new ScreeningCard(context);
    return () => card.remove();
  },
};
