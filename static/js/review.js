// The review page: notes that come, change and go, the one that is chosen, what is drawn at this moment, and the verdicts.

import "./review-box.js";
import { ink } from "./review-box.js";
import { showPins, startPins } from "./review-pins.js";
import { post, fresh } from "./review-post.js";
import { player } from "./player.js";
import { toast, say } from "./toast.js";
import { fragment, words } from "./words.js";

const NO_ID = "00000000-0000-0000-0000-000000000000";
const NEAR = 0.5; // s around a frame during which its drawing shows
const review = document.getElementById("review");
const list = () => document.getElementById("notes");
const notes = () => [...list().querySelectorAll(":scope > .note")];
const noteUrl = (id, verb = "") => list().dataset.noteUrl.replace(NO_ID, id) + (verb ? `${verb}/` : "");
let chosen = null;

/* What is the viewer's own, and how many there are */

function mark(root) {
  const { me } = list().dataset;
  for (const node of [root, ...root.querySelectorAll(".note-reply")]) {
    node.toggleAttribute("data-own", node.dataset.author === me);
    node.toggleAttribute("data-mine", node.dataset.author === me || node.dataset.assignee === me);
  }
  ages(root);
}

function count() {
  const living = notes().filter((note) => note.dataset.deleted === undefined);
  const open = living.filter((note) => note.dataset.resolved === undefined);
  const counts = { open: open.length, mine: open.filter((note) => note.dataset.mine !== undefined).length, resolved: living.length - open.length };
  for (const [name, number] of Object.entries(counts)) document.querySelector(`[data-count=${name}]`).textContent = number;
  const empty = document.getElementById("notes-empty");
  const { shown } = list().dataset;
  empty.hidden = counts[shown] > 0;
  empty.querySelector("p").textContent = empty.querySelector("p").dataset[`words${shown[0].toUpperCase()}${shown.slice(1)}`];
  for (const field of document.querySelectorAll(".verdict [name=seen]")) {
    const [asset, , approved] = field.value.split(":");
    field.value = [asset, living.length, approved].join(":");
  }
  const approve = document.getElementById("approve-form");
  if (approve) askFirst(approve, counts.open);
  showPins(notes(), chosen);
}

function askFirst(approve, open) {
  if (!open) return approve.removeAttribute("hx-confirm");
  const number = open === 1 ? "One" : "Many";
  approve.setAttribute("hx-confirm", words(`open${number}`, open));
  approve.dataset.yes = words(`leave${number}`);
  approve.dataset.also = words(`resolve${number}`);
}

function ages(root) {
  for (const node of root.querySelectorAll("time[data-ago]")) {
    const minutes = Math.floor((Date.now() - new Date(node.dateTime).getTime()) / 60_000);
    node.textContent = minutes < 1 ? words("now") : minutes < 60 ? words("minutes", minutes) : minutes < 1440 ? words("hours", Math.floor(minutes / 60)) : words("days", Math.floor(minutes / 1440));
  }
}
setInterval(() => document.hidden || ages(list()), 30_000);

/* Cards come, change and go */

const order = (note) => note.querySelector("time")?.dateTime ?? "";

/** Put a card where it belongs: the newest first. What is being typed in the one that it replaces stays. */
function put(html, id) {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  const card = holder.content.querySelector(".note");
  const old = document.getElementById(`note-${card?.dataset.note ?? id}`);
  if (!card) { if (old?.matches(".note")) old.remove(); count(); return null; }
  const typing = old?.querySelector(".note-small");
  if (old && old.outerHTML === card.outerHTML) return old;
  mark(card);
  if (old?.dataset.chosen !== undefined) card.dataset.chosen = "";
  const focus = old?.contains(document.activeElement) ? document.activeElement : null;
  if (old) old.replaceWith(card);
  else {
    card.dataset.fresh = "";
    const next = notes().find((note) => order(note) < order(card));
    if (next) next.before(card); else list().append(card);
  }
  if (typing) (document.getElementById(typing.dataset.under)?.querySelector(".note-main, :scope > div") ?? card.querySelector(".note-main")).append(typing);
  if (focus) (typing?.contains(focus) ? focus : card).focus({ preventScroll: true });
  count();
  draw();
  return card;
}

async function renew() {
  const part = await fragment(list().dataset.list).catch(() => null);
  const anew = part?.querySelector("#notes");
  if (!anew) return;
  const ids = new Set();
  for (const card of anew.querySelectorAll(":scope > .note")) { ids.add(card.dataset.note); put(card.outerHTML); }
  for (const note of notes()) if (!ids.has(note.dataset.note)) note.remove();
  count();
}

document.addEventListener("live:note.changed", async (event) => {
  const { note, take, html, language } = event.detail;
  if (take !== list().dataset.take) return;
  const known = document.getElementById(`note-${note}`);
  if (typeof html === "string" && language === document.documentElement.lang) {
    const card = put(html, note);
    if (card && !known && card.dataset.own === undefined) say(words("came", card.querySelector(".note-who").textContent));
    return;
  }
  const part = await fragment(noteUrl(note)).catch(() => undefined);
  if (part === undefined) return;
  put(part?.firstElementChild?.outerHTML ?? "", note);
});
document.addEventListener("live:refresh", () => { renew(); verdicts(); });
document.addEventListener("note:posted", (event) => {
  const card = put(event.detail.html);
  if (list().dataset.shown === "resolved") show("open");
  card?.scrollIntoView({ block: "nearest" });
});

/* The one that is chosen */

function choose(id, { scroll = false, go = true } = {}) {
  chosen = id;
  for (const note of notes()) note.toggleAttribute("data-chosen", note.dataset.note === id);
  const note = id ? document.getElementById(`note-${id}`) : null;
  if (scroll) note?.scrollIntoView({ block: "nearest" });
  if (go && note?.dataset.start !== undefined && player) { player.pause(); player.seek(Number(note.dataset.start)); }
  showPins(notes(), chosen);
  draw();
}

/** At its frame for a moment, over its range, or while its note is chosen and the picture stands there. */
function isNow(note, now) {
  const start = Number(note.dataset.start);
  const end = note.dataset.end === undefined ? null : Number(note.dataset.end);
  if (end !== null) return now >= start - 0.02 && now <= end + 0.02;
  return Math.abs(now - start) <= NEAR;
}

function draw() {
  if (!ink || !player) return;
  const now = player.now();
  const strokes = notes()
    .filter((note) => note.dataset.drawing && (note.dataset.note === chosen && player.video.paused || note.offsetParent !== null && isNow(note, now)))
    .flatMap((note) => { try { return JSON.parse(note.dataset.drawing); } catch { return []; } });
  ink.show(strokes);
}

if (player) {
  for (const name of ["timeupdate", "seeked", "play", "pause"]) player.video.addEventListener(name, draw);
  player.video.addEventListener("loadedmetadata", () => { count(); draw(); });
  player.video.addEventListener("play", () => { if (chosen) choose(null, { go: false }); });
}
startPins(choose);

/* What one does with a note */

function small(note, under, text, send) {
  list().querySelector(".note-small")?.remove();
  const form = document.getElementById("note-small").content.firstElementChild.cloneNode(true);
  form.dataset.under = under.id;
  const field = form.querySelector("textarea");
  field.value = text;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const answer = await send(new FormData(form));
    if (answer === null) return;
    form.remove();
    put(answer, note.dataset.note)?.focus({ preventScroll: true });
  });
  form.querySelector("[data-cancel]").addEventListener("click", () => { form.remove(); note.focus({ preventScroll: true }); });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); form.requestSubmit(); }
    if (event.key === "Escape") form.querySelector("[data-cancel]").click();
  });
  (under.querySelector(":scope > .note-main, :scope > div") ?? under).append(form);
  field.focus();
}

function reply(note) {
  const box = document.getElementById("note-form");
  const token = fresh();
  small(note, note, "", (data) => { data.set("parent", note.dataset.note); data.set("token", token); return post(box.action, data); });
}

function edit(note, target) {
  const own = target.querySelector(".note-text").cloneNode(true);
  if (target !== note) own.querySelectorAll(".note-who, .note-tag, time").forEach((each) => each.remove());
  small(note, target, own.textContent.trim(), (data) => post(noteUrl(target.dataset.note, "edit"), data));
}

async function act(note, target, verb) {
  const answer = await post(noteUrl(target.dataset.note, verb));
  if (answer !== null) put(answer, note.dataset.note);
}

document.addEventListener("click", (event) => {
  if (!(event.target instanceof Element)) return;
  const tab = event.target.closest("[data-notes-show]");
  if (tab) show(tab.dataset.notesShow);
  const note = event.target.closest(".notes-list > .note");
  if (!note) return;
  const button = event.target.closest("[data-note-do]");
  const target = event.target.closest(".note-reply") ?? note;
  if (!button) { if (!event.target.closest(".note-small, a") && !getSelection().toString()) choose(note.dataset.note, { go: !event.target.closest(".note-replies") }); return; }
  const verb = button.dataset.noteDo;
  if (verb === "reply") reply(note);
  else if (verb === "edit") edit(note, target);
  else if (verb === "report") document.dispatchEvent(new CustomEvent("report:open", { detail: { url: review.dataset.reportNote.replace("00000000-0000-0000-0000-000000000000", target.dataset.note) } }));
  else if (verb === "delete") ask(words("delete"), button, () => act(note, target, verb));
  else act(note, target, verb);
});

/** The dialog of js/confirm.js, for what is not sent by htmx. */
function ask(question, elt, go) {
  document.dispatchEvent(new CustomEvent("htmx:confirm", { cancelable: true, detail: { question, elt, issueRequest: go } }));
}

function show(which) {
  list().dataset.shown = which;
  for (const tab of document.querySelectorAll("[data-notes-show]")) tab.setAttribute("aria-pressed", String(tab.dataset.notesShow === which));
  count();
  draw();
}

function key(name, run) {
  document.addEventListener(`key:${name}`, (event) => { event.preventDefault(); run(); });
}
const press = (id) => { const button = document.getElementById(id); if (button && !button.disabled) button.click(); };
key("approve", () => press("approve"));
key("needs-changes", () => press("needs-changes"));
key("resolve", () => {
  const note = document.activeElement?.closest?.(".notes-list > .note") ?? document.getElementById(`note-${chosen}`);
  if (note && list().dataset.mayResolve !== undefined) act(note, note, note.dataset.resolved === undefined ? "resolve" : "reopen");
});
document.addEventListener("key:leave", () => { if (chosen) choose(null, { go: false }); });

/* Verdicts: state, reviewers and buttons, as they are now */

let asking = 0;

async function verdicts() {
  if (!review?.dataset.verdicts) return;
  asking += 1;
  const mine = asking;
  const part = await fragment(review.dataset.verdicts).catch(() => undefined);
  if (part === undefined || mine !== asking) return;
  if (part === null) { location.reload(); return; } // it is gone: so is what the page shows of it
  // What somebody is being asked about stays until they have answered.
  const isAsked = document.getElementById("ask-menu")?.matches(":popover-open") || document.getElementById("confirm")?.open;
  if (isAsked) { setTimeout(verdicts, 500); return; }
  for (const id of ["review-state", "verdicts"]) {
    const fresh = part.getElementById(id);
    const held = document.activeElement?.closest(`#${id}`) ? document.activeElement.id : "";
    document.getElementById(id)?.replaceWith(fresh);
    window.htmx.process(fresh);
    if (held) document.getElementById(held)?.focus();
  }
  count();
}

// One's own stream says the same, and of other threads: for the bar's number.
const here = (event) => event.detail.stream?.startsWith("user-") || verdicts();
for (const name of ["review.changed", "thread.changed"]) document.addEventListener(`live:${name}`, here);
document.addEventListener("live:take.changed", (event) => { if (event.detail.take === list().dataset.take) verdicts(); });
document.addEventListener("htmx:afterRequest", (event) => { if (event.target.closest?.("#verdicts")) { document.getElementById("ask-menu")?.hidePopover?.(); verdicts(); } });

notes().forEach(mark);
count();
if (location.hash.startsWith("#note-")) {
  const wanted = document.getElementById(location.hash.slice(1))?.closest(".notes-list > .note");
  if (wanted) {
    if (wanted.dataset.resolved !== undefined) show("resolved");
    choose(wanted.dataset.note, { scroll: true });
  }
}
