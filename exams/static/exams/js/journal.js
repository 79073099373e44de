// The browser's own journal of a sitting: kept in IndexedDB until the server has it.
// One line per event: { sitting, client, n, kind, q, a, at }. Where IndexedDB is not to
// be had (private windows of some browsers) it lives in memory: saving still works,
// only a reload without network would lose what was not yet sent.

const DATABASE = "warrant-exams";
const STORE = "journal";

function request(operation) {
  return new Promise((resolve, reject) => {
    operation.onsuccess = () => resolve(operation.result);
    operation.onerror = () => reject(operation.error);
  });
}

async function openDatabase() {
  const opening = indexedDB.open(DATABASE, 1);
  opening.onupgradeneeded = () => {
    opening.result.createObjectStore(STORE, { keyPath: ["sitting", "client", "n"] });
  };
  return request(opening);
}

export class Journal {
  constructor(sitting) {
    this.sitting = sitting;
    this.memory = new Map();
    this.database = null;
  }

  async open() {
    try {
      this.database = await openDatabase();
      const range = IDBKeyRange.bound([this.sitting], [this.sitting, []]);
      const store = this.database.transaction(STORE).objectStore(STORE);
      for (const line of await request(store.getAll(range))) this.keep(line);
    } catch {
      this.database = null;
    }
  }

  keep(line) {
    this.memory.set(`${line.client}/${line.n}`, line);
  }

  async add(line) {
    this.keep(line);
    if (!this.database) return;
    const store = this.database.transaction(STORE, "readwrite").objectStore(STORE);
    await request(store.put({ sitting: this.sitting, ...line })).catch(() => {});
  }

  async drop(lines) {
    for (const line of lines) this.memory.delete(`${line.client}/${line.n}`);
    if (!this.database) return;
    const store = this.database.transaction(STORE, "readwrite").objectStore(STORE);
    for (const line of lines) store.delete([this.sitting, line.client, line.n]);
  }

  // Unsent lines by device, oldest device first, each in its own order.
  batches() {
    const byClient = new Map();
    for (const line of this.memory.values()) {
      if (!byClient.has(line.client)) byClient.set(line.client, []);
      byClient.get(line.client).push(line);
    }
    for (const lines of byClient.values()) lines.sort((a, b) => a.n - b.n);
    return [...byClient].map(([client, lines]) => ({ client, lines }));
  }

  pendingQuestions() {
    return new Set([...this.memory.values()].map((line) => line.q));
  }

  get isKept() {
    return this.database !== null;
  }

  get size() {
    return this.memory.size;
  }
}
