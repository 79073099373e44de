// Does this device keep a journal, reach the server quickly, and tell the time?

const list = document.querySelector("[data-rehearsal]");

function tell(name, isGood, figure) {
  const place = list.querySelector(`[data-check="${name}"] [data-result]`);
  const advice = list.querySelector(`[data-check="${name}"] [data-advice]`);
  if (advice) advice.hidden = isGood;
  place.textContent = `${isGood ? list.dataset.good : list.dataset.bad}　${figure}`;
}

function keepsJournal() {
  return new Promise((resolve) => {
    try {
      const opening = indexedDB.open("warrant-rehearsal", 1);
      opening.onsuccess = () => { opening.result.close(); resolve(true); };
      opening.onerror = () => resolve(false);
    } catch {
      resolve(false);
    }
  });
}

async function measure(rounds) {
  const times = [];
  let offset = 0;
  for (let round = 0; round < rounds; round += 1) {
    const before = Date.now();
    const response = await fetch(list.dataset.url, { credentials: "same-origin", cache: "no-store" });
    const { now } = await response.json();
    const after = Date.now();
    times.push(after - before);
    offset = Date.parse(now) - (before + after) / 2;
  }
  times.sort((a, b) => a - b);
  return { slowest: times.at(-1), offset };
}

tell("journal", await keepsJournal(), "");
tell("screen", window.innerWidth >= 360, `${window.innerWidth} px`);
try {
  const { slowest, offset } = await measure(8);
  tell("network", slowest < 1000, `${slowest} ms`);
  tell("clock", Math.abs(offset) < 60_000, `${(offset / 1000).toFixed(1)} s`);
} catch {
  tell("network", false, "");
}
