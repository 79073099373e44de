// Preview of a cited article: <a class="cite" data-cite="AQSCF:97" data-on="2026-11-23">.
// Shown on focus and on pointing; the link itself always works.
const cache = new Map();
let panel = null;

function box() {
  if (!panel) {
    panel = document.createElement("div");
    panel.className = "citepop";
    panel.setAttribute("popover", "manual");
    panel.setAttribute("role", "note");
    document.body.append(panel);
  }
  return panel;
}

async function load(link) {
  const address = `/law/preview/?key=${encodeURIComponent(link.dataset.cite)}&on=${link.dataset.on}`;
  if (!cache.has(address)) cache.set(address, fetch(address).then((answer) => (answer.ok ? answer.text() : "")));
  return cache.get(address);
}

async function show(link) {
  link.dataset.wanted = "yes";
  const html = await load(link);
  if (!html || link.dataset.wanted !== "yes") return;
  const here = box();
  here.innerHTML = html;
  here.showPopover();
  const place = link.getBoundingClientRect();
  const left = Math.max(8, Math.min(place.left, window.innerWidth - here.offsetWidth - 8));
  here.style.setProperty("left", `${left + window.scrollX}px`);
  here.style.setProperty("top", `${place.bottom + window.scrollY + 6}px`);
}

function hide(link) {
  link.dataset.wanted = "";
  if (panel && panel.matches(":popover-open")) panel.hidePopover();
}

for (const [start, end] of [["mouseover", "mouseout"], ["focusin", "focusout"]]) {
  document.addEventListener(start, (event) => {
    const link = event.target.closest?.("a[data-cite]");
    if (link) show(link);
  });
  document.addEventListener(end, (event) => {
    const link = event.target.closest?.("a[data-cite]");
    if (link) hide(link);
  });
}
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && panel?.matches(":popover-open")) panel.hidePopover();
});
