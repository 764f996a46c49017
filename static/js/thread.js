// The editor: one module per behaviour, joined here.

import "./report.js";
import "./turns.js";
import "./takes.js";
import "./composer.js";
import "./panels.js";
import "./scrub.js";
import { fragment, isPlaying, isTyping } from "./words.js";

const title = document.getElementById("title");
const studio = document.getElementById("studio");

/* The title: what others rename appears; a name that was refused goes back. */

function named(text) {
  document.title = document.title.replace(/^(\(\d+\) )?.*( · Retake)$/, (_, badge = "", end) => `${badge}${text}${end}`);
}

if (title?.form) {
  let kept = title.value;
  title.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { title.value = kept; title.blur(); }
    if (event.key === "Enter") { event.preventDefault(); title.blur(); }
  });
  title.form.addEventListener("htmx:afterRequest", (event) => {
    if (event.detail.successful) { kept = title.value; named(kept); } else title.value = kept;
  });
}

/* Somebody who archives or deletes the thread here is on the way to another page: nothing may call them back. */
let leaving = 0;
addEventListener("beforeunload", () => { leaving = Date.now(); });

async function anew() {
  const response = await fetch(studio.dataset.titleUrl, { headers: { Accept: "application/json", "HX-Request": "true" } }).catch(() => null);
  if (!response || Date.now() - leaving < 10_000) return;
  if (response.status === 404) { location.assign(document.querySelector(".brand").href); return; }
  if (!response.ok) return;
  const now = await response.json();
  if (String(now.archived) !== studio.dataset.archived && !isTyping() && !isPlaying()) { location.reload(); return; }
  const chip = document.getElementById("review-chip");
  chip.dataset.state = now.review.state;
  chip.textContent = now.review.word;
  chip.hidden = now.review.state === "draft";
  if (document.activeElement === title) return;
  if (title.form) title.value = now.title;
  else title.textContent = now.shown;
  named(now.shown);
  studio.dataset.named = String(Boolean(now.title));
}

document.addEventListener("live:thread.changed", anew);
/* The first turn names a thread that has no name. */
document.addEventListener("turn:shown", () => { if (studio.dataset.named === "false") anew(); });

/* What the thread has cost, in the bar and in its menu: money settles when an attempt ends. */

const OVER = ["succeeded", "answered", "failed", "cancelled"];
const COUNT_AFTER = 600; // ms: the card and its picture come first
let counting = 0;
let countLater = 0;

async function count() {
  counting += 1;
  const mine = counting;
  const part = await fragment(studio.dataset.totalUrl).catch(() => null);
  const fresh = part?.querySelector(".thread-total");
  if (!fresh || mine !== counting) return;
  document.querySelectorAll(".thread-total").forEach((node) => {
    node.textContent = fresh.textContent;
    node.title = fresh.title;
    node.hidden = fresh.hidden;
  });
}

document.addEventListener("live:turn.changed", (event) => {
  if (!OVER.includes(event.detail?.state)) return;
  clearTimeout(countLater);
  countLater = setTimeout(count, COUNT_AFTER);
});
document.addEventListener("live:refresh", count);
