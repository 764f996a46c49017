// Notes that are chosen become the next turn, shown whole before it is sent; and "Fixed in turn 7?" stands in its note.

import { toast } from "./toast.js";

const below = document.getElementById("next-below");
const dialog = document.getElementById("next-dialog");
const inside = document.getElementById("next-inside");
const list = document.getElementById("notes");
const chosen = new Set(); // ids of notes
let later = 0;

const foot = () => document.getElementById("next-foot");
const cards = () => [...(list?.querySelectorAll(":scope > .note") ?? [])];
const canBeChosen = (card) => card.dataset.deleted === undefined && card.dataset.resolved === undefined;

/* Choosing */

function box(card) {
  const label = document.createElement("label");
  const input = document.createElement("input");
  label.className = "next-choose";
  input.type = "checkbox";
  input.checked = chosen.has(card.dataset.note);
  input.addEventListener("change", () => {
    chosen[input.checked ? "add" : "delete"](card.dataset.note);
    count();
  });
  label.append(input, foot().dataset.choose);
  return label;
}

function count() {
  const there = new Set(cards().filter(canBeChosen).map((card) => card.dataset.note));
  [...chosen].filter((note) => !there.has(note)).forEach((note) => chosen.delete(note));
  cards().forEach((card) => card.toggleAttribute("data-chosen", chosen.has(card.dataset.note)));
  if (!foot()) return;
  foot().hidden = !chosen.size;
  const words = chosen.size === 1 ? foot().dataset.one : foot().dataset.many.replace("%s", chosen.size);
  document.getElementById("next-count").textContent = chosen.size ? words : "";
}

/** Cards are exchanged whole when they change, so what stands in them is put back. */
function dress() {
  for (const card of cards()) {
    const there = card.querySelector(":scope .next-choose");
    if (!foot() || !canBeChosen(card)) there?.remove();
    else if (!there) [...card.querySelectorAll(".note-acts")].at(-1)?.append(box(card));
  }
  for (const question of document.querySelectorAll(".fix")) {
    const card = document.getElementById(`note-${question.dataset.for}`);
    const acts = [...(card?.querySelectorAll(".note-acts") ?? [])].at(-1);
    if (acts && question.parentElement !== acts.parentElement) acts.before(question);
  }
  count();
}

if (list) new MutationObserver(stale).observe(list, { childList: true });

/* What stands below, anew */

function stale() {
  clearTimeout(later);
  later = setTimeout(() => window.htmx?.trigger(below, "next:stale"), 200);
  dress();
}

below.addEventListener("htmx:beforeSwap", () => list?.querySelectorAll(".fix").forEach((question) => question.remove()));
below.addEventListener("htmx:afterSettle", dress);
// A list of takes that is as it was stays, and so does where it was scrolled to.
document.addEventListener("htmx:oobBeforeSwap", (event) => {
  const { target, fragment } = event.detail;
  if (fragment.firstElementChild?.innerHTML === target.innerHTML) event.detail.shouldSwap = false;
});
for (const kind of ["live:take.added", "live:take.changed", "live:turn.changed", "live:pictures.changed", "next:answered"]) {
  document.addEventListener(kind, stale);
}

/* The dialog */

document.addEventListener("submit", async (event) => {
  if (event.target !== foot()) return;
  event.preventDefault();
  const query = new URLSearchParams([...chosen].map((note) => ["note", note]));
  await window.htmx.ajax("GET", `${foot().getAttribute("action")}?${query}`, { target: inside, swap: "innerHTML" });
  if (inside.firstElementChild) dialog.showModal();
});

dialog.addEventListener("click", (event) => {
  if (event.target === dialog || event.target.closest("[data-next-close]")) dialog.close();
});
dialog.addEventListener("close", () => inside.replaceChildren());
document.addEventListener("htmx:beforeSwap", (event) => {
  // The same form comes back with a sentence where it could not be sent.
  if (event.target.id === "next-turn" && event.detail.xhr.status === 422) event.detail.shouldSwap = true;
});

document.addEventListener("next:sent", (event) => {
  const { text, url } = event.detail;
  chosen.clear();
  list?.querySelectorAll(".next-choose input").forEach((input) => { input.checked = false; });
  dialog.close();
  toast({ text, state: "ok", action: { label: dialog.dataset.watch, event: "next:watch", detail: { url } } });
  stale();
});
document.addEventListener("next:watch", (event) => location.assign(event.detail.url));

dress();
