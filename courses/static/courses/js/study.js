// Study time of an open lesson: tells the server every half minute that somebody is
// here, which recording is where, and where reading stopped. The server counts; a beat only
// says whether the window stayed in front and whether somebody moved.
const BEAT_EVERY = 30_000;
const ACTS = ["scroll", "pointerdown", "pointermove", "keydown", "touchstart"];

const article = document.querySelector("[data-study]");
if (article) start(article);

function csrf() {
  return document.querySelector("input[name=csrfmiddlewaretoken]")?.value ?? "";
}

async function post(url, body, keepalive = false) {
  const response = await fetch(url, {
    method: "POST",
    credentials: "same-origin",
    keepalive,
    headers: { "Content-Type": "application/json", "X-CSRFToken": csrf() },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw Object.assign(new Error(response.statusText), { status: response.status });
  return response.json();
}

function start(root) {
  const state = {
    url: "", token: "", acted: true, hidden: document.hidden,
    position: root.dataset.studyPosition, end: false, busy: false, again: false,
  };
  const told = document.querySelector("[data-study-told]");
  const status = document.querySelector("[data-study-state]");

  for (const act of ACTS) addEventListener(act, () => { state.acted = true; }, { passive: true });

  const marks = new IntersectionObserver((entries) => {
    for (const entry of entries) if (entry.isIntersecting) state.position = entry.target.dataset.block;
  }, { rootMargin: "0px 0px -55% 0px" });
  root.querySelectorAll("[data-block]").forEach((mark) => marks.observe(mark));

  const end = root.querySelector("[data-study-end]");
  if (end) new IntersectionObserver((entries) => {
    if (entries.some((entry) => entry.isIntersecting) && !state.end) { state.end = true; beat(); }
  }).observe(end);

  // A recording counts by its place, which the server compares with its own clock; so it
  // is told at every beat, and at once when the recording starts, stops or is moved.
  let playing = null;
  let place = 0;
  for (const element of root.querySelectorAll("[data-study-media]")) {
    element.addEventListener("timeupdate", () => {
      if (element === playing && !element.seeking) place = element.currentTime;
    });
    element.addEventListener("play", () => {
      playing = element;
      place = element.currentTime;
      beat();
    });
    element.addEventListener("seeking", () => { if (element === playing) beat(); });
    element.addEventListener("seeked", () => {
      if (element !== playing) return;
      place = element.currentTime;
      beat();
    });
    for (const event of ["pause", "ended"]) element.addEventListener(event, () => {
      if (element !== playing) return;
      beat();
      playing = null;
    });
  }

  function say(kind, text) {
    if (!status) return;
    status.hidden = !text;
    status.className = `state state--${kind}`;
    status.textContent = text;
  }

  async function open() {
    const answer = await post(root.dataset.studyOpen, {});
    state.url = answer.url;
    state.token = answer.token;
    say("ok", root.dataset.textCounting);
  }

  async function beat(keepalive = false) {
    if (!state.token) return;
    if (state.busy) { state.again = true; return; }
    state.busy = true;
    const body = {
      token: state.token,
      visible: !state.hidden,
      acted: state.acted,
      position: state.position || "",
      reached_end: state.end,
    };
    if (playing) Object.assign(body, { recording: playing.dataset.studyMedia, recording_at: place });
    state.acted = false;
    try {
      show(await post(state.url, body, keepalive));
    } catch (error) {
      if (error.status === 409 || error.status === 403) await open().catch(() => {});
      else say("warn", root.dataset.textOffline);
    } finally {
      state.busy = false;
      state.hidden = document.hidden;
    }
    if (state.again) {
      state.again = false;
      beat();
    }
  }

  function show(answer) {
    state.token = answer.token;
    if (told) {
      const minutes = Math.floor(answer.seconds / 60);
      const template = minutes ? told.dataset.textMinutes : told.dataset.textSeconds;
      told.textContent = template.replace("{m}", minutes).replace("{s}", answer.seconds % 60);
    }
    if (answer.learnt) say("ok", root.dataset.textLearnt);
    else say("ok", root.dataset.textCounting);
  }

  document.addEventListener("visibilitychange", () => {
    if (document.hidden) {
      state.hidden = false;
      beat(true);
      say("idle", root.dataset.textPaused);
    } else {
      state.hidden = true;
      state.acted = true;
      beat();
    }
  });
  addEventListener("pagehide", () => beat(true));
  setInterval(() => { if (!document.hidden) beat(); }, BEAT_EVERY);
  open().catch(() => say("warn", root.dataset.textOffline));
}
