// Keeps the room up to date: server-sent events tell when, one request brings what.
// Chosen seats, the search and an open dialog survive every update. Without server-sent
// events (old proxies) it looks every ten seconds.

const room = document.querySelector("[data-console]");
const clock = document.querySelector("[data-room-clock]");
const offset = Date.parse(clock.dataset.now) - Date.now();
const SLOWLY = 10_000;
let loading = false;

const boxes = () => [...room.querySelectorAll('input[type="checkbox"][name="seats"]')];

function remember() {
  return {
    chosen: new Set(boxes().filter((box) => box.checked).map((box) => box.value)),
    search: room.querySelector("[data-find]")?.value ?? "",
    focus: document.activeElement?.id,
  };
}

function restore({ chosen, search, focus }) {
  for (const box of boxes()) box.checked = chosen.has(box.value);
  const find = room.querySelector("[data-find]");
  if (find) find.value = search;
  filter();
  count();
  if (focus) document.getElementById(focus)?.focus({ preventScroll: true });
}

async function update() {
  const isBusy = loading || room.querySelector("dialog[open]");
  if (isBusy || document.hidden) return;
  loading = true;
  try {
    const response = await fetch(room.dataset.part, { credentials: "same-origin", redirect: "error" });
    if (!response.ok) return;
    const html = await response.text();
    if (room.querySelector("dialog[open]")) return;
    const before = remember();
    room.innerHTML = html;
    restore(before);
    clock.dataset.until = room.querySelector("[data-until]")?.dataset.until ?? "";
  } catch {
    // the next look tries again
  } finally {
    loading = false;
  }
}

function count() {
  const place = room.querySelector("[data-chosen]");
  if (place) place.textContent = boxes().filter((box) => box.checked).length;
  for (const box of boxes()) box.closest("tr").classList.toggle("is-chosen", box.checked);
}

function filter() {
  const words = (room.querySelector("[data-find]")?.value ?? "").trim();
  for (const row of room.querySelectorAll("[data-seat]")) row.hidden = !row.dataset.seat.includes(words);
}

function tick() {
  const left = Math.max(0, Math.ceil((Date.parse(clock.dataset.until) - Date.now() - offset) / 1000));
  if (Number.isNaN(left)) return;
  const two = (n) => String(n).padStart(2, "0");
  const hours = Math.floor(left / 3600);
  const rest = `${two(Math.floor(left / 60) % 60)}:${two(left % 60)}`;
  clock.textContent = hours ? `${hours}:${rest}` : rest;
}

room.addEventListener("input", (event) => {
  if (event.target.matches("[data-all]")) {
    for (const box of boxes()) box.checked = event.target.checked && !box.closest("tr").hidden;
  }
  if (event.target.matches("[data-find]")) filter();
  count();
});

if ("EventSource" in window) {
  const stream = new EventSource(room.dataset.stream);
  stream.addEventListener("changed", update);
}
setInterval(update, SLOWLY);
document.addEventListener("visibilitychange", update);
setInterval(tick, 1000);
tick();
count();
