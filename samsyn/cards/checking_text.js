// The text of a record with marks in it, and what of it is selected. Places are code points, as in Python:
// an emoji is one, though it is two in a JavaScript string.

const codePoints = (text) => Array.from(text).length;

/**
 * A field of a record, cut where marks begin and end; every piece says in data-start where it begins.
 * A mark is {start, end, className, first, last}; a chip {at, node} stands after the character before `at`.
 */
function markedText(field, text, marks, chips) {
  const signs = Array.from(text);
  const inside = (place) => Math.min(Math.max(place, 0), signs.length);
  const cuts = [...new Set([0, signs.length, ...marks.flatMap(({ start, end }) => [start, end]), ...chips.map(({ at }) => at)].map(inside))];
  cuts.sort((one, other) => one - other);
  const nodes = [];
  cuts.slice(0, -1).forEach((from, number) => {
    const to = cuts[number + 1];
    let node = element("span", { "data-start": from }, signs.slice(from, to).join(""));
    // the first mark is the outermost
    for (const mark of marks.filter(({ start, end }) => start < to && end > from).reverse()) {
      const ends = `${mark.start === from ? " first" : ""}${mark.end === to ? " last" : ""}`;
      node = element("mark", { class: mark.className + ends }, node);
    }
    nodes.push(node, ...chips.filter(({ at }) => inside(at) === to).map(({ node: chip }) => chip));
  });
  return element("span", { "data-field": field }, nodes);
}

/** What is selected in a field under `root`, {field, start, end, text}; null where nothing is. */
function selectedWords(root) {
  const selection = root.ownerDocument.getSelection();
  if (!selection || selection.isCollapsed || !selection.rangeCount) return null;
  const range = selection.getRangeAt(0);
  const fields = [...root.querySelectorAll("[data-field]")].filter((each) => range.intersectsNode(each));
  for (const field of fields) {
    let start = null, end = null, text = "";
    for (const piece of field.querySelectorAll("[data-start]")) {
      const node = piece.firstChild;
      if (!node || !range.intersectsNode(node)) continue;
      const from = range.startContainer === node ? range.startOffset : 0;
      const to = range.endContainer === node ? range.endOffset : node.data.length;
      if (to <= from) continue;
      const base = Number(piece.dataset.start);
      start ??= base + codePoints(node.data.slice(0, from));
      end = base + codePoints(node.data.slice(0, to));
      text += node.data.slice(from, to);
    }
    // a selection over both fields counts in the first in which it holds words
    if (start !== null && text.trim()) return { field: field.dataset.field, start, end, text };
  }
  return null;
}
