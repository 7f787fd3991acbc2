(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const rows = all(".ev tr[id]"), groups = all(".ev tbody"), table = document.querySelector(".ev");
  function element(name, attributes, ...children) {
    const made = document.createElement(name);
    Object.assign(made, attributes);
    made.append(...children);
    return made;
  }
  const squeezed = (node) => node.textContent.replace(/\s+/g, " ").trim();

  /* what every row would repeat is said once in the page: the code above, the study in its own table */
  const code = new Map(), about = new Map();
  if (table) {
    /* where rows are drawn as blocks, browsers forget that this is a table */
    table.setAttribute("role", "table");
    all("tbody, thead", table).forEach((one) => one.setAttribute("role", "rowgroup"));
    all("tr", table).forEach((one) => one.setAttribute("role", "row"));
    all("td", table).forEach((one) => one.setAttribute("role", "cell"));
    all("thead th", table).forEach((one) => one.setAttribute("role", "columnheader"));
    all("tbody th", table).forEach((one) => one.setAttribute("role", "rowheader"));
    const brief = table.dataset.brief.split("|");
    const known = document.querySelector("#characteristics table");
    if (known) {
      const headings = all("thead th", known).map(squeezed);
      const named = (said, heading) => (/^[\d.,]+$/.test(said) ? heading + " " + said : said);
      for (const row of known.tBodies[0].rows) {
        const link = row.querySelector("a[href^='#s-']");
        const said = [...row.cells].map((cell, place) => brief.includes(headings[place]) && named(squeezed(cell), headings[place])).filter(Boolean);
        if (link) about.set(link.getAttribute("href"), said.join(" · "));
      }
    }
    let heading = "";
    for (const row of all("tbody tr", table)) {
      if (row.className === "code") heading = squeezed(row);
      if (!row.id) continue;
      code.set(row, heading);
      row.cells[0].append(element("span", { className: "of-code" }, heading));
      const link = row.cells[3].querySelector("a"), said = about.get(link.getAttribute("href"));
      if (said) row.cells[3].append(element("small", {}, said));
    }
  }
  const above = all(".mx thead .study").map(squeezed);
  for (const row of all(".mx tbody tr")) {
    const theme = squeezed(row.cells[0]);
    [...row.cells].forEach((cell, place) => {
      for (const mark of cell.querySelectorAll("a[id]")) mark.setAttribute("aria-label", [theme, above[place - 1], mark.getAttribute("aria-label")].join(", "));
    });
  }

  /* fold, filter and order the evidence table; without script it stands whole, in the scheme's order */
  const seen = new Map(rows.map((row) => [row, row.textContent.toLowerCase()]));
  const asWritten = new Map(groups.map((group) => [group, [...group.rows]]));
  const filter = document.querySelector("#filter");
  const isOpen = (group) => group.rows[0].querySelector("button").getAttribute("aria-expanded") === "true";
  function update() {
    const directions = all("[type=checkbox]", filter).filter((box) => box.checked).map((box) => box.value);
    const words = filter.querySelector("[type=search]").value.toLowerCase();
    const key = filter.querySelector("select").value;
    const order = key === "study" ? (row) => squeezed(row.cells[3].querySelector("a")) : (row) => "phxon".indexOf(row.className);
    table.classList.toggle("sorted", Boolean(key));
    let shown = 0;
    for (const group of groups) {
      const written = asWritten.get(group);
      if (key) {
        const own = written.filter((row) => row.id).map((row) => [order(row), row]);
        own.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
        group.append(...written.filter((row) => row.className === "code"), ...own.map(([, row]) => row));
      } else {
        group.append(...written);
      }
      let some = false, heading = null;
      for (const row of [...group.rows].slice(1)) {
        if (row.className === "code") {
          heading = row;
          row.hidden = true;
          continue;
        }
        const fits = directions.includes(row.className) && (!words || seen.get(row).includes(words));
        if (fits) { shown += 1; some = true; }
        row.hidden = !fits || !isOpen(group);
        if (!row.hidden && !key && heading) heading.hidden = false;
      }
      group.rows[0].hidden = !some;
    }
    const out = filter.querySelector("output");
    out.textContent = out.dataset.text.replace("{n}", shown).replace("{total}", rows.length);
  }
  if (filter) {
    filter.hidden = false;
    for (const group of groups) {
      const head = group.rows[0].cells[0], button = element("button", { type: "button" }, ...head.childNodes);
      button.setAttribute("aria-expanded", "true");
      head.append(button);
      button.onclick = () => { button.setAttribute("aria-expanded", String(!isOpen(group))); update(); };
    }
    filter.oninput = update;
    update();
  }

  /* a mark opens the words behind it beside the page; without script it is a plain link to its row */
  const panel = document.querySelector("#panel"), body = document.querySelector("#panel-body");
  const said = document.querySelectorAll("#coders span");
  let from = null;
  function copy(node) {
    const twin = node.cloneNode(true);
    for (const one of [twin, ...all("[id]", twin)]) one.removeAttribute("id");
    all("details", twin).forEach((one) => one.remove());
    return twin;
  }
  /* the quotation where it stands in its abstract, where the page holds that */
  function inPlace(quotation, reference) {
    const quoted = element("p", { lang: quotation.lang || document.documentElement.lang }), words = quotation.textContent;
    const abstract = reference?.querySelector("details p")?.textContent ?? "", at = abstract.indexOf(words);
    if (at < 0) {
      quoted.append(element("mark", {}, words));
    } else {
      const before = abstract.slice(Math.max(0, at - 160), at), after = abstract.slice(at + words.length, at + words.length + 160);
      quoted.append(at > 160 ? "… " + before.replace(/^\S*\s/, "") : before, element("mark", {}, words));
      quoted.append(at + words.length + 160 < abstract.length ? after.replace(/\s\S*$/, "") + " …" : after);
    }
    return element("blockquote", {}, quoted);
  }
  function traced(quotation, row) {
    const [, place, by] = quotation.nextSibling.textContent.match(/(\S.*?)\s*\[(\d+)\]/), study = row.cells[3].querySelector("a");
    const link = quotation.nextElementSibling?.matches("a") ? quotation.nextElementSibling : study;
    const reference = document.getElementById(link.getAttribute("href").slice(1));
    const coder = said[Number(by) - 1];
    const trace = element("div", { className: "trace" }, inPlace(quotation, reference));
    trace.append(element("p", {}, (/^\d/.test(place) ? table.dataset.field + " " : "") + place + " · " + body.dataset.coded + " ", ...copy(coder.querySelector("bdi")).childNodes));
    if (reference) {
      const log = document.getElementById(reference.querySelector(".from a").getAttribute("href").slice(1));
      trace.append(element("p", {}, ...copy(reference).childNodes));
      if (log) trace.append(element("p", {}, "sha256 ", element("code", {}, log.querySelector(".file code").textContent)));
    }
    return trace;
  }
  function show(link, found) {
    leave();
    from = link;
    link.setAttribute("aria-current", "true");
    const theme = squeezed(found[0].parentNode.rows[0].querySelector("span"));
    document.querySelector("#panel-title").textContent = theme + " · " + squeezed(found[0].cells[3].querySelector("a"));
    body.replaceChildren(...found.map((row) => {
      const glyph = { p: "▲", h: "▼", x: "◆", o: "○", n: "•" }[row.className];
      const name = element("p", { className: "code-line" }, code.get(row) + " · ", element("span", { className: "g " + row.className, ariaHidden: "true" }, glyph), " ");
      name.append(...[...row.cells[0].childNodes].filter((one) => one.className !== "of-code").map((one) => one.cloneNode(true)));
      const go = element("a", { href: "#" + row.id, onclick: hide }, body.dataset.show);
      return element("section", {}, name, element("p", { className: "finding-line" }, ...copy(row.cells[1]).childNodes), ...all("q", row).map((one) => traced(one, row)), element("p", {}, go));
    }));
    panel.className = link.getBoundingClientRect().right > innerWidth - 460 ? "left" : "";
    panel.hidden = false;
    panel.scrollTop = 0;
    panel.focus();
  }
  function leave() {
    if (from) from.removeAttribute("aria-current");
    from = null;
  }
  function hide() { panel.hidden = true; leave(); }
  function close() {
    const back = from;
    hide();
    if (back) back.focus({ preventScroll: true });
  }
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#f']");
    if (!link || panel.contains(link) || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const ids = (link.dataset.f ?? link.getAttribute("href").slice(1)).split(" ");
    const found = ids.map((id) => document.getElementById(id)).filter((one) => rows.includes(one));
    if (found.length) { event.preventDefault(); show(link, found); }
  });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape" && !panel.hidden) close(); });
  panel.querySelector("button").onclick = close;
})();
