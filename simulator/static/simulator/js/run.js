// A run in the browser. Everything works without this module; it adds the keyboard,
// keeps what was scrolled, opens sheets on a phone, and says when the network is gone.

const NARROW = window.matchMedia("(max-width: 63.99em)");
const scrolled = new Map();
let submitter = null;
let looked = false;
let opened = false;

const typing = (target) =>
  target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select");

function uid() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) =>
    b.toString(16).padStart(2, "0"),
  ).join("");
}

// -- keep the place in every pane over a swap
document.body.addEventListener("htmx:beforeSwap", () => {
  for (const pane of document.querySelectorAll("[data-keep-scroll]")) {
    scrolled.set(pane.dataset.keepScroll, pane.scrollTop);
  }
});
document.body.addEventListener("htmx:afterSettle", () => {
  for (const pane of document.querySelectorAll("[data-keep-scroll]")) {
    pane.scrollTop = scrolled.get(pane.dataset.keepScroll) ?? 0;
  }
  ready();
});

// -- sheets on a phone
function openSheets() {
  if (!NARROW.matches) return;
  const look = document.querySelector("[data-sheet]");
  if (look && looked) {
    look.classList.remove("card");
    look.classList.add("sheet");
    look.popover = "auto";
    look.querySelector("[data-sheet-close]")?.removeAttribute("hidden");
    look.showPopover();
    return;
  }
  const list = document.querySelector("[data-open-narrow]");
  if (list && !looked && !opened) list.showPopover();
}

document.addEventListener("submit", (event) => {
  submitter = event.submitter;
  const verb = new FormData(event.target).get("verb") ?? "";
  looked = /^(hotspot\.inspect|document\.read|person\.ask|equipment\.test|evidence\.fix)$/.test(verb);
  opened = verb === "document.open";
}, true);

// -- numbers on the drawing press the button of the list
document.addEventListener("click", (event) => {
  const pin = event.target.closest("[data-press]");
  if (pin) document.getElementById(pin.dataset.press)?.click();

  const cite = event.target.closest("[data-cite]");
  if (cite) {
    const field = document.getElementById(cite.dataset.cite);
    if (field) {
      field.value = [field.value.trim(), cite.dataset.text].filter(Boolean).join("\n");
      field.focus();
    }
  }
});

// -- keyboard: arrows between things, E fixes, 1 to 3 mark the open item
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const list = event.target.closest?.("[data-arrows]");
  const steps = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 };
  if (list && event.key in steps) {
    const all = [...list.querySelectorAll("button")];
    const next = all.indexOf(document.activeElement) + steps[event.key];
    all[(next + all.length) % all.length]?.focus();
    event.preventDefault();
    return;
  }
  if (typing(event.target)) return;
  if (event.key === "e" || event.key === "E") {
    document.querySelector("[data-fix]")?.focus();
  }
  if ("123".includes(event.key)) {
    const marks = document.querySelectorAll("[data-item-form] input[name=mark]");
    marks[Number(event.key) - 1]?.click();
  }
});

// -- the form under a finding shows what its measure needs
function showFields(form) {
  const choice = form.querySelector("[data-measure-choice]");
  for (const field of form.querySelectorAll("[data-for]")) {
    field.hidden = field.dataset.for !== choice.value;
  }
}
document.addEventListener("change", (event) => {
  const form = event.target.closest("[data-measure]");
  if (form) showFields(form);
});

// -- cards can be dragged; the select under each card does the same
const LANE_VERBS = {
  order_immediate: "onsite.order_immediate",
  order_deadline: "order.deadline",
  file_case: "case.file",
  other: "no_penalty.educate",
};
document.addEventListener("dragstart", (event) => {
  const card = event.target.closest?.("[data-item]");
  if (card) event.dataTransfer.setData("text/plain", card.dataset.item);
});
document.addEventListener("dragover", (event) => {
  if (event.target.closest?.("[data-lane]")) event.preventDefault();
});
document.addEventListener("drop", (event) => {
  const lane = event.target.closest?.("[data-lane]");
  const card = lane && document.getElementById(`f-${event.dataTransfer.getData("text/plain")}`);
  if (!card) return;
  event.preventDefault();
  const form = card.querySelector("[data-measure]");
  const choice = form.querySelector("[data-measure-choice]");
  choice.value = LANE_VERBS[lane.dataset.lane] ?? "";
  lane.querySelector("ul")?.append(card);
  showFields(form);
  (form.querySelector("[data-for]:not([hidden]) input") ?? form.querySelector("button")).focus();
});

// -- real time left
setInterval(() => {
  for (const clock of document.querySelectorAll("[data-countdown]")) {
    const left = Math.max(0, (new Date(clock.dataset.countdown) - Date.now()) / 1000);
    const pad = (n) => String(Math.floor(n)).padStart(2, "0");
    clock.textContent = `${pad(left / 60)}:${pad(left % 60)}`;
    if (left === 0) window.location.reload();
  }
}, 1000);

// -- the network is gone: what was typed stays, the same act can be sent again
document.body.addEventListener("htmx:sendError", (event) => {
  const said = document.getElementById("said");
  const text = document.querySelector("[data-run]").dataset;
  const note = document.createElement("div");
  note.className = "notice notice--bad";
  const line = document.createElement("p");
  line.textContent = text.offline;
  const again = document.createElement("button");
  again.type = "button";
  again.className = "btn btn--s";
  again.textContent = text.again;
  const form = event.detail.elt.closest("form");
  const button = submitter;
  again.addEventListener("click", () => {
    note.remove();
    form?.requestSubmit(button?.form === form ? button : undefined);
  });
  note.append(line, again);
  said.append(note);
});

// -- leaving the page is told to the invigilator and never changes a score
document.addEventListener("visibilitychange", () => {
  const run = document.querySelector("[data-run][data-watch]");
  const token = document.querySelector("input[name=csrfmiddlewaretoken]")?.value;
  if (!run || !token || !document.hidden) return;
  const body = new FormData();
  body.set("csrfmiddlewaretoken", token);
  body.set("verb", "ui.focus_lost");
  body.set("client_event_id", uid());
  navigator.sendBeacon(run.dataset.watch, body);
});

function ready() {
  document.querySelectorAll("[data-measure]").forEach(showFields);
  if (opened) document.querySelector(".paperdesk")?.scrollIntoView({ block: "start" });
  openSheets();
}
ready();
