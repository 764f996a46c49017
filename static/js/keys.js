// The one key map. A key becomes a DOM event `key:<name>` on the document; whoever acts on it calls preventDefault.
// Characters act only when no field has the focus, and can be switched off in the sheet of keys.

const STORE = "retake.single-keys";

const PLAIN = {
  " ": "play", ArrowLeft: "frame-back", ArrowRight: "frame-forward", Home: "start", End: "end",
  ArrowUp: "turn-up", ArrowDown: "turn-down", Escape: "leave",
};
const SHIFTED = { ArrowLeft: "second-back", ArrowRight: "second-forward" };
const CHARACTERS = {
  j: "back", k: "pause", l: "forward", i: "range-in", o: "range-out", I: "range-in-clear", O: "range-out-clear",
  c: "compare", w: "wipe", s: "side", x: "swap", p: "peek", f: "fullscreen", "[": "sibling-earlier", "]": "sibling-later",
  "1": "take", "2": "take", "3": "take", "4": "take", g: "map", q: "queue", d: "details", // on a review page D draws
  m: "note", a: "approve", n: "needs-changes", r: "resolve", "/": "focus", "?": "help",
};
// The queue of moderators has letters of its own: <body data-keys="queue">.
const QUEUE = {
  j: "queue-next", k: "queue-previous", r: "queue-release", h: "queue-hide", d: "queue-delete", s: "queue-strike", u: "queue-undo",
  g: "queue-grey", b: "queue-blur", p: "queue-play", "?": "help",
  "1": "queue-ground", "2": "queue-ground", "3": "queue-ground", "4": "queue-ground", "5": "queue-ground", "6": "queue-ground", "7": "queue-ground",
};
const inQueue = document.body.dataset.keys === "queue";
const LETTERS = inQueue ? QUEUE : CHARACTERS;
const FIELDS = "input:not([type=range], [type=checkbox], [type=radio], [type=button], [type=submit]), textarea, select, [contenteditable]";

function raise(name, event, detail = {}) {
  const news = new CustomEvent(`key:${name}`, { bubbles: true, cancelable: true, detail: { ...detail, repeat: event.repeat } });
  document.dispatchEvent(news);
  if (news.defaultPrevented) event.preventDefault();
}

export function singleKeys() {
  try { return localStorage.getItem(STORE) !== "off"; } catch { return true; }
}

/** The name of a pressed key, or nothing where the key belongs to a field, a button or the browser. */
function nameOf(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return null;
  const target = event.target instanceof Element ? event.target : document.body;
  if (target.closest(FIELDS)) return null;
  const arrow = event.key.startsWith("Arrow") || event.key === "Home" || event.key === "End";
  if (arrow && target.closest("input, [role=slider], [role=tablist], [role=menu], .menu-list")) return null;
  if (inQueue && event.key === "Enter") return target.closest("button, a, summary") ? null : "queue-claim";
  if (event.key === " " && target.closest("button, a, summary, label, input")) return null;
  if (event.shiftKey && SHIFTED[event.key]) return SHIFTED[event.key];
  if (!event.shiftKey && PLAIN[event.key]) return PLAIN[event.key];
  if (!singleKeys()) return null;
  if (event.shiftKey && /^[a-z]$/i.test(event.key)) return LETTERS[event.key.toUpperCase()] ?? null;
  return LETTERS[event.key] ?? LETTERS[event.key.toLowerCase()] ?? null;
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || document.querySelector("dialog[open], .menu-list:popover-open")) return;
  const name = nameOf(event);
  if (name) raise(name, event, name === "take" || name === "queue-ground" ? { number: Number(event.key) } : {});
});

document.addEventListener("keyup", (event) => {
  if (event.key.toLowerCase() === "p") raise("peek-end", event);
});
addEventListener("blur", () => document.dispatchEvent(new CustomEvent("key:peek-end", { bubbles: true, cancelable: true })));

const sheet = document.getElementById("keys");
if (sheet) {
  const openSheet = () => { if (!sheet.open) sheet.showModal(); };
  document.addEventListener("key:help", (event) => { event.preventDefault(); openSheet(); });
  document.addEventListener("click", (event) => {
    if (event.target instanceof Element && event.target.closest(".js-keys")) openSheet();
  });
  const choice = sheet.querySelector(".js-keys-single");
  choice.checked = singleKeys();
  choice.addEventListener("change", () => {
    try { localStorage.setItem(STORE, choice.checked ? "on" : "off"); } catch { /* private window: it lasts for this page only */ }
  });
}
