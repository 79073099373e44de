// The paper: one question at a time, every change into the journal, the journal to the
// server, and on the screen only what the server has acknowledged.

import { ServerClock } from "./clock.js";
import { Journal } from "./journal.js";

const BATCH = 200;
const QUIET = 700; // typing pauses this long before it is saved
const POLL = 20_000;
const RETRY = [1000, 2000, 4000, 8000, 15_000];
const LETTERS = "ABCDEFGHIJKL";

const data = JSON.parse(document.getElementById("sitting-data").textContent);
const texts = data.texts;
const page = document.getElementById("main");
const paper = document.querySelector("[data-paper]");
const questions = [...document.querySelectorAll("[data-question]")];
const exhibits = [...document.querySelectorAll("[data-exhibit]")];
const all = (selector) => document.querySelectorAll(selector);
const csrf = paper.elements.csrfmiddlewaretoken.value;

const journal = new Journal(data.id);
let known = data.head ?? 0;
let deadline = data.deadline ? Date.parse(data.deadline) : null;
const clock = new ServerClock(data.now);
let state = data.state;
let current = 0;
let failures = 0;
let sending = null;
let timer = null;
let ended = false;
let asking = false;
let signedOut = false;

// ---- the device's name and its counter survive a reload of this tab

const store = window.sessionStorage;
const key = `exam-${data.id}`;
const kept = JSON.parse(store.getItem(key) ?? "null");
const client = kept?.client ?? crypto.randomUUID?.() ?? `d-${Math.random().toString(36).slice(2)}${Date.now()}`;
let counter = kept?.counter ?? 0;
const remember = () => store.setItem(key, JSON.stringify({ client, counter, current }));

// ---- answers

const position = (section) => Number(section.dataset.question);
const sectionOf = (number) => questions.find((section) => position(section) === number);

function readAnswer(section) {
  const controls = [...section.querySelectorAll("input, select, textarea")];
  switch (section.dataset.type) {
    case "single_choice":
    case "multiple_choice": {
      const letters = controls.filter((c) => c.checked).map((c) => c.value);
      return letters.length ? letters : null;
    }
    case "true_false": {
      const chosen = controls.find((c) => c.checked);
      return chosen ? chosen.value === "true" : null;
    }
    case "fill_in": {
      const blanks = controls.map((c) => c.value);
      return blanks.some((text) => text.trim()) ? blanks : null;
    }
    case "matching": {
      const pairs = controls.filter((c) => c.value).map((c) => [c.dataset.row, c.value]);
      return pairs.length ? Object.fromEntries(pairs) : null;
    }
    case "ordering": {
      const placed = controls.filter((c) => c.value).sort((a, b) => a.value - b.value);
      return placed.length ? placed.map((c) => c.dataset.row) : null;
    }
    default:
      return controls[0].value.trim() ? controls[0].value : null;
  }
}

function writeAnswer(section, answer) {
  const controls = [...section.querySelectorAll("input, select, textarea")];
  switch (section.dataset.type) {
    case "single_choice":
    case "multiple_choice":
      for (const c of controls) c.checked = (answer ?? []).includes(c.value);
      break;
    case "true_false":
      for (const c of controls) c.checked = answer !== null && c.value === String(answer);
      break;
    case "fill_in":
      controls.forEach((c, n) => { c.value = answer?.[n] ?? ""; });
      break;
    case "matching":
      for (const c of controls) c.value = answer?.[c.dataset.row] ?? "";
      break;
    case "ordering":
      for (const c of controls) {
        const place = (answer ?? []).indexOf(c.dataset.row);
        c.value = place < 0 ? "" : String(place + 1);
      }
      break;
    default:
      controls[0].value = answer ?? "";
  }
}

// Two steps in one place: the newer choice keeps it, the older one is asked again.
function keepPlacesApart(section, changed) {
  if (section.dataset.type !== "ordering" || !changed.value) return;
  for (const other of section.querySelectorAll("select")) {
    if (other !== changed && other.value === changed.value) other.value = "";
  }
}

// ---- journal and server

async function record(kind, section = null, answer = undefined) {
  counter += 1;
  remember();
  const line = { client, n: counter, kind, at: new Date(clock.now()).toISOString() };
  if (section) line.q = position(section);
  if (answer !== undefined) line.a = answer;
  await journal.add(line);
  showSave();
  send();
}

function answerChanged(section) {
  const answer = readAnswer(section);
  markCell(section, answer !== null);
  record(answer === null ? "cleared" : "answered", section, answer);
}

const asEvents = (lines) => lines.map(({ n, kind, q, a, at }) => ({ n, kind, q, a, at }));

async function post(client, lines) {
  return fetch(data.urls.events, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": csrf },
    body: JSON.stringify({ client, known, events: asEvents(lines) }),
    credentials: "same-origin",
    redirect: "manual",
  });
}

function send() {
  if (sending || ended) return sending ?? Promise.resolve();
  sending = sendAll().finally(() => { sending = null; });
  return sending;
}

async function sendAll() {
  while (journal.size && !ended) {
    const batch = journal.batches()[0];
    const lines = batch.lines.slice(0, BATCH);
    let response;
    try {
      response = await post(batch.client, lines);
    } catch {
      return later();
    }
    signedOut = response.type === "opaqueredirect";
    if (response.ok) {
      failures = 0;
      await journal.drop(lines);
      acknowledged(await response.json());
    } else if (response.status === 409) {
      return end();
    } else if (response.status === 423) {
      setState("paused");
      return later(POLL);
    } else if (response.status === 400) {
      await journal.drop(lines);
      toast(texts.refused);
    } else if (response.status === 403 && journal.isKept) {
      return location.reload(); // signed in anew elsewhere: this page's token is old
    } else {
      return later();
    }
  }
}

function later(delay = RETRY[Math.min(failures, RETRY.length - 1)]) {
  failures += 1;
  showSave();
  clearTimeout(timer);
  timer = setTimeout(send, delay);
}

function acknowledged(saved) {
  if (document.documentElement.dataset.dropped) record("reconnected");
  delete document.documentElement.dataset.dropped;
  known = Math.max(known, saved.head);
  if (saved.deadline) deadline = Date.parse(saved.deadline);
  setState(saved.state);
  const pending = journal.pendingQuestions();
  const changed = [];
  for (const [number, answer] of Object.entries(saved.newer)) {
    const section = sectionOf(Number(number));
    if (!section || pending.has(Number(number))) continue;
    if (JSON.stringify(readAnswer(section)) === JSON.stringify(answer)) continue;
    writeAnswer(section, answer);
    markCell(section, answer !== null);
    changed.push(number);
  }
  if (changed.length) toast(`${texts.newer} ${changed.join("、")}`);
  showSave(saved.saved_at);
}

// ---- what is shown

const clockText = (when) => new Date(when).toLocaleTimeString("zh-Hans-CN", { hour12: false, timeZone: "Asia/Shanghai" });

function showSave(savedAt) {
  const line = document.querySelector("[data-save]");
  const lost = failures > 1 || signedOut || !navigator.onLine;
  if (lost) document.documentElement.dataset.dropped = "1";
  line.classList.toggle("is-bad", lost && journal.size > 0);
  line.classList.toggle("is-sending", !lost && journal.size > 0);
  const text = line.querySelector("[data-save-text]");
  if (journal.size && lost) text.textContent = signedOut ? texts.sign_in : texts.offline;
  else if (journal.size) text.textContent = texts.saving;
  else if (savedAt) text.textContent = `${texts.saved} ${clockText(savedAt)}`;
  const pending = journal.pendingQuestions();
  for (const cell of all("[data-cell]")) {
    cell.classList.toggle("is-sending", pending.has(Number(cell.dataset.cell)));
  }
  for (const note of all("[data-unsent]")) note.hidden = !journal.size;
}

function markCell(section, isAnswered) {
  const cell = document.querySelector(`[data-cell="${section.dataset.question}"]`);
  cell.classList.toggle("is-done", isAnswered);
  count();
}

function count() {
  const cells = [...all("[data-cell]")];
  const answered = cells.filter((cell) => cell.classList.contains("is-done")).length;
  const flagged = cells.filter((cell) => cell.classList.contains("is-flag")).length;
  for (const place of all("[data-answered]")) place.textContent = answered;
  for (const place of all("[data-open]")) place.textContent = cells.length - answered;
  for (const place of all("[data-flagged]")) place.textContent = flagged;
  for (const bar of all("[data-progress]")) bar.value = answered;
  for (const cell of cells) {
    const words = [cell.classList.contains("is-done") ? texts.answered : texts.open];
    if (cell.classList.contains("is-flag")) words.push(texts.flagged);
    cell.querySelector("[data-cell-text]").textContent = ` ${words.join(" ")}`;
  }
}

function show(index, focus = true) {
  current = Math.max(0, Math.min(questions.length - 1, index));
  remember();
  const section = questions[current];
  for (const other of questions) other.hidden = other !== section;
  for (const exhibit of exhibits) exhibit.hidden = exhibit.dataset.exhibit !== section.dataset.forExhibit;
  page.classList.toggle("is-single", !section.dataset.forExhibit);
  for (const cell of all("[data-cell]")) {
    if (cell.dataset.cell === section.dataset.question) cell.setAttribute("aria-current", "true");
    else cell.removeAttribute("aria-current");
  }
  for (const button of all('[data-turn="-1"]')) button.disabled = current === 0;
  for (const button of all('[data-turn="1"]')) button.disabled = current === questions.length - 1;
  showFlag();
  document.title = document.title.replace(/^(\d+ · )?/, `${section.dataset.question} · `);
  history.replaceState(null, "", `#${section.id}`);
  if (focus) {
    section.focus({ preventScroll: true });
    window.scrollTo({ top: 0 });
  }
}

function isFlagged(section) {
  return document.querySelector(`[data-cell="${section.dataset.question}"]`).classList.contains("is-flag");
}

function showFlag() {
  const flagged = isFlagged(questions[current]);
  for (const button of all("[data-flag-now], [data-question]:not([hidden]) [data-flag]")) {
    button.setAttribute("aria-pressed", String(flagged));
    button.classList.toggle("is-flagged", flagged && button.matches("[data-flag-now]"));
    button.querySelector("[data-flag-text]").textContent = flagged ? texts.unflag : texts.flag;
  }
}

function turnFlag() {
  const section = questions[current];
  const cell = document.querySelector(`[data-cell="${section.dataset.question}"]`);
  const flagged = cell.classList.toggle("is-flag");
  count();
  showFlag();
  record(flagged ? "flagged" : "unflagged", section);
}

function toast(text) {
  const place = document.querySelector("[data-toasts]");
  const line = document.createElement("p");
  line.className = "toast";
  line.textContent = text;
  place.append(line);
  setTimeout(() => line.remove(), 12_000);
}

// ---- the clock is the server's

const secondsLeft = () => Math.max(0, Math.ceil((deadline - clock.now()) / 1000));

function tick() {
  if (deadline === null || ended) return;
  if (clock.hasJumped) poll();
  holdStill();
  if (state === "paused") return;
  const left = secondsLeft();
  const place = document.querySelector("[data-clock]");
  const [h, m, s] = [Math.floor(left / 3600), Math.floor(left / 60) % 60, left % 60];
  const two = (n) => String(n).padStart(2, "0");
  place.textContent = h ? `${h}:${two(m)}:${two(s)}` : `${two(m)}:${two(s)}`;
  place.closest(".sitbar__clock").classList.toggle("is-short", left <= 300);
  if (left === 300) toast(texts.minutes);
  if (left === 0) timeIsUp();
}

// Only the server says that the time is over. Without it nothing more can be written,
// and what is in the journal waits for the connection.
async function timeIsUp() {
  if (asking) return;
  asking = true;
  for (const section of waiting.keys()) takeTyped(section);
  const isTold = await poll();
  if (isTold && !secondsLeft()) return handIn();
  if (!isTold) {
    document.querySelector("[data-save-text]").textContent = texts.over;
    await new Promise((resolve) => { setTimeout(resolve, RETRY[0]); });
  }
  asking = false;
}

function holdStill() {
  const still = state === "paused" || (deadline !== null && !secondsLeft());
  for (const control of paper.querySelectorAll("fieldset")) control.disabled = still;
}

function setState(next) {
  if (next === state) return;
  state = next;
  holdStill();
  if (state === "paused") toast(texts.paused);
  if (["submitted", "expired", "marked", "released", "void"].includes(state)) end();
}

async function poll() {
  const before = performance.now();
  let answer;
  try {
    const response = await fetch(data.urls.clock, { credentials: "same-origin", redirect: "error" });
    answer = await response.json();
  } catch {
    failures = Math.max(failures, 1);
    return false;
  }
  clock.set(answer.now, (before + performance.now()) / 2);
  if (answer.deadline && Date.parse(answer.deadline) !== deadline) {
    deadline = Date.parse(answer.deadline);
    const last = answer.notices.at(-1);
    if (last) toast(`${texts.added} ${last.minutes}　${last.reason}`);
  }
  setState(answer.state);
  for (const note of answer.notes) showNote(note);
  if (journal.size) send();
  return true;
}

function showNote(note) {
  if (document.querySelector(`[data-note="${note.id}"]`)) return;
  const line = document.createElement("p");
  line.className = "notice notice--warn";
  line.dataset.note = note.id;
  const words = document.createElement("span");
  words.textContent = `${clockText(note.at).slice(0, 5)}　${note.text}`;
  line.append(words);
  document.querySelector("[data-notices]").prepend(line);
  toast(note.text);
}

// ---- the end

function end() {
  if (ended) return;
  ended = true;
  location.assign(data.urls.receipt);
}

async function handIn() {
  if (ended) return;
  await send();
  if (ended) return;
  ended = true;
  packJournal();
  paper.submit();
}

function packJournal() {
  const batches = journal.batches().map(({ client: name, lines }) => ({ client: name, events: asEvents(lines) }));
  paper.elements.journal.value = JSON.stringify(batches);
}

// ---- material, larger and smaller

let zoomed = 1;
function zoomBy(steps) {
  zoomed = Math.max(0.5, Math.min(4, zoomed * 1.25 ** steps));
  document.querySelector("[data-zoom]").style.zoom = zoomed;
}

// ---- hands

function choose(letter) {
  const section = questions[current];
  const control = [...section.querySelectorAll("input[type=radio], input[type=checkbox]")][LETTERS.indexOf(letter)];
  if (control && !control.disabled) control.click();
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (document.querySelector("dialog[open]")) return;
  const typing = event.target.closest("textarea, select, input:not([type=radio]):not([type=checkbox])");
  if (typing) return;
  const letter = event.key.toUpperCase();
  if (event.key === "ArrowLeft") show(current - 1);
  else if (event.key === "ArrowRight") show(current + 1);
  else if (letter === "F") turnFlag();
  else if (letter.length === 1 && letter >= "A" && letter <= "L" && letter !== "F") choose(letter);
  else return;
  event.preventDefault();
}

// What is being typed and was not yet taken into the journal.
const waiting = new Map();

function takeTyped(section) {
  if (!waiting.has(section)) return;
  clearTimeout(waiting.get(section));
  waiting.delete(section);
  answerChanged(section);
}

function listen() {
  paper.addEventListener("input", (event) => {
    const section = event.target.closest("[data-question]");
    if (!section) return;
    keepPlacesApart(section, event.target);
    clearTimeout(waiting.get(section));
    const typed = event.target.matches("textarea, input:not([type=radio]):not([type=checkbox])");
    if (typed) waiting.set(section, setTimeout(takeTyped, QUIET, section));
    else answerChanged(section);
  });
  paper.addEventListener("focusout", (event) => {
    const section = event.target.closest("[data-question]");
    if (section) takeTyped(section);
  });
  paper.addEventListener("submit", (event) => {
    if (!navigator.onLine) {
      event.preventDefault();
      document.getElementById("end").close();
      return toast(texts.offline);
    }
    ended = true;
    packJournal();
  });
  document.addEventListener("keydown", onKey);
  document.addEventListener("click", (event) => {
    const turn = event.target.closest("[data-turn]");
    if (turn) show(current + Number(turn.dataset.turn));
    if (event.target.closest("[data-flag], [data-flag-now]")) turnFlag();
    const cell = event.target.closest("[data-cell]");
    if (cell) {
      event.preventDefault();
      const card = document.getElementById("answers");
      if (card.matches(":popover-open")) card.hidePopover();
      show(questions.indexOf(sectionOf(Number(cell.dataset.cell))));
    }
    const by = event.target.closest("[data-zoom-by]");
    if (by) zoomBy(Number(by.dataset.zoomBy));
    const zoom = event.target.closest("[data-zoom-open]");
    if (zoom) {
      const shown = zoom.closest("figure").querySelector("[data-zoomable]").cloneNode(true);
      document.querySelector("[data-zoom]").replaceChildren(shown);
      document.getElementById("zoom").showModal();
    }
  });
  document.addEventListener("visibilitychange", () => {
    if (!ended) record(document.hidden ? "focus_lost" : "focus_back");
  });
  window.addEventListener("online", () => { failures = 0; send(); poll(); });
  window.addEventListener("offline", () => showSave());
  window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
}

// Answers that never reached the server are shown again after a reload.
function restore() {
  for (const { lines } of journal.batches()) {
    for (const line of lines) {
      const section = line.q && sectionOf(line.q);
      if (!section || !["answered", "cleared"].includes(line.kind)) continue;
      writeAnswer(section, line.a ?? null);
      markCell(section, line.kind === "answered");
    }
  }
}

page.classList.add("has-script");
await journal.open();
restore();
listen();
count();
const wanted = questions.findIndex((section) => `#${section.id}` === location.hash);
show(wanted >= 0 ? wanted : kept?.current ?? 0, false);
showSave();
if (state === "paused") { state = ""; setState("paused"); }
send();
tick();
setInterval(tick, 500);
setInterval(poll, POLL);
