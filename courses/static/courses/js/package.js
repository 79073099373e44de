// In the lesson page: the SCORM runtime. Calls come from the package's own host; what
// was said is saved with every commit. Its clock is shown, never counted.
const frame = document.querySelector("[data-package]");
const told = document.querySelector("[data-package-state]");

if (frame) start();

function start() {
  const old = frame.dataset.packageVersion === "1.2";
  const settings = { autocommit: false, logLevel: 5, selfReportSessionTime: true };
  const api = old ? new Scorm12API(settings) : new Scorm2004API(settings);
  const saved = JSON.parse(document.getElementById("package-cmi").textContent);
  if (saved.cmi) api.loadFromJSON(saved.cmi, "cmi");
  new CrossFrameLMS(api, frame.dataset.packageOrigin);
  const events = old
    ? ["LMSCommit", "LMSFinish", "LMSSetValue.*"]
    : ["Commit", "Terminate", "SetValue.*"];
  let timer = 0;
  for (const event of events) {
    api.on(event, () => {
      document.dispatchEvent(new Event("pointermove", { bubbles: true }));
      clearTimeout(timer);
      timer = setTimeout(() => save(api), event.endsWith("*") ? 1500 : 50);
    });
  }
}

async function save(api) {
  const url = frame.dataset.packageSave;
  if (!url) return;
  const cmi = JSON.parse(JSON.stringify({ cmi: api.cmi }));
  try {
    const answer = await fetch(url, {
      method: "POST",
      credentials: "same-origin",
      headers: {
        "Content-Type": "application/json",
        "X-CSRFToken": document.querySelector("input[name=csrfmiddlewaretoken]").value,
      },
      body: JSON.stringify(cmi),
    });
    if (!answer.ok) throw new Error(answer.statusText);
    const state = await answer.json();
    told.className = `state state--${state.completed ? "ok" : "idle"}`;
    told.textContent = state.completed ? told.dataset.textDone : told.dataset.textSaved;
  } catch {
    told.className = "state state--warn";
    told.textContent = told.dataset.textFailed;
  }
}
