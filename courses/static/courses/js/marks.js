// Marks of one's own: select words of a lesson, press the button, keep them as a note.
// Shown again with the Custom Highlight API, so the text itself is never changed.
const root = document.querySelector("[data-study]");
const list = document.querySelectorAll("[data-mark-block]");
const form = document.querySelector("[data-mark-form]");

if (root && form) start();

function start() {
  show();
  document.addEventListener("selectionchange", () => {
    const words = chosen();
    form.hidden = !words;
    if (!words) return;
    form.elements.quote.value = words.text;
    form.elements.block_id.value = words.block;
  });
}

function chosen() {
  const selection = getSelection();
  if (!selection || selection.isCollapsed || !root.contains(selection.anchorNode)) return null;
  const text = selection.toString().trim().slice(0, 500);
  const mark = markBefore(selection.getRangeAt(0).startContainer);
  return text.length > 1 && mark ? { text, block: mark.dataset.block } : null;
}

function markBefore(node) {
  let found = null;
  for (const mark of root.querySelectorAll("[data-block]")) {
    if (mark.compareDocumentPosition(node) & Node.DOCUMENT_POSITION_FOLLOWING) found = mark;
  }
  return found;
}

function show() {
  if (!("highlights" in CSS)) return;
  const ranges = [];
  for (const entry of list) {
    const range = find(entry.dataset.markBlock, entry.dataset.markQuote);
    if (range) ranges.push(range);
  }
  if (ranges.length) CSS.highlights.set("own-marks", new Highlight(...ranges));
}

function find(block, quote) {
  const mark = root.querySelector(`[data-block="${CSS.escape(block)}"]`);
  if (!mark || !quote) return null;
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const nodes = [];
  let text = "";
  while (walker.nextNode()) {
    const node = walker.currentNode;
    if (!(mark.compareDocumentPosition(node) & Node.DOCUMENT_POSITION_FOLLOWING)) continue;
    nodes.push([text.length, node]);
    text += node.data;
    if (text.length > 20_000) break;
  }
  const at = text.indexOf(quote.split("\n")[0]);
  if (at < 0) return null;
  const range = new Range();
  setEdge(range, "setStart", nodes, at);
  setEdge(range, "setEnd", nodes, at + quote.split("\n")[0].length);
  return range;
}

function setEdge(range, edge, nodes, at) {
  for (const [start, node] of nodes) {
    if (at <= start + node.data.length) {
      range[edge](node, at - start);
      return;
    }
  }
}
