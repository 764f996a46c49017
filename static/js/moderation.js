// The queue: the list follows what others do, keys act on the case that is shown, and a claim lives while one works.

import { toast } from "./toast.js";

const queue = document.getElementById("content");
const list = document.getElementById("list");
const item = document.getElementById("item");
const suggestions = JSON.parse(document.getElementById("messages-by-ground").textContent);

const LIST_EVERY = 15_000;
const RENEW_AFTER = 60_000;
const UNDO_FOR = 10_000;

let undo = { url: "", until: 0 };
let shown = "";
let claimedAt = 0;
let claimNext = "";
let decidingOn = "";
let wanted = 0;

const current = () => document.getElementById("case");
const currentId = () => current()?.dataset.case ?? "";
const rows = () => [...list.querySelectorAll(".queue-row")];
const rowOf = (id) => document.getElementById(`row-${id}`);
const token = () => JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"];
const values = () => ({ tab: queue.dataset.tab });

/* The list */

function refresh() {
  const params = new URLSearchParams({ tab: queue.dataset.tab, case: currentId() });
  if (shown) params.set("shown", shown);
  window.htmx.ajax("GET", `${queue.dataset.list}?${params}`, { source: list, target: list, swap: "innerHTML" });
}

function refreshSoon() {
  clearTimeout(wanted);
  wanted = setTimeout(refresh, 200);
}

function point(id) {
  for (const row of rows()) row.removeAttribute("aria-current");
  const row = rowOf(id);
  row?.setAttribute("aria-current", "true");
  row?.scrollIntoView({ block: "nearest" });
}

/** Show a case; `take`: and claim it, for somebody has opened it. */
function show(row, take = false) {
  leave();
  claimNext = take ? row.id.slice(4) : "";
  queue.dataset.view = "item";
  window.htmx.ajax("GET", row.dataset.url, { source: item, target: item, swap: "innerHTML", values: values() });
}

function step(by) {
  const all = rows();
  const at = all.findIndex((row) => row.hasAttribute("aria-current"));
  const next = all[Math.min(all.length - 1, Math.max(0, at + by))];
  if (next && next.id.slice(4) !== currentId()) show(next);
}

/* The claim */

function claim() {
  const shownCase = current();
  if (!shownCase || shownCase.dataset.closed === "true") return;
  claimedAt = Date.now();
  const written = document.getElementById("message")?.value ?? ""; // comes back, should somebody else have closed it
  window.htmx.ajax("POST", shownCase.dataset.claim, { source: item, target: "#claim", swap: "outerHTML", values: { ...values(), message: written } });
}

const isMine = () => document.getElementById("claim")?.dataset.mine === "true";

/** Whoever does something with a case works on it. */
function active() {
  if (!isMine() || Date.now() - claimedAt > RENEW_AFTER) claim();
}

function leave() {
  if (!current() || !isMine()) return;
  const body = new FormData();
  body.set("csrfmiddlewaretoken", token());
  navigator.sendBeacon(current().dataset.leave, body);
}

/* What is shown of it */

function toggle(name, button) {
  const evidence = document.getElementById("evidence");
  if (!evidence) return;
  const on = evidence.toggleAttribute(name);
  button?.setAttribute("aria-pressed", String(!on));
  active();
}

function play(button) {
  const videos = [...item.querySelectorAll(".evidence-video")];
  if (!videos.length) return;
  const playing = videos.some((video) => !video.hidden && !video.paused);
  for (const video of videos) {
    if (!video.src) video.src = video.dataset.src;
    video.muted = true;
    video.hidden = false;
    video.parentElement.querySelector(".evidence-strip, .evidence-poster")?.toggleAttribute("hidden", true);
    if (playing) video.pause();
    else video.play().catch(() => {});
  }
  button?.setAttribute("aria-pressed", String(!playing));
  active();
}

/* Deciding */

function decide(outcome) {
  const button = document.getElementById(`do-${outcome}`);
  const ground = document.getElementById("ground");
  if (!button || button.disabled || button.closest("fieldset").disabled) return;
  if (outcome !== "released" && !ground.value) {
    ground.setAttribute("aria-invalid", "true");
    toast({ text: ground.dataset.missing, state: "warn" });
    return;
  }
  button.click();
}

function choose(number) {
  const ground = document.getElementById("ground");
  if (!ground || ground.disabled || !ground.options[number]) return;
  ground.selectedIndex = number;
  suggest(ground);
  active();
}

/** A message that nobody has changed follows the reason. */
function suggest(ground) {
  const message = document.getElementById("message");
  ground.removeAttribute("aria-invalid");
  if (!message.value || Object.values(suggestions).includes(message.value)) message.value = suggestions[ground.value] ?? "";
}

function takeBack() {
  if (!undo.url || Date.now() > undo.until) return;
  leave();
  window.htmx.ajax("POST", undo.url, { source: item, target: item, swap: "innerHTML", values: values() });
  undo = { url: "", until: 0 };
}

const KEYS = {
  "queue-next": () => step(1),
  "queue-previous": () => step(-1),
  "queue-claim": claim,
  "queue-release": () => decide("released"),
  "queue-hide": () => decide("kept"),
  "queue-delete": () => decide("deleted"),
  "queue-strike": () => decide("struck"),
  "queue-undo": takeBack,
  "queue-grey": () => toggle("data-grey", item.querySelector(".js-grey")),
  "queue-blur": () => toggle("data-blurred", item.querySelector(".js-blur")),
  "queue-play": () => play(item.querySelector(".js-play")),
};
for (const [name, act] of Object.entries(KEYS)) {
  document.addEventListener(`key:${name}`, (event) => {
    event.preventDefault();
    if (!event.detail.repeat || name === "queue-next" || name === "queue-previous") act();
  });
}
document.addEventListener("key:queue-ground", (event) => { event.preventDefault(); choose(event.detail.number); });

const CLICKS = {
  ".js-claim": claim,
  ".js-leave": () => { leave(); setTimeout(() => rowOf(currentId()) && show(rowOf(currentId())), 150); },
  ".js-grey": (button) => toggle("data-grey", button),
  ".js-blur": (button) => toggle("data-blurred", button),
  ".js-play": play,
  ".js-back": () => { leave(); delete queue.dataset.view; },
  "#more": (button) => { shown = button.dataset.shown; refresh(); },
};
document.addEventListener("click", (event) => {
  if (!(event.target instanceof Element) || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const row = event.target.closest(".queue-row");
  if (row) {
    event.preventDefault();
    show(row, true);
  }
  for (const [selector, act] of Object.entries(CLICKS)) {
    const button = event.target.closest(selector);
    if (button) act(button);
  }
});
item.addEventListener("change", (event) => {
  if (event.target.matches(".js-ground")) suggest(event.target);
  active();
});
// Escape leaves a field, so that the keys act again.
item.addEventListener("keydown", (event) => { if (event.key === "Escape" && event.target.matches("select, input")) event.target.blur(); });

/* What happens */

// A claim that is answered after the decision would say about one's own case that somebody has closed it.
document.addEventListener("htmx:beforeRequest", (event) => { if (event.detail.elt.id === "decide") decidingOn = currentId(); });
document.addEventListener("htmx:afterRequest", (event) => { if (event.detail.elt.id === "decide") decidingOn = ""; });
item.addEventListener("htmx:beforeOnLoad", (event) => {
  const { path } = event.detail.requestConfig;
  if (path.endsWith("/claim/") && (decidingOn === currentId() || path !== current()?.dataset.claim)) event.preventDefault();
});

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target === item) {
    point(currentId());
    item.scrollTop = 0;
    (item.querySelector("[data-focus-me][aria-invalid]") ?? item.querySelector("[data-focus-me]"))?.focus({ preventScroll: true });
    if (claimNext && claimNext === currentId()) claim();
    claimNext = "";
  }
  if (event.detail.target === list) point(currentId());
});
document.addEventListener("queue:decided", (event) => {
  undo = { url: event.detail.undo, until: Date.now() + UNDO_FOR };
  refreshSoon();
});
document.addEventListener("queue:undo", takeBack);
document.addEventListener("live:case.changed", (event) => {
  refreshSoon();
  const { case: id, what, by } = event.detail;
  if (String(by) === queue.dataset.me || id !== currentId() || isMine() || document.getElementById("message") === document.activeElement) return;
  const row = rowOf(id);
  if (row && ["claimed", "left", "opened"].includes(what)) {
    window.htmx.ajax("GET", row.dataset.url, { source: item, target: item, swap: "innerHTML", values: values() });
  }
});
for (const name of ["live:open", "live:refresh"]) document.addEventListener(name, refreshSoon);
setInterval(() => document.hidden || refresh(), LIST_EVERY);
addEventListener("pagehide", leave);
