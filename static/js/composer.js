// Writing and sending. The textarea and the tray never leave the page; around them the server's parts are exchanged.

import * as drafts from "./drafts.js";
import { toast } from "./toast.js";
import { adopt } from "./progress.js";
import { cardOf, cards, idOf, leaf, list, setSending, taken, toFoot } from "./turns.js";
import { select, standingFor } from "./takes.js";
import { fragment, words } from "./words.js";

const PAUSE = 150;
const NEAR_LIMIT = 300;
const form = document.getElementById("composer");
const text = document.getElementById("prompt");
const head = () => document.getElementById("composer-head");
const tray = form?.querySelector("[data-tray]");
const grows = CSS.supports("field-sizing", "content");
let flight = null;
let saving = 0;
let recall = -1;
let attachedCount = 0;

const thread = () => form.dataset.thread;
const parent = () => head().dataset.parent;
const grouped = new Intl.NumberFormat(document.documentElement.lang || undefined);

/* Text */

function fit() {
  if (grows) return;
  text.style.height = "auto";
  text.style.height = `${text.scrollHeight + 2}px`;
}

function count() {
  const node = document.getElementById("composer-count");
  const left = Number(text.dataset.most) - text.value.trim().length;
  node.hidden = left > NEAR_LIMIT;
  node.dataset.state = left < 0 ? "over" : "near";
  node.textContent = words(left < 0 ? "over" : "left", grouped.format(Math.abs(left)));
}

function written() {
  fit();
  count();
  if (text.hasAttribute("aria-invalid")) {
    text.removeAttribute("aria-invalid");
    document.querySelectorAll("#composer-problems [data-about=prompt]").forEach((node) => node.remove());
  }
  clearTimeout(saving);
  saving = setTimeout(keep, PAUSE);
}

function keep() {
  clearTimeout(saving);
  saving = 0;
  if (form && !flight) drafts.save(thread(), parent(), text.value);
}

function fill(value, { focus = true } = {}) {
  text.value = value;
  written();
  if (!focus) return;
  text.focus();
  text.setSelectionRange(value.length, value.length);
}

/** An idea joins what is written already. */
function join(idea) {
  const before = text.value.replace(/\s+$/, "");
  if (!before) return fill(idea);
  return fill(/[.!?。！？,，;；:]$/.test(before) ? `${before} ${idea}` : `${before}, ${idea}`);
}

/* Earlier prompts */

function recalled(step) {
  const said = cards().map((card) => card.querySelector(".turn-prompt").innerText.trim()).reverse().filter((one, place, all) => one && all.indexOf(one) === place);
  const next = recall + step;
  if (next < -1 || next >= said.length) return false;
  recall = next;
  fill(recall < 0 ? "" : said[recall]);
  return true;
}

function keyed(event) {
  if (event.isComposing || event.keyCode === 229) return;
  if (event.key === "Enter" && !event.shiftKey && !event.altKey) {
    event.preventDefault();
    form.requestSubmit(document.getElementById("send"));
  } else if (event.key === "Escape") text.blur();
  else if (event.key === "ArrowUp" && (!text.value || recall >= 0) && !event.shiftKey) {
    if (recalled(1)) event.preventDefault();
  } else if (event.key === "ArrowDown" && recall >= 0 && !event.shiftKey) {
    if (recalled(-1)) event.preventDefault();
  } else if (event.key.length === 1 || event.key === "Backspace") recall = -1;
}

/* Parent and attachments */

/** Put the server's parts into their places; the answer to a form that changed meanwhile still fits, for it names no text. */
function place(part) {
  const menu = form.querySelector(".menu-list:popover-open")?.id;
  for (const fresh of [...part.children]) {
    const old = fresh.id && document.getElementById(fresh.id);
    if (!old) continue;
    fresh.removeAttribute("hx-swap-oob");
    if (old.id === "composer-problems") { old.replaceChildren(...fresh.childNodes); continue; }
    const focused = old.contains(document.activeElement) ? document.activeElement : null;
    old.replaceWith(fresh);
    window.htmx?.process(fresh);
    if (focused) refocus(fresh, focused);
  }
  // News of a take may come while somebody chooses: the menu stays open.
  if (menu) document.getElementById(menu)?.showPopover();
  changed();
}

function refocus(fresh, focused) {
  const name = focused.getAttribute("name");
  const same = focused.id ? document.getElementById(focused.id) : name && fresh.querySelector(`[name="${CSS.escape(name)}"][value="${CSS.escape(focused.value ?? "")}"], [name="${CSS.escape(name)}"]`);
  (same ?? text).focus({ preventScroll: true });
}

function changed() {
  text.placeholder = head().dataset.placeholder;
  if (tray) {
    tray.dataset.maxSeconds = head().dataset.seconds;
    tray.dispatchEvent(new CustomEvent("upload:limits", { bubbles: true }));
  }
  needsTakes();
  leaf();
}

/** The picture of the parent comes later than the take itself. */
function picture() {
  const tile = parent() ? document.getElementById(`take-${parent()}`) : null;
  const frame = head().querySelector(".composer-picture");
  if (!tile?.dataset.poster || !frame || frame.querySelector("img")) return;
  const image = new Image();
  image.alt = "";
  image.src = tile.dataset.poster;
  frame.replaceChildren(image);
}

function needsTakes() {
  const any = Boolean(list().querySelector(".take"));
  form.querySelectorAll(".js-needs-takes").forEach((node) => { node.hidden = !any; });
}

let asked = 0;
// The parent that an answer on its way will bring: what is asked meanwhile must not go back to the one before.
let heading;

// A pick may be answered after the person has chosen something else to build on: what was chosen by hand stays.
const HAND_WINS = 5000;
let chosenAt = -HAND_WINS;

async function parts(wanted) {
  const fields = new FormData(form);
  ["prompt", "token", "csrfmiddlewaretoken", "leaf"].forEach((name) => fields.delete(name));
  heading = wanted ?? heading;
  if (heading !== undefined) {
    fields.delete("parent");
    if (heading) fields.set("parent", heading);
  }
  asked += 1;
  const mine = asked;
  const part = await fragment(`${form.dataset.parts}?${new URLSearchParams(fields)}`).catch(() => null);
  if (mine !== asked) return;
  heading = undefined;
  if (part) place(part);
}

/** Continue from that take, or from nothing. What is typed comes along. */
async function continueFrom(id, { focus = true, quiet = false, keep = false } = {}) {
  if (!form) return;
  document.getElementById("picker")?.close();
  const before = parent();
  // Photos that go beside one take go beside another one too.
  const stays = keep || (id !== "new" && head().dataset.operation === "continue");
  if (!quiet && !stays && tray && attachedCount) tray.dispatchEvent(new CustomEvent("upload:clear", { bubbles: true }));
  await parts(id === "new" ? "" : id);
  if (before !== parent()) {
    drafts.clear(thread(), before);
    drafts.save(thread(), parent(), text.value);
  }
  if (focus) text.focus();
}

/* Sending */

function pendingCard(prompt) {
  const card = document.getElementById("turn-pending").content.firstElementChild.cloneNode(true);
  card.querySelector(".turn-prompt").textContent = prompt;
  const last = cards().at(-1);
  card.querySelector(".turn-no").textContent = last ? "" : "1";
  document.getElementById("turns-empty")?.setAttribute("hidden", "");
  list().append(card);
  toFoot();
  return card;
}

function takeOff() {
  const prompt = text.value.trim();
  const fits = prompt.length >= Number(text.dataset.least) && prompt.length <= Number(text.dataset.most);
  flight = { text: text.value, parent: parent(), card: fits ? pendingCard(prompt) : null };
  setSending(true);
  document.getElementById("composer-problems").replaceChildren();
  if (!fits) return;
  drafts.save(thread(), parent(), text.value);
  clearTimeout(saving);
  text.value = "";
  recall = -1;
  fit();
  count();
}

function landed(sent) {
  if (!flight) return;
  const before = flight;
  flight = null;
  before.card?.remove();
  document.getElementById("turns-empty")?.removeAttribute("hidden");
  if (sent) {
    drafts.clear(thread(), before.parent);
    if (!before.card) { text.value = ""; fit(); count(); }
    tray?.dispatchEvent(new CustomEvent("upload:clear", { bubbles: true }));
  } else if (before.card) {
    text.value = text.value.trim() ? `${before.text}\n${text.value}` : before.text;
    fit();
    count();
  }
}

function listen() {
  text.addEventListener("keydown", keyed);
  text.addEventListener("input", written);
  addEventListener("pagehide", keep);
  form.addEventListener("submit", (event) => {
    const busy = Number(tray?.dataset.busy);
    if (!busy) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    toast({ text: words("waiting"), state: "warn" });
  }, { capture: true });
  form.addEventListener("htmx:beforeRequest", (event) => { if (event.target === form) takeOff(); });
  form.addEventListener("composer:sent", () => landed(true));
  form.addEventListener("htmx:beforeSwap", (event) => { if (event.target === form && event.detail.xhr.status !== 200) landed(false); });
  form.addEventListener("htmx:afterRequest", (event) => {
    if (event.target !== form) return;
    landed(false);
    setSending(false);
    if (document.querySelector("#composer-problems [data-about=prompt]")) text.setAttribute("aria-invalid", "true");
    if (event.detail.xhr.status !== 200) text.focus();
  });
  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    if (event.detail.target?.id !== "turns") return;
    event.detail.fragment.querySelectorAll?.(".turn").forEach((fresh) => {
      const known = document.getElementById(fresh.id);
      if (known && event.detail.target.contains(known) && event.detail.fragment.firstElementChild?.id !== "turns") known.remove();
    });
    document.getElementById("turns-empty")?.remove();
  });
  document.addEventListener("htmx:oobAfterSwap", (event) => {
    const target = event.detail.target;
    if (target?.id === "turns") { taken(list()); toFoot(); arrived(); }
    if (target?.id === "composer-tail" || target?.id === "composer-head") changed();
  });
  document.addEventListener("click", clicked);
  form.addEventListener("change", (event) => {
    if (event.target.matches("[name=photos], [name=clip], [name=model]") || document.getElementById("send-price")) parts();
  });
  form.addEventListener("input", (event) => {
    const output = event.target.matches("input[type=range]") && event.target.closest("label")?.querySelector("output");
    if (output) output.textContent = event.target.value;
  });
  form.addEventListener("upload:changed", (event) => {
    if (event.detail.count === attachedCount || flight) { attachedCount = event.detail.count; return; }
    attachedCount = event.detail.count;
    parts();
  });
  document.addEventListener("turn:shown", () => { needsTakes(); picture(); });
  document.addEventListener("turn:finished", follow);
  document.addEventListener("take:picked", (event) => goWith(event.detail.tile));
  document.addEventListener("branch:shown", (event) => {
    const last = [...cards()].reverse().map(standingFor).find(Boolean);
    if (event.detail.card && last && !text.value.trim() && !attachedCount) continueFrom(last.dataset.take, { focus: false, quiet: true });
  });
  document.addEventListener("prompt:reuse", (event) => fill(event.detail.card.querySelector(".turn-prompt").innerText.trim()));
  document.addEventListener("key:focus", (event) => { event.preventDefault(); text.focus(); });
}

/** The new card came with the answer; its address is the page's from now on. */
function arrived() {
  adopt(list());
  const url = new URL(location.href);
  ["at", "take", "parent", "inputs", "prompt", "again", "model"].forEach((name) => url.searchParams.delete(name));
  url.hash = "";
  history.replaceState({ leaf: list().dataset.leaf }, "", url);
}

/** The composer moves on to the new take of its parent, unless somebody writes for the old one. */
function follow(event) {
  const { card } = event.detail;
  const tile = standingFor(card);
  if (!tile || text.value.trim() || attachedCount || flight) return;
  if ((card.dataset.parent || "") === parent() && cardOf(idOf(card))) continueFrom(tile.dataset.take, { focus: false, quiet: true });
}

/** The composer goes on from what was picked; what somebody writes for another turn stays with that turn. */
function goWith(tile) {
  if (performance.now() - chosenAt < HAND_WINS) return;
  if (flight || tile.dataset.take === parent()) return;
  const same = Boolean(parent()) && tile.closest(".turn")?.contains(document.getElementById(`take-${parent()}`));
  if (same || (!text.value.trim() && !attachedCount)) continueFrom(tile.dataset.take, { focus: false, quiet: true });
}

async function clicked(event) {
  if (!(event.target instanceof Element)) return;
  const idea = event.target.closest("[data-idea]");
  if (idea) join(idea.dataset.idea);
  const onward = event.target.closest("[data-continue]");
  if (onward && !event.metaKey && !event.ctrlKey) {
    event.preventDefault();
    chosenAt = performance.now();
    continueFrom(onward.dataset.continue, { keep: onward.dataset.keep !== undefined });
  }
  if (event.target.closest("[data-pick-for]")) form.querySelector("[data-files]").click();
  const use = event.target.closest("[data-use]");
  if (use) { await attach(use.dataset.use); document.getElementById("picker").close(); text.focus(); }
}

/** A file that the studio has already joins the tray. */
async function attach(address) {
  const response = await fetch(address, { headers: { Accept: "application/json" } }).catch(() => null);
  if (!response?.ok) { toast({ text: words("gone"), state: "err" }); return; }
  tray.dispatchEvent(new CustomEvent("upload:add", { bubbles: true, detail: { asset: await response.json() } }));
}

/* On arrival */

/** Whether a link led to this turn or take; an address that the page wrote itself comes with a state. */
function isAsked() {
  const query = new URLSearchParams(location.search);
  return !history.state && ["at", "take", "parent"].some((name) => query.has(name));
}

async function restore() {
  const brought = (form.dataset.attached ?? "").split(" ").filter(Boolean);
  for (const id of brought) await attach(`${tray.dataset.assets}${id}/`);
  if (text.value.trim()) { fit(); count(); return; }
  const draft = drafts.load(thread(), parent(), { only: isAsked() });
  if (!draft) return;
  if (draft.parent !== (parent() || "new")) {
    const tile = document.getElementById(`take-${draft.parent}`);
    if (!tile && draft.parent !== "new") return;
    await continueFrom(draft.parent, { focus: false, quiet: true });
    if (tile) select(tile, { quiet: true });
  }
  if (text.value.trim()) return;
  fill(draft.text, { focus: false });
}

if (form) {
  listen();
  changed();
  restore();
  if (!cards().length && matchMedia("(pointer: fine)").matches) text.focus();
}
