// What opens from the dock: details of the current turn and the map of takes. Also the dialog that picks a take.

import { idOf, list } from "./turns.js";
import { currentCard } from "./takes.js";
import { clocks, fragment } from "./words.js";

const panel = document.getElementById("panel");
const picker = document.getElementById("picker");
let opener = null;
let open = "";
let inPanel = "";

async function fill(url) {
  const part = await fragment(url).catch(() => null);
  if (!part || !open) return;
  const focused = panel.contains(document.activeElement);
  const top = panel.querySelector(".side-body")?.scrollTop ?? 0;
  panel.replaceChildren(part);
  const body = panel.querySelector(".side-body");
  if (body) body.scrollTop = top;
  window.htmx?.process(panel);
  clocks(panel);
  panel.setAttribute("aria-label", panel.querySelector("h2")?.textContent ?? "");
  if (focused && !panel.contains(document.activeElement)) panel.focus();
}

function addressOf(which, card) {
  if (which === "map") return `${panel.dataset.map}?at=${list().dataset.leaf}`;
  return card ? `${card.dataset.url}info/` : "";
}

async function show(which, card = currentCard()) {
  const address = addressOf(which, card);
  if (!address) return;
  open = which;
  inPanel = which === "details" ? idOf(card) : "";
  panel.hidden = false;
  document.querySelectorAll(".dock [data-panel]").forEach((button) => button.setAttribute("aria-expanded", String(button.dataset.panel === which)));
  await fill(address);
}

function close() {
  if (!open) return;
  const inside = panel.contains(document.activeElement);
  open = "";
  panel.hidden = true;
  panel.replaceChildren();
  document.querySelectorAll(".dock [data-panel]").forEach((button) => button.setAttribute("aria-expanded", "false"));
  if (inside) opener?.focus();
}

async function toggle(which, from) {
  opener = from;
  if (open === which) { close(); return; }
  await show(which);
  panel.focus();
}

/* The one menu of turns belongs to the button that has, or is about to get, the pointer or the focus */

const menu = document.getElementById("turn-menu");
const menuCard = () => document.querySelector("[popovertarget=turn-menu]")?.closest(".turn");

function lend(event) {
  const more = event.target instanceof Element ? event.target.closest(".turn-more") : null;
  if (!more || more.hasAttribute("popovertarget")) return;
  document.querySelectorAll("[popovertarget=turn-menu]").forEach((old) => old.removeAttribute("popovertarget"));
  more.setAttribute("popovertarget", "turn-menu");
  const review = document.getElementById("turn-menu-review");
  const take = more.closest(".turn").querySelector(".take")?.dataset.take;
  review.href = take ? `${review.dataset.url}?take=${take}` : review.dataset.url;
  document.getElementById("turn-menu-name").textContent = more.closest(".turn").querySelector(".turn-no").getAttribute("aria-label");
}

for (const name of ["pointerover", "pointerdown", "focusin"]) {
  document.addEventListener(name, (event) => { if (!menu.matches(":popover-open") || name !== "pointerover") lend(event); });
}

/** What the menu offers, done for its turn. */
async function act(what, card) {
  if (what === "details") {
    opener = card.querySelector(".turn-more");
    await show("details", card);
    panel.focus();
  }
  if (what === "link") document.dispatchEvent(new CustomEvent("text:copy", { detail: { text: new URL(card.dataset.url, location.href).href } }));
  if (what === "reuse") document.dispatchEvent(new CustomEvent("prompt:reuse", { detail: { card } }));
  if (what === "report") {
    const url = document.querySelector("[data-turn-do=report]").dataset.address.replace(/[0-]{36}/, idOf(card));
    document.dispatchEvent(new CustomEvent("report:open", { detail: { url } }));
  }
  if (what === "delete") window.htmx.ajax("POST", `${card.dataset.url}delete/`, { source: document.body, swap: "none" });
}

const button = (which) => document.querySelector(`.dock [data-panel="${which}"]`);

document.addEventListener("click", async (event) => {
  if (!(event.target instanceof Element)) return;
  const dock = event.target.closest("[data-panel]");
  if (dock) toggle(dock.dataset.panel, dock);
  if (event.target.closest("[data-panel-close]")) close();
  const wish = event.target.closest("[data-turn-do]");
  if (wish && menuCard()) act(wish.dataset.turnDo, menuCard());
  const pick = event.target.closest("[data-open-picker]");
  if (pick) pickFrom(pick.dataset.openPicker);
  const focus = event.target.closest("[data-focus]");
  if (focus) setTimeout(() => document.getElementById(focus.dataset.focus)?.focus());
});
panel.addEventListener("keydown", (event) => { if (event.key === "Escape") { event.stopPropagation(); close(); } });
for (const which of ["details", "map"]) {
  document.addEventListener(`key:${which}`, (event) => { event.preventDefault(); toggle(which, button(which)); });
}
document.addEventListener("key:leave", (event) => { if (open) { event.preventDefault(); close(); } });

/* The panel follows what is on the stage and what changes */

document.addEventListener("take:selected", () => {
  const card = currentCard();
  if (open === "details" && card && idOf(card) !== inPanel) show("details", card);
});
let later = 0;
document.addEventListener("turn:shown", (event) => {
  if (!open || (open === "details" && idOf(event.detail.card) !== inPanel)) return;
  clearTimeout(later);
  later = setTimeout(() => open && show(open, open === "details" ? event.detail.card : undefined), 150);
});
document.addEventListener("path:shown", () => { if (open === "map") show("map"); });

async function pickFrom(purpose) {
  const parent = document.getElementById("composer-head")?.dataset.parent ?? "";
  const part = await fragment(`${picker.dataset.url}?for=${purpose}&parent=${parent}`).catch(() => null);
  if (!part) return;
  picker.replaceChildren(part);
  window.htmx?.process(picker);
  if (!picker.open) picker.showModal();
}

const wanted = new URLSearchParams(location.search);
if (wanted.has("details")) {
  const card = document.getElementById(`turn-${wanted.get("at")}`) ?? undefined;
  show("details", card);
}
