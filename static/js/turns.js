// The cards of the path: each is exchanged whole when it changed, new ones come in at the foot, and nothing jumps.

import { toast, say } from "./toast.js";
import { adopt, carryOver, progressed } from "./progress.js";
import { clocks, fragment, isPlaying, isTyping, words } from "./words.js";

const ACTIVE = ["queued", "submitting", "running", "collecting"];
const NEAR = 60;
const studio = document.getElementById("studio");
const scroller = document.getElementById("talk-scroll");
const news = document.getElementById("talk-news");
const pending = new Map();
const held = new Map(); // news of turns that may be the one on its way: the state told, if any
const known = new Set(); // turns that the page has shown or told of
let unseen = 0;
let sending = false;

export const list = () => document.getElementById("turns");
export const cardOf = (id) => document.getElementById(`turn-${id}`);
export const idOf = (card) => card.id.slice("turn-".length);
export const cards = () => [...list().querySelectorAll(":scope > .turn:not(.turn-pending)")];

export function setSending(yes) {
  sending = yes;
  if (!yes) settleHeld();
}

function raise(name, detail) {
  document.dispatchEvent(new CustomEvent(name, { detail }));
}

/* One card anew */

/** Look at a turn again. Calls during a request make one more, unless it brings the state that they told of. */
export function refresh(id, state = "") {
  const flying = pending.get(id);
  if (flying) flying.add(state);
  else fly(id);
}

/** News that names the state which the card shows already is none: one's own message came with its answer. */
function heard({ turn, state }) {
  const there = cardOf(turn);
  if (!there && sending) held.set(turn, state);
  else if (!state || there?.dataset.state !== state) refresh(turn, state);
}

async function fly(id) {
  const told = new Set();
  pending.set(id, told);
  try {
    await look(id);
  } catch { /* the connection is down: live.js asks for everything when it is back */ }
  pending.delete(id);
  told.delete(cardOf(id)?.dataset.state);
  if (told.size) refresh(id);
}

async function look(id) {
  const there = cardOf(id);
  if (!there && sending) { held.set(id); return; }
  const part = await fragment(there?.dataset.url ?? studio.dataset.turnUrl.replace("00000000-0000-0000-0000-000000000000", id));
  const fresh = part?.querySelector(".turn");
  const card = cardOf(id);
  if (!fresh) card?.remove();
  else if (card) exchange(card, fresh);
  else arrive(fresh);
}

function settleHeld() {
  const waiting = [...held];
  held.clear();
  waiting.forEach(([turn, state]) => heard({ turn, state }));
}

/** Not while a menu of the card is open or somebody writes in it. */
function isBusy(card) {
  const menu = card.querySelector("[popovertarget]") && document.querySelector(".menu-list:popover-open");
  return Boolean(menu) || (card.contains(document.activeElement) && isTyping());
}

export function exchange(card, fresh) {
  if (isBusy(card)) {
    const id = idOf(card);
    const later = () => setTimeout(() => refresh(id), 50);
    document.addEventListener("toggle", later, { once: true, capture: true });
    card.addEventListener("focusout", later, { once: true });
    return;
  }
  const before = card.dataset.state;
  const focused = card.contains(document.activeElement) ? document.activeElement : null;
  keepPictures(card, fresh);
  carryOver(card, fresh);
  if (card.hasAttribute("aria-current")) fresh.setAttribute("aria-current", card.getAttribute("aria-current"));
  card.replaceWith(fresh);
  settle(fresh);
  if (focused) (document.getElementById(focused.id) ?? fresh).focus({ preventScroll: true });
  raise("turn:shown", { card: fresh, before });
  tell(fresh, before);
}

/** A picture that is there already is not fetched or decoded again: no flicker. */
function keepPictures(card, fresh) {
  const known = new Map([...card.querySelectorAll("img[src]")].map((image) => [image.getAttribute("src"), image]));
  for (const image of fresh.querySelectorAll("img[src]")) {
    const old = known.get(image.getAttribute("src"));
    if (!old) continue;
    known.delete(image.getAttribute("src"));
    old.className = image.className;
    image.replaceWith(old);
  }
}

function settle(root) {
  window.htmx?.process(root);
  adopt(root);
  clocks(root);
  chip();
}

/* States, said once */

function tell(card, before) {
  const state = card.dataset.state;
  if (state === before) return;
  const number = card.dataset.number;
  if (state === "running" && before !== "collecting") say(words("began", number));
  if (!ACTIVE.includes(before) || ACTIVE.includes(state)) return;
  if (state === "answered") say(words("answered", number));
  if (state === "failed") say(words("failed", number), { alarm: true });
  if (state === "cancelled") say(words("stopped", number));
  if (state === "succeeded") finished(card, number);
}

function finished(card, number) {
  if (!card.querySelector(".take") && card.querySelector(".take-held")) {
    toast({ text: words("heldBack", number), state: "warn" });
    badge();
    return;
  }
  const detail = { card, follow: !isPlaying() && !isTyping() };
  raise("turn:finished", detail);
  const action = detail.shown ? null : { label: words("watch"), event: "take:watch", detail: { turn: idOf(card) } };
  toast({ text: words("ready", number), state: "ok", action });
  badge();
}

function badge() {
  if (!document.hidden) return;
  unseen += 1;
  const bare = document.title.replace(/^\(\d+\) /, "");
  document.title = `(${unseen}) ${bare}`;
}

document.addEventListener("visibilitychange", () => {
  if (document.hidden || !unseen) return;
  unseen = 0;
  document.title = document.title.replace(/^\(\d+\) /, "");
});

function chip() {
  const node = document.getElementById("thread-chip");
  if (!node) return;
  const all = cards();
  const { rest, wordRest, wordRunning, wordDraft, wordFailed, wordHeld } = node.dataset;
  let [state, word] = all.length ? [rest, wordRest] : ["draft", wordDraft];
  if (rest === "done" && all.at(-1)?.dataset.state === "failed") [state, word] = ["failed", wordFailed];
  if (rest === "done" && all.at(-1)?.dataset.state === "held") [state, word] = ["hold", wordHeld];
  if (all.some((card) => ACTIVE.includes(card.dataset.state))) [state, word] = ["running", wordRunning];
  if (node.dataset.state === state) return;
  node.dataset.state = state;
  node.textContent = word;
}

/* New cards */

export function isAtFoot() {
  return Math.abs(scroller.scrollTop) < NEAR;
}

export function toFoot() {
  scroller.scrollTo({ top: 0 });
  news.hidden = true;
}

/** Somebody else's turn: at the foot where it follows what is shown, else a word about the other branch. */
function arrive(fresh) {
  const all = cards();
  const last = all.at(-1);
  const parent = fresh.dataset.parent;
  const tried = last && last.dataset.parent === parent && !last.querySelector(".take") && ![...ACTIVE, "held"].includes(last.dataset.state);
  const follows = last ? tried || (Boolean(parent) && last.querySelector(`.take[data-take="${CSS.escape(parent)}"]`)) : true;
  if (!follows) {
    all.filter((card) => card.dataset.parent === parent).forEach((card) => refresh(idOf(card)));
    const fork = parent && list().querySelector(`.take[data-take="${CSS.escape(parent)}"]`)?.closest(".turn");
    if (fork) refresh(idOf(fork));
    if (known.has(idOf(fresh))) return;
    known.add(idOf(fresh));
    toast({ text: words("newBranch", fresh.dataset.number), action: { label: words("show"), event: "turn:branch", detail: { turn: idOf(fresh) } } });
    return;
  }
  append(fresh);
}

export function append(fresh) {
  const there = document.getElementById(fresh.id);
  if (there) { exchange(there, fresh); return; }
  const stay = !isAtFoot();
  const isNews = !known.has(idOf(fresh));
  document.getElementById("turns-empty")?.remove();
  fresh.classList.add("turn-arrived");
  list().append(fresh);
  leaf();
  settle(fresh);
  raise("turn:shown", { card: fresh, before: "" });
  // It may have begun and ended between two looks, as after a lost connection.
  if (isNews && fresh.dataset.state === "succeeded") finished(fresh, fresh.dataset.number);
  if (stay) { news.querySelector("span").textContent = words("newTurn"); news.hidden = false; }
}

/** The composer tells the server which turn is last here, so that the answer knows what it may append to. */
export function leaf() {
  const all = cards();
  const last = all.at(-1);
  all.forEach((card) => known.add(idOf(card)));
  list().dataset.leaf = last ? idOf(last) : "";
  const field = document.getElementById("composer-leaf");
  if (field) field.value = list().dataset.leaf;
}

/** The server swapped or appended cards itself. */
export function taken(root) {
  leaf();
  settle(root);
  watchEarlier();
  raise("path:shown", {});
  const card = cards().at(-1);
  if (card) raise("turn:shown", { card, before: "" });
}

/* The whole path */

/** Everything as it is now, card by card, so that what is unchanged stays untouched. */
export async function refreshAll() {
  const at = list().dataset.leaf;
  const part = await fragment(at ? `${studio.dataset.url}?at=${at}` : studio.dataset.url);
  const fresh = part?.querySelector("#turns");
  if (!fresh) { location.reload(); return; }
  const wanted = [...fresh.querySelectorAll(":scope > .turn")];
  if (!wanted.length && cards().length) { replacePath(fresh); return; }
  const ids = new Set(wanted.map((card) => card.id));
  const first = wanted.length ? Number(wanted[0].dataset.number) : Infinity;
  cards().filter((card) => Number(card.dataset.number) >= first && !ids.has(card.id)).forEach((card) => card.remove());
  for (const card of wanted) {
    const known = document.getElementById(card.id);
    if (known) exchange(known, card);
    else append(card);
  }
  const order = wanted.map((card) => document.getElementById(card.id)).filter(Boolean);
  if (cards().slice(-order.length).some((card, place) => card !== order[place])) list().append(...order);
  leaf();
}

export function replacePath(fresh) {
  list().replaceWith(fresh);
  leaf();
  settle(fresh);
  watchEarlier();
  raise("path:shown", {});
}

/** Another branch: the path through that turn. */
export async function branch(id, { push = true } = {}) {
  const address = `${studio.dataset.url}?at=${id}`;
  const part = await fragment(address);
  const fresh = part?.querySelector("#turns");
  if (!fresh) return;
  if (push) {
    history.replaceState({ leaf: list().dataset.leaf }, "");
    history.pushState({ leaf: fresh.dataset.leaf }, "", address);
  }
  replacePath(fresh);
  const card = cardOf(id);
  card?.scrollIntoView({ block: "nearest" });
  card?.focus({ preventScroll: true });
  raise("branch:shown", { card });
}

/* Older turns, before one reaches them */

let watcher = null;

export function watchEarlier() {
  watcher?.disconnect();
  const door = document.getElementById("turns-earlier");
  if (!door) return;
  watcher = new IntersectionObserver((seen) => {
    if (seen.some((one) => one.isIntersecting)) earlier(door);
  }, { root: scroller, rootMargin: "600px 0px" });
  watcher.observe(door);
}

async function earlier(door) {
  watcher.disconnect();
  const part = await fragment(door.dataset.url).catch(() => null);
  if (!part || !door.isConnected) return;
  const added = [...part.querySelectorAll(".turn")];
  door.replaceWith(part);
  added.forEach(settle);
  watchEarlier();
  raise("path:shown", {});
}

/* News from live.js */

for (const kind of ["turn.changed", "take.added", "take.changed"]) {
  document.addEventListener(`live:${kind}`, (event) => {
    const turn = event.detail?.turn;
    // Of turns that the page does not show, a hold alone may change hundreds of takes.
    if (turn && (kind !== "take.changed" || sending || cardOf(turn))) heard(event.detail);
  });
}
for (const name of ["job:progressed", "live:job.progressed"]) {
  document.addEventListener(name, (event) => {
    const card = cardOf(event.detail?.turn) ?? (event.target instanceof Element ? event.target.closest(".turn") : null);
    progressed(card, event.detail?.progress);
  });
}
document.addEventListener("live:refresh", () => refreshAll().catch(() => {}));
document.addEventListener("turns:stale", () => refreshAll().catch(() => {}));
document.addEventListener("turn:branch", (event) => branch(event.detail.turn));
addEventListener("popstate", (event) => {
  const at = event.state?.leaf ?? new URLSearchParams(location.search).get("at");
  if (at) branch(at, { push: false });
  else refreshAll().catch(() => {});
});
document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest("[data-branch]") : null;
  if (!link || event.metaKey || event.ctrlKey) return;
  event.preventDefault();
  branch(link.dataset.branch);
});
news.addEventListener("click", toFoot);
scroller.addEventListener("scroll", () => { if (isAtFoot()) news.hidden = true; }, { passive: true });

adopt();
clocks();
leaf();
watchEarlier();
