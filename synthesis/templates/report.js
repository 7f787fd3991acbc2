(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const rows = all("tr.finding"), groups = all(".ev tbody");

  /* fold, filter and order the evidence table; without script it stands whole, in the scheme's order */
  const seen = new Map(rows.map((row) => {
    const twin = row.cloneNode(true);
    all("details", twin).forEach((fold) => fold.remove());
    return [row, twin.textContent.toLowerCase()];
  }));
  const filter = document.querySelector("#filter");
  const isOpen = (group) => group.rows[0].querySelector("button").getAttribute("aria-expanded") === "true";
  function update() {
    const directions = all("[type=checkbox]", filter).filter((box) => box.checked).map((box) => box.value);
    const words = filter.querySelector("[type=search]").value.toLowerCase();
    const key = filter.querySelector("select").value;
    let shown = 0;
    for (const group of groups) {
      const own = all("tr.finding", group);
      const order = key === "study" ? (row) => row.dataset.study : key ? (row) => "phxon".indexOf(row.dataset.direction) : () => 0;
      own.sort((a, b) => (order(a) < order(b) ? -1 : order(a) > order(b) ? 1 : rows.indexOf(a) - rows.indexOf(b)));
      group.append(...own);
      let some = false;
      for (const row of own) {
        const fits = directions.includes(row.dataset.direction) && (!words || seen.get(row).includes(words));
        if (fits) { shown += 1; some = true; }
        row.hidden = !fits || !isOpen(group);
      }
      group.rows[0].hidden = !some;
    }
    const out = filter.querySelector("output");
    out.textContent = out.dataset.text.replace("{n}", shown).replace("{total}", rows.length);
  }
  if (filter) {
    filter.hidden = false;
    for (const group of groups) {
      const head = group.rows[0].cells[0], button = document.createElement("button");
      button.type = "button";
      button.setAttribute("aria-expanded", "true");
      button.append(...head.childNodes);
      head.append(button);
      button.onclick = () => { button.setAttribute("aria-expanded", String(!isOpen(group))); update(); };
    }
    filter.oninput = update;
    update();
  }

  /* a mark opens the rows behind it beside the page; without script it is a plain link to its row */
  const panel = document.querySelector("#panel"), body = document.querySelector("#panel-body");
  let from = null;
  function copy(node) {
    const twin = node.cloneNode(true);
    for (const one of [twin, ...all("[id]", twin)]) one.removeAttribute("id");
    return twin;
  }
  function element(name, ...children) {
    const made = document.createElement(name);
    made.append(...children);
    return made;
  }
  function show(link) {
    const found = link.dataset.findings.split(" ").map((id) => document.getElementById("f-" + id)).filter(Boolean);
    if (!found.length) return;
    leave();
    from = link;
    link.setAttribute("aria-current", "true");
    const theme = found[0].parentNode.rows[0].querySelector("span").textContent;
    document.querySelector("#panel-title").textContent = theme + " · " + found[0].dataset.study;
    body.replaceChildren(...found.map((row) => {
      const section = document.createElement("section"), go = element("a", body.dataset.show);
      const code = element("p", ...copy(row.cells[0]).childNodes);
      const finding = element("p", ...copy(row.cells[1]).childNodes);
      code.className = "code-line";
      finding.className = "finding-line";
      go.href = "#" + row.id;
      go.onclick = () => { hide(); };
      section.append(code, finding, ...all(".trace", row).map(copy), element("p", go));
      return section;
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
    const link = event.target.closest("a.open");
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) { event.preventDefault(); show(link); }
  });
  document.addEventListener("keydown", (event) => { if (event.key === "Escape" && !panel.hidden) close(); });
  panel.querySelector("button").onclick = close;
})();
