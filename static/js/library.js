// The library's cards stay true: a change on the team's stream fetches that one card anew; running cards move their bars.

const PROGRESS_EVERY = 1500;
const TIMES_EVERY = 30000;
const NO_ID = "00000000-0000-0000-0000-000000000000";

const shelf = () => document.getElementById("shelf");
const cards = () => document.getElementById("cards");
const search = document.getElementById("search-text");

function cardUrl(id) {
  return `${cards().dataset.cardUrl.replace(NO_ID, id)}?show=${encodeURIComponent(shelf().dataset.show)}`;
}

function isBusy(card) {
  return card.contains(document.activeElement) && document.activeElement.matches("input") || card.querySelector(":popover-open");
}

const waiting = new Map();
let fetching = false; // the whole shelf is on its way
let again = false;

/** Fetch one card soon; many changes of one thread in a moment cost one request. */
function refresh(id) {
  if (waiting.has(id)) return;
  waiting.set(id, setTimeout(() => { waiting.delete(id); fetchCard(id); }, 120));
}

function fetchCard(id) {
  if (fetching) { again = true; return; }
  const list = cards();
  if (!list) { document.body.dispatchEvent(new CustomEvent("library:changed")); return; }
  const card = document.getElementById(`thread-${id}`);
  if (card && isBusy(card)) { setTimeout(() => refresh(id), 1500); return; }
  if (card) window.htmx.ajax("GET", cardUrl(id), { source: card, target: card, swap: "outerHTML" });
  else if (shelf().dataset.searching !== "true") addCard(id, list);
}

/** A thread that somebody else has just started, or brought back. */
function addCard(id, list) {
  window.htmx.ajax("GET", cardUrl(id), { source: list, target: list, swap: "afterbegin" });
}

/** The whole shelf anew. What changes while it is on its way is not in it, so then it is fetched once more. */
async function renew() {
  again = fetching;
  if (fetching || !shelf()) return;
  fetching = true;
  await window.htmx.ajax("GET", shelf().dataset.url, { source: shelf(), target: "#shelf", swap: "outerHTML" }).catch(() => {});
  fetching = false;
  if (again) renew();
}
document.body.addEventListener("library:changed", renew);

document.addEventListener("live:thread.changed", (event) => {
  if (event.detail.thread && shelf()) refresh(event.detail.thread);
});
document.addEventListener("live:refresh", () => document.body.dispatchEvent(new CustomEvent("library:changed")));

// After a page of cards or a new card: no thread twice (order may have moved between two pages), and never an empty shelf.
document.addEventListener("htmx:afterSettle", () => {
  const seen = new Set();
  cards()?.querySelectorAll(".card").forEach((card) => {
    if (seen.has(card.id)) card.remove();
    seen.add(card.id);
  });
  if (cards() && !cards().querySelector(".card, .cards-more")) document.body.dispatchEvent(new CustomEvent("library:changed"));
});

async function moveBars() {
  const list = cards();
  const running = list?.querySelectorAll(".card[data-state=running]") ?? [];
  if (!running.length || document.hidden) return;
  const answer = await fetch(list.dataset.progressUrl, { headers: { "X-Requested-With": "XMLHttpRequest" } }).catch(() => null);
  if (!answer?.ok) return;
  const now = new Map((await answer.json()).running.map((each) => [each.thread, each]));
  for (const card of running) {
    const state = now.get(card.dataset.thread);
    if (!state) { refresh(card.dataset.thread); continue; }
    const bar = card.querySelector(".card-progress");
    if (bar) bar.value = state.percent;
    const chip = card.querySelector(".chip");
    if (chip && chip.textContent !== state.word) chip.textContent = state.word;
  }
}
setInterval(moveBars, PROGRESS_EVERY);

/** "4 min ago" must not stay four minutes for an hour. Older moments are dates and stay true. */
function tellTimes() {
  const words = cards()?.dataset;
  if (!words) return;
  for (const time of cards().querySelectorAll("time[data-ago]")) {
    const minutes = Math.floor((Date.now() - Date.parse(time.dateTime)) / 60000);
    if (minutes >= 24 * 60) continue;
    const text = minutes < 1 ? words.now : minutes < 60 ? words.minutes.replace("{n}", minutes) : words.hours.replace("{n}", Math.floor(minutes / 60));
    if (time.textContent !== text) time.textContent = text;
  }
}
setInterval(tellTimes, TIMES_EVERY);

document.addEventListener("key:focus", (event) => {
  if (!search) return;
  event.preventDefault();
  search.focus();
  search.select();
});

search?.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  event.preventDefault();
  if (search.value) {
    search.value = "";
    search.dispatchEvent(new Event("input", { bubbles: true }));
  } else search.blur();
});

// Renaming in place: Escape or leaving the field puts the title back as it was, Enter saves.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || !event.target.matches?.(".card .js-rename")) return;
  event.preventDefault();
  leaveRename(event.target);
});
document.addEventListener("focusout", (event) => {
  const field = event.target;
  if (!field.matches?.(".card .js-rename") || field.closest(".htmx-request")) return;
  setTimeout(() => {
    if (!field.isConnected || field.form.contains(document.activeElement)) return;
    if (field.value.trim() && field.value !== field.defaultValue) field.form.requestSubmit();
    else leaveRename(field);
  }, 0);
});
document.addEventListener("htmx:afterSwap", () => {
  const field = document.querySelector(".card .js-rename");
  if (field && document.activeElement !== field) { field.focus(); field.select(); }
});

function leaveRename(field) {
  const id = field.form.dataset.thread;
  field.value = field.defaultValue;
  field.blur();
  const card = document.getElementById(`thread-${id}`);
  if (card) window.htmx.ajax("GET", cardUrl(id), { source: card, target: card, swap: "outerHTML" });
}

// Start: one press is one thread, and nothing leaves while an upload is on its way.
const form = document.getElementById("start-form");
if (form) {
  const prompt = form.querySelector("[name=prompt]");
  const go = form.querySelector(".start-go");
  const describe = prompt.placeholder;
  let sent = false;
  form.addEventListener("submit", (event) => {
    const tray = form.querySelector("[data-tray]");
    const busy = Number(tray?.dataset.busy ?? 0) > 0;
    if (sent || busy) { event.preventDefault(); return; }
    if (!prompt.value.trim() && !form.querySelector("[name=inputs]")) { event.preventDefault(); prompt.focus(); return; }
    sent = true;
    go.setAttribute("aria-busy", "true");
  });
  form.addEventListener("upload:changed", (event) => {
    const { count = 0, busy = 0 } = event.detail ?? {};
    go.disabled = busy > 0;
    prompt.placeholder = count ? prompt.dataset.wordsWithFile : describe;
  });
  form.addEventListener("upload:done", () => { if (!prompt.value) prompt.focus({ preventScroll: true }); });
  addEventListener("pageshow", (event) => { if (event.persisted) { sent = false; go.removeAttribute("aria-busy"); } });
}
