// Which take is on the stage, and what one does with it: pick, continue, fetch, copy its address.

import { toast, say } from "./toast.js";
import { branch, cardOf, cards, idOf, list } from "./turns.js";
import { isPlaying, isTyping, words } from "./words.js";

const POLL = 900;
const PATIENCE = 600000;
let shown = null;
let coming = ""; // the turn whose take is on the stage already, while its card is on the way

const takeOf = (id) => (id ? document.getElementById(`take-${id}`) : null);

function number(value) {
  return Number(value) || 0;
}

/** What the player needs to know of a tile. */
function mediaOf(tile) {
  const data = tile.dataset;
  return {
    id: data.take ?? "", src: data.src, poster: data.poster, strip: data.strip, frames: number(data.frames), wave: data.wave ?? "", fps: number(data.fps),
    duration: number(data.duration), label: data.label, width: number(data.width), height: number(data.height),
    address: data.take ? `${tile.getAttribute("href")}address/` : "",
  };
}

/** What the take was made from, where the page shows it: the parent take, else the clip that came with the turn. */
function beforeOf(tile) {
  const parent = takeOf(tile.dataset.before);
  if (parent) return mediaOf(parent);
  const input = tile.closest(".turn")?.querySelector(".input-tile[data-src]");
  return input && tile.dataset.take ? mediaOf(input) : null;
}

function mark(tile) {
  document.querySelectorAll(".take[aria-current], .take-held[aria-current], .input-tile[aria-current], .turn[aria-current]").forEach((node) => node.removeAttribute("aria-current"));
  tile.setAttribute("aria-current", "true");
  tile.closest(".turn")?.setAttribute("aria-current", "true");
}

/** A turn without takes is the current one while the stage shows what it started from. */
function markCard(card) {
  document.querySelector(".turn[aria-current]")?.removeAttribute("aria-current");
  card.setAttribute("aria-current", "true");
}

/** The take that the path ends with: the composer goes on from it. */
function newest() {
  return [...cards()].reverse().map(standingFor).find(Boolean);
}

export function current() {
  return document.querySelector(".take[aria-current=true]");
}

export function currentCard() {
  return document.querySelector(".turn[aria-current=true]") ?? cards().at(-1) ?? null;
}

const onStage = (media, tile) => ({ id: media.id, src: media.src, poster: media.poster, strip: media.strip, held: tile.dataset.held ?? "" });

export function select(tile, { play = false, quiet = false } = {}) {
  if (!tile) return;
  mark(tile);
  const media = { ...mediaOf(tile), parent: beforeOf(tile), play };
  shown = onStage(media, tile);
  document.dispatchEvent(new CustomEvent("take:selected", { detail: media }));
  exportsOf(tile);
  if (tile.dataset.take && !quiet) {
    const address = new URL(location.href);
    address.searchParams.set("take", tile.dataset.take);
    address.hash = "";
    history.replaceState({ ...history.state, own: true }, "", address);
  }
}

function exportsOf(tile) {
  const review = document.getElementById("to-review");
  if (review && tile.dataset.take) review.href = `${review.dataset.url}?take=${tile.dataset.take}`;
  const menu = document.getElementById("export");
  if (!menu) return;
  const id = tile.dataset.take;
  menu.hidden = !id;
  if (!id) return;
  const base = tile.getAttribute("href");
  document.getElementById("export-name").textContent = tile.dataset.label;
  document.getElementById("export-link").dataset.copy = base;
  menu.querySelectorAll("[data-download]").forEach((link) => { link.href = `${base}${link.dataset.download}/`; });
}

/** The tile that a turn stands for: the picked one, else the first. */
export function standingFor(card) {
  return card.querySelector(".take-cell:has([aria-pressed=true], [data-picked]) .take") ?? card.querySelector(".take");
}

/* Cards come anew: keep the mark, and tell the player of pictures that have been made meanwhile */

document.addEventListener("turn:shown", (event) => {
  if (!shown) first(event.detail.card);
  followHolds(event.detail.card);
  const tile = shown?.id ? takeOf(shown.id) : null;
  if (!tile) return;
  if (!tile.hasAttribute("aria-current")) mark(tile);
  const media = mediaOf(tile);
  if (media.src === shown.src && media.poster === shown.poster && media.strip === shown.strip) return;
  const same = media.src === shown.src;
  shown = onStage(media, tile);
  document.dispatchEvent(new CustomEvent(same ? "take:pictures" : "take:selected", { detail: { ...media, parent: beforeOf(tile) } }));
});

/* Held back: gone from every stage at once, and there again with its release. Its author looks at it on demand. */

const holdOf = (id, root = document) => (id ? root.querySelector(`[data-held="${CSS.escape(id)}"]`) : null);

function followHolds(card) {
  const parent = document.getElementById("composer-head")?.dataset.parent;
  if (holdOf(parent, card)) {
    document.querySelector("#composer-head .composer-picture img")?.remove();
    if (newest()) document.dispatchEvent(new CustomEvent("take:picked", { detail: { tile: newest() } }));
  }
  if (shown?.held) {
    const tile = holdOf(shown.held);
    if (tile) reveal(tile);
    else if (takeOf(shown.held)) select(takeOf(shown.held));
    else leave();
  } else if (holdOf(shown?.id, card)) leave();
  else if (holdOf(current()?.dataset.before, card)) select(current(), { quiet: true });
}

/** What was shown is gone: the newest take instead, standing still, or nothing. */
function leave() {
  document.getElementById("video")?.pause();
  const tile = newest();
  if (tile) { select(tile); return; }
  shown = null;
  document.querySelector(".turn[aria-current]")?.removeAttribute("aria-current");
  document.dispatchEvent(new CustomEvent("take:gone"));
}

function look(tile) {
  document.getElementById("video")?.pause();
  reveal(tile);
  select(tile, { quiet: true });
}

function reveal(tile) {
  tile.dataset.shown = "";
  if (!tile.hasAttribute("aria-current")) mark(tile);
}

/** Before there is any take the clip that it is made from plays. */
function first(card) {
  const input = card.querySelector(".input-tile[data-src]");
  if (input) select(input, { quiet: true });
}

document.addEventListener("path:shown", () => {
  const tile = (shown?.id && takeOf(shown.id)) || null;
  if (tile) mark(tile);
});

document.addEventListener("branch:shown", (event) => {
  const { card } = event.detail;
  if (!card) return;
  const tile = standingFor(card) ?? newest();
  if (tile) select(tile, { quiet: true });
  else { shown = null; first(card); }
  markCard(card);
});

/** A turn is ready: show it by itself only to somebody who waits for it, on the take that it came from. */
document.addEventListener("turn:finished", (event) => {
  const { card, follow } = event.detail;
  const isThere = coming === idOf(card);
  coming = "";
  if (!(follow || isThere) || !isAwaited(card) || !card.querySelector(".take")) return;
  event.detail.shown = true;
  select(standingFor(card));
});

function isAwaited(card) {
  const on = current();
  return on ? on.dataset.take === card.dataset.parent : !card.dataset.parent || !shown?.id;
}

/** What will be shown comes while its card is still on the way: to the stage where it is all that comes of the turn. */
document.addEventListener("live:take.added", (event) => {
  const { turn, take, src, alone } = event.detail;
  const card = cardOf(turn);
  if (!src || !card || card.querySelector(".take") || !isAwaited(card) || document.hidden) return;
  if (!alone || isPlaying() || isTyping()) { fetch(src).catch(() => {}); return; }
  coming = turn;
  document.dispatchEvent(new CustomEvent("take:coming", { detail: { id: take, src } }));
});

document.addEventListener("take:watch", (event) => {
  const card = cardOf(event.detail.turn);
  const tile = card && standingFor(card);
  if (!tile) { branch(event.detail.turn); return; }
  card.scrollIntoView({ block: "nearest" });
  select(tile, { play: true });
});

/** A pick has been kept: the stage goes along where it showed another take of the turn, and so may the composer. */
document.addEventListener("htmx:beforeSwap", (event) => {
  const button = event.detail.requestConfig?.elt;
  if (!button?.matches?.(".take-pick") || event.detail.xhr.status !== 200) return;
  const id = button.id.slice("pick-".length);
  setTimeout(() => {
    const tile = takeOf(id);
    if (!tile) return;
    if (current() !== tile && tile.closest(".turn").contains(takeOf(shown?.id))) select(tile);
    document.dispatchEvent(new CustomEvent("take:picked", { detail: { tile } }));
  }, 0);
});

/* By hand */

document.addEventListener("click", (event) => {
  if (!(event.target instanceof Element)) return;
  const tile = event.target.closest("a.take, .input-tile[data-src]");
  if (tile && !event.metaKey && !event.ctrlKey && !event.shiftKey) {
    event.preventDefault();
    select(tile);
  }
  const held = event.target.closest("a.take-held");
  if (held && !event.metaKey && !event.ctrlKey && !event.shiftKey) {
    event.preventDefault();
    look(held);
  }
  const copy = event.target.closest("[data-copy], [data-copy-text]");
  if (copy) copyText(copy.dataset.copyText ?? new URL(copy.dataset.copy, location.href).href);
  const download = event.target.closest("a[data-download]");
  if (download && !event.metaKey && !event.ctrlKey) {
    event.preventDefault();
    fetchFile(download.href, download.dataset.name);
  }
});

document.addEventListener("text:copy", (event) => copyText(event.detail.text));

document.addEventListener("dblclick", (event) => {
  const tile = event.target instanceof Element ? event.target.closest("a.take") : null;
  tile?.parentElement.querySelector("[data-continue]")?.click();
});

async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast({ text: words("copied"), state: "ok" });
  } catch {
    toast({ text: words("copyFailed", text), state: "warn" });
  }
}

/** What has to be converted first says so, and comes down by itself. */
async function fetchFile(address, format) {
  const began = Date.now();
  let told = false;
  try {
    for (;;) {
      const response = await fetch(told ? `${address}?waiting=1` : address, { headers: { Accept: "application/json", "HX-Request": "true" } });
      if (!response.ok) throw new Error(String(response.status));
      const answer = await response.json();
      if (answer.state === "ready") { location.assign(answer.url); return; }
      if (!told) toast({ text: words("preparing", format) });
      told = true;
      if (Date.now() - began > PATIENCE) throw new Error("too long");
      await new Promise((done) => { setTimeout(done, POLL); });
    }
  } catch {
    toast({ text: words("prepareFailed", format), state: "err" });
  }
}

/* By key */

function on(name, act) {
  document.addEventListener(`key:${name}`, (event) => { if (act(event) !== false) event.preventDefault(); });
}

on("take", (event) => {
  const card = currentCard();
  const tile = card?.querySelector(`.take[data-number="${event.detail.number}"]`);
  if (!tile) return false;
  select(tile);
  const pick = document.getElementById(`pick-${tile.dataset.take}`);
  if (pick && pick.getAttribute("aria-pressed") !== "true") pick.click();
  say(tile.dataset.label);
  return true;
});

function step(by) {
  const all = cards();
  const next = all[all.indexOf(currentCard()) + by];
  if (!next) return false;
  const tile = standingFor(next);
  if (tile) select(tile);
  else markCard(next);
  next.scrollIntoView({ block: "nearest" });
  next.focus({ preventScroll: true });
  return true;
}

on("turn-up", () => step(-1));
on("turn-down", () => step(1));

function sibling(which) {
  const card = currentCard();
  const id = card?.dataset[which];
  if (!id) return false;
  branch(id);
  return true;
}

on("sibling-earlier", () => sibling("earlier"));
on("sibling-later", () => sibling("later"));

/* The take that the page was opened with is on the stage already. */
const query = new URLSearchParams(location.search);
const named = query.has("at") ? cardOf(query.get("at")) : null;
const asked = query.has("held") ? list().querySelector(`a.take-held[data-held="${CSS.escape(query.get("held"))}"]`) : null;
const opened = asked ?? takeOf(query.get("take")) ?? (named && standingFor(named)) ?? newest();
if (asked) reveal(asked);
if (opened) {
  mark(opened);
  shown = onStage(mediaOf(opened), opened);
} else list().querySelector(".input-tile[data-src]")?.setAttribute("aria-current", "true");
if (named && !asked && !takeOf(query.get("take"))) markCard(named);
if (query.has("take") && opened) opened.closest(".turn").scrollIntoView({ block: "nearest" });
