// What is typed and not sent survives a reload and signing in again: kept in this browser, by thread and parent.

const STORE = "retake.drafts.";
const KEEP_DAYS = 30;
const MOST = 8;

function read(thread) {
  try {
    const kept = JSON.parse(localStorage.getItem(STORE + thread) ?? "{}");
    return kept && typeof kept === "object" ? kept : {};
  } catch { return {}; }
}

function write(thread, kept) {
  try {
    const entries = Object.entries(kept).filter(([, draft]) => draft.text?.trim() && Date.now() - draft.at < KEEP_DAYS * 864e5);
    entries.sort(([, a], [, b]) => b.at - a.at);
    if (entries.length) localStorage.setItem(STORE + thread, JSON.stringify(Object.fromEntries(entries.slice(0, MOST))));
    else localStorage.removeItem(STORE + thread);
  } catch { /* a private window keeps nothing; the page still holds the text */ }
}

export function save(thread, parent, text) {
  const kept = read(thread);
  if (text.trim()) kept[parent || "new"] = { text, at: Date.now() };
  else delete kept[parent || "new"];
  write(thread, kept);
}

export function clear(thread, parent) {
  save(thread, parent, "");
}

/** The draft of this parent; unless only that one is wanted, else the newest of the thread with the parent it was written for. */
export function load(thread, parent, { only = false } = {}) {
  const kept = read(thread);
  const exact = kept[parent || "new"];
  if (exact?.text) return { text: exact.text, parent: parent || "new" };
  if (only) return null;
  const newest = Object.entries(kept).sort(([, a], [, b]) => b.at - a.at)[0];
  return newest ? { text: newest[1].text, parent: newest[0] } : null;
}
