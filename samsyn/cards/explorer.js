// The explorer: the evidence table and the matrix, sorted and searched here; a mark opens the words behind it.

class Explorer extends Card {
  parts() {
    const { empty, findings, say, directions } = this.state, words = this.words;
    if (empty) return [element("p", {}, empty)];
    this.byId = new Map(findings.map((one) => [one.id, one]));
    this.sorted = { by: "theme", down: false };
    this.tabs = { evidence: () => this.evidence(), matrix: () => this.matrix() };
    this.count = element("output", { class: "count" });
    this.search = element("input", { type: "search", name: "search", autocomplete: "off", size: 16 });
    this.themes = element("select", { "aria-label": say.theme }, element("option", { value: "" }, words.every_theme),
      [...new Set(findings.map((one) => one.theme))].map((one) => element("option", { value: one }, one)));
    this.boxes = directions.map(({ cls, glyph, word }) => {
      const box = element("input", { type: "checkbox", value: cls, checked: true, autocomplete: "off" });
      return [box, element("label", {}, box, " ", this.glyph(cls, glyph), " ", word)];
    });
    this.filters = element("div", { class: "filters", role: "group", "aria-label": say.filter_findings },
      element("label", { "data-key": "f", "aria-keyshortcuts": "f" }, element("kbd", { "aria-hidden": "true" }, "F"), words.search, " ", this.search),
      element("label", {}, say.theme, " ", this.themes), this.boxes.map(([, label]) => label));
    this.filters.addEventListener("input", () => this.update());
    this.views = element("div", {});
    this.buttons = element("div", { class: "buttons" },
      this.button("t", words.evidence, () => this.show("evidence"), { "data-tab": "evidence" }),
      this.button("m", words.matrix, () => this.show("matrix"), { "data-tab": "matrix" }));
    this.tables = {};
    const strip = element("div", { class: "strip" }, this.buttons, this.count);
    const keys = element("p", { class: "note" }, words.keys);
    this.show("evidence");
    return [strip, this.filters, this.views, keys];
  }

  glyph(cls, glyph) { return element("span", { class: `g ${cls}`, "aria-hidden": "true" }, glyph); }

  show(tab) {
    this.close();
    this.tab = tab;
    this.tables[tab] ??= this.tabs[tab]();
    this.views.replaceChildren(this.tables[tab]);
    this.filters.hidden = tab !== "evidence";
    this.count.hidden = tab !== "evidence";
    for (const one of this.buttons.children) one.setAttribute("aria-pressed", String(one.dataset.tab === tab));
    if (tab === "evidence") this.update();
  }

  /* --- the evidence table --- */

  evidence() {
    const { findings, say, caption, note } = this.state;
    const columns = [["theme", `${say.theme}, ${say.code}`], ["direction", say.direction], ["finding", say.finding], ["", say.quotation], ["study", say.study]];
    this.heads = columns.map(([key, text]) => element("th", { scope: "col", role: "columnheader", "data-sort": key || false },
      key ? element("button", { type: "button", onclick: () => this.sort(key) }, text, element("span", { "aria-hidden": "true" })) : text));
    this.rows = findings.map((one) => {
      const open = this.opener([one.id], `${one.code}, ${one.direction}, ${one.study}`, { class: "open" }, this.glyph(one.cls, one.glyph), " ", one.direction);
      return {
        one, open,
        row: element("tr", { role: "row" },
          element("td", { role: "cell" }, element("small", {}, one.theme), " ", element("b", {}, one.code)),
          element("td", { role: "cell" }, open),
          element("td", { role: "cell" }, one.finding || element("span", { class: "muted" }, say.no_own_words), one.facets.map((text) => element("small", {}, text))),
          element("td", { role: "cell" }, one.quotations.map((quoted) => element("q", { lang: quoted.lang || false, dir: "auto" }, quoted.words))),
          element("td", { role: "cell" }, one.study)),
        text: [one.theme, one.code, one.direction, one.finding, one.study, ...one.quotations.map((quoted) => quoted.words)].join(" ").toLowerCase(),
      };
    });
    this.body = element("tbody", { role: "rowgroup" });
    const name = `caption-${this.view}`;
    return element("div", {},
      element("div", { class: "scroll", role: "region", tabindex: 0, "aria-labelledby": name },
        element("table", { class: "findings", role: "table" }, element("caption", { id: name }, caption),
          element("thead", { role: "rowgroup" }, element("tr", { role: "row" }, this.heads)), this.body)),
      element("p", { class: "note" }, note));
  }

  sort(key) {
    this.sorted = { by: key, down: this.sorted.by === key && !this.sorted.down };
    this.update();
  }

  update() {
    this.close();
    const { by, down } = this.sorted, { say } = this.state;
    const search = this.search.value.trim().toLowerCase(), theme = this.themes.value;
    const shown = new Set(this.boxes.filter(([box]) => box.checked).map(([box]) => box.value));
    const fits = this.rows.filter(({ one, text }) => shown.has(one.cls) && (!theme || one.theme === theme) && (!search || text.includes(search)));
    fits.sort((a, b) => (a.one.places[by] - b.one.places[by]) * (down ? -1 : 1) || a.one.places.theme - b.one.places.theme);
    this.body.replaceChildren(...(fits.length ? fits.map(({ row }) => row)
      : [element("tr", { role: "row" }, element("td", { role: "cell", colspan: 5 }, this.words.nothing_fits))]));
    for (const head of this.heads) {
      const own = head.dataset.sort === by;
      if (own) head.setAttribute("aria-sort", down ? "descending" : "ascending"); else head.removeAttribute("aria-sort");
      const arrow = head.querySelector("span");
      if (arrow) arrow.textContent = own ? (down ? " ↓" : " ↑") : "";
    }
    this.reach(fits.map(({ open }) => open));
    this.count.textContent = filled(say.shown_of, { n: fits.length, total: this.rows.length });
  }

  /* --- the matrix --- */

  matrix() {
    const { matrix, say, directions } = this.state, marks = [];
    const codes = element("input", { type: "checkbox", autocomplete: "off" });
    const studies = matrix.groups.flatMap((group) => group.studies);
    const bodies = [];
    for (const row of matrix.rows) {
      const cells = row.cells.map((cell, place) => element("td", {}, Array.isArray(cell) ? cell.map((mark) => {
        const made = this.opener(mark.findings, `${row.label}, ${studies[place]}, ${mark.name}`, { class: "mark", "data-column": place },
          this.glyph(mark.cls, mark.glyph), mark.n > 1 ? element("sub", {}, mark.n) : null);
        marks.push(made);
        return made;
      }) : cell));
      const margins = row.margins.map((n) => element("td", { class: "n" }, n));
      bodies.push(element("tr", { class: row.kind, hidden: row.kind === "code" }, element("th", { scope: "row" }, row.label), cells, margins));
    }
    codes.addEventListener("input", () => {
      this.close();
      for (const row of bodies) if (row.className === "code") row.hidden = !codes.checked;
      this.reach(marks.filter((mark) => !mark.closest("tr").hidden));
    });
    const head = (text, more = {}) => element("th", { scope: "col", class: "study", ...more }, element("span", {}, text));
    const name = `matrix-${this.view}`;
    const table = element("div", {},
      matrix.has_codes ? element("p", {}, element("label", {}, codes, " ", say.show_codes)) : null,
      element("div", { class: "scroll", role: "region", tabindex: 0, "aria-labelledby": name },
        element("table", { class: "mx" }, element("caption", { id: name }, matrix.caption),
          element("thead", {},
            element("tr", {}, element("th", { scope: "col", rowspan: 2 }, say.theme),
              matrix.groups.map((group) => element("th", { scope: "colgroup", colspan: group.studies.length, class: "group" }, group.name)),
              element("th", { scope: "colgroup", colspan: directions.length + 1, class: "group" }, say.studies)),
            element("tr", {}, studies.map((one) => head(one)), directions.map((one) => head(one.word)), head(say.distinct))),
          element("tbody", {}, bodies))),
      element("p", { class: "note" }, matrix.note));
    this.reach(marks.filter((mark) => !mark.closest("tr").hidden));
    return table;
  }

  /* --- the words behind a mark --- */

  opener(ids, what, attributes, ...children) {
    const made = element("button", { type: "button", "aria-expanded": "false", "aria-label": filled(this.words.source_of, { what }), ...attributes,
      onclick: () => (made.getAttribute("aria-expanded") === "true" ? this.close(true) : this.open(made, ids, what)) }, ...children);
    return made;
  }

  open(button, ids, what) {
    this.close();
    const row = button.closest("tr"), table = row.closest("table");
    const columns = [...table.tHead.rows].reduce((most, one) => Math.max(most, one.cells.length + (one.rowIndex ? 1 : 0)), 0);
    const trace = element("tr", { class: "trace", role: table.getAttribute("role") ? "row" : false },
      element("td", { colspan: table.classList.contains("mx") ? columns : 5, role: table.getAttribute("role") ? "cell" : false },
        element("div", { class: "behind" }, ids.map((id) => this.traced(this.byId.get(id))))));
    row.after(trace);
    button.setAttribute("aria-expanded", "true");
    this.opened = { button, trace };
    this.say(filled(this.words.opened, { what }));
  }

  close(said = false) {
    if (!this.opened) return;
    const { button, trace } = this.opened;
    trace.remove();
    button.setAttribute("aria-expanded", "false");
    this.opened = null;
    if (said) { button.focus({ preventScroll: true }); this.say(this.words.closed); }
  }

  traced(one) {
    const { say } = this.state;
    return element("section", {},
      element("p", {}, `${one.theme} · `, element("b", {}, one.code), " · ", this.glyph(one.cls, one.glyph), ` ${one.direction} · `, one.study),
      one.finding ? element("p", { class: "own" }, one.finding) : null,
      one.quotations.flatMap((quoted) => [
        element("blockquote", { lang: quoted.lang || false, dir: "auto" }, quoted.before, element("mark", {}, quoted.words), quoted.after),
        element("p", {}, element("b", {}, quoted.title)),
        element("p", { class: "small" }, `${quoted.place} · ${say.coded_by}: ${quoted.coded_by}`),
        element("p", { class: "small" }, element("code", {}, quoted.record_id), ` · ${quoted.file}`, quoted.line ? `, ${say.line} ${quoted.line}` : "", " · sha256 ", element("code", {}, quoted.sha256)),
      ]),
      one.beside ? element("p", { class: "small" }, one.beside) : null);
  }

  /* --- keys --- */

  /** One of several is reached by Tab, the others from it by the arrow keys. */
  reach(buttons) {
    this.reached = buttons;
    buttons.forEach((one, place) => { one.tabIndex = place ? -1 : 0; });
  }

  pressed(event) {
    const at = event.target.closest?.(".open, .mark");
    if (event.key === "Escape" && this.opened) { event.preventDefault(); this.close(true); return; }
    const next = at && this.beside(at, event.key);
    if (next) {
      event.preventDefault();
      at.tabIndex = -1;
      next.tabIndex = 0;
      next.focus();
      return;
    }
    if (event.target.matches("select")) return;
    super.pressed(event);
  }

  beside(at, key) {
    const all = this.reached, place = all.indexOf(at);
    if (key === "Home") return all[0];
    if (key === "End") return all.at(-1);
    if (at.matches(".open")) return { ArrowDown: all[place + 1], ArrowUp: all[place - 1] }[key];
    if (key === "ArrowRight") return all[place + 1];
    if (key === "ArrowLeft") return all[place - 1];
    if (key !== "ArrowDown" && key !== "ArrowUp") return null;
    const row = at.closest("tr"), away = (one) => Math.abs(one.dataset.column - at.dataset.column);
    const others = all.filter((one) => (one.closest("tr").rowIndex - row.rowIndex) * (key === "ArrowDown" ? 1 : -1) > 0);
    const nearest = (key === "ArrowDown" ? others[0] : others.at(-1))?.closest("tr");
    return others.filter((one) => one.closest("tr") === nearest).sort((a, b) => away(a) - away(b))[0];
  }
}

export default {
  render(context) {
    const card = new Explorer(context);
    return () => card.remove();
  },
};
