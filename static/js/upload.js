// Bringing clips and photos in: drag anywhere onto [data-drop], paste (files or a link), pick. Several at once, each with
// its own progress and cancel. The server decides; what can be seen before is said before.

import { arrived, changed, chipsOf, failed, hasPicture, longestOf, newChip, picture, remembered, removeChip, trayOf, working } from "./tray.js";
import { glance } from "./glance.js";
import { openTrimmer } from "./trimmer.js";
import "./scrub.js";

const AT_ONCE = 2;
const PICTURES_FOR = 180000;
const jobs = new WeakMap();
const queue = [];
let sending = 0;

/* Ways in */

export function addFiles(tray, files) {
  for (const file of files) {
    const chip = newChip(tray, file.name);
    const job = { tray, chip, file };
    jobs.set(chip, job);
    begin(job);
  }
}

export function addLink(tray, url) {
  const chip = newChip(tray, url.replace(/^https?:\/\//, "").slice(0, 80));
  const job = { tray, chip, url };
  jobs.set(chip, job);
  begin(job);
}

/** An asset that exists already, as media:asset-detail describes it: a take, or what a reload brought back. */
export function addAsset(tray, asset) {
  if (chipsOf(tray).some((chip) => chip.dataset.asset === asset.id)) return;
  const chip = newChip(tray, asset.title);
  const job = { tray, chip, asset, quiet: true };
  jobs.set(chip, job);
  settle(job, asset);
}

async function begin(job) {
  const { tray, chip } = job;
  working(chip, "waiting");
  if (job.url) return fetchLink(job);
  const problem = refusal(tray, job.file);
  if (problem) return failed(chip, problem);
  const seen = await glance(job.file);
  if (!chip.isConnected) return undefined;
  if (seen.picture) picture(chip, seen.picture);
  if (seen.duration > Number(tray.dataset.limitSeconds) + 0.5) return failed(chip, tray.dataset.sayLong);
  queue.push(job);
  return sendNext();
}

/** What can be known without reading the file. */
function refusal(tray, file) {
  if (!file.size) return tray.dataset.sayEmpty;
  if (file.size > Number(tray.dataset.limitBytes)) return tray.dataset.sayLarge;
  const suffix = file.name.includes(".") ? file.name.split(".").pop().toLowerCase() : "";
  const known = tray.dataset.suffixes.split(",").includes(suffix) || (!suffix && /^(video|image)\//.test(file.type));
  return known ? "" : tray.dataset.sayKind;
}

/* Sending */

function sendNext() {
  while (sending < AT_ONCE && queue.length) {
    const job = queue.shift();
    if (job.chip.isConnected) send(job);
  }
}

function form(tray, fields) {
  const body = new FormData();
  if (tray.dataset.team) body.append("team", tray.dataset.team);
  for (const [name, value] of Object.entries(fields)) body.append(name, value);
  return body;
}

function send(job) {
  const { tray, chip, file } = job;
  const request = new XMLHttpRequest();
  job.request = request;
  sending += 1;
  request.open("POST", tray.dataset.upload);
  request.responseType = "json";
  request.setRequestHeader("X-CSRFToken", tray.dataset.csrf);
  request.upload.addEventListener("progress", (event) => {
    if (event.lengthComputable && event.loaded < event.total) working(chip, "sending", event.loaded / event.total);
  });
  request.upload.addEventListener("load", () => working(chip, "reading"));
  request.addEventListener("loadend", () => {
    sending -= 1;
    job.request = null;
    if (job.cancelled || !chip.isConnected) { /* the chip is gone, and with it whoever wanted to know */ }
    else if (request.status === 201 && request.response) settle(job, request.response);
    else failed(chip, request.response?.error ?? tray.dataset.sayLost, { again: request.status === 0 || request.status >= 500 || request.status === 401 });
    sendNext();
  });
  working(chip, "sending", 0);
  request.send(form(tray, { max_seconds: longestOf(tray), file }));
}

async function post(tray, url, fields) {
  const response = await fetch(url, { method: "POST", body: form(tray, fields), headers: { "X-CSRFToken": tray.dataset.csrf } });
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error);
  return answer;
}

async function fetchLink(job) {
  const { tray, chip } = job;
  working(chip, "fetching");
  try {
    settle(job, await post(tray, tray.dataset.fetch, { url: job.url }));
  } catch (error) {
    failed(chip, error instanceof TypeError || error instanceof SyntaxError ? tray.dataset.sayLost : error.message, { again: true });
  }
}

/* Arriving: an asset is shown as far as it has come, and looked at again until nothing is missing */

function settle(job, asset) {
  const { tray, chip } = job;
  if (!chip.isConnected) return;
  job.asset = asset;
  chip.id = `asset-${asset.id}`;
  if (asset.status === "refused") {
    failed(chip, asset.refusal, { again: Boolean(job.url) });
    return;
  }
  if (asset.status !== "ready") {
    working(chip, job.cut ? "trimming" : asset.status === "reading" ? "reading" : "fetching", asset.progress || null);
    follow(job);
    return;
  }
  const had = job.announced === asset.id;
  const state = arrived(chip, asset);
  if (!complete(job)) follow(job);
  if (had) return;
  job.announced = asset.id;
  job.cut = false;
  if (state === "long" && !job.quiet) trim(job);
  if (state === "ready") tray.dispatchEvent(new CustomEvent("upload:done", { bubbles: true, detail: { asset, chip } }));
}

function complete({ chip, asset }) {
  const video = asset.mime.startsWith("video/");
  return Boolean(video ? asset.src && asset.strip : hasPicture(chip));
}

/** Ask again, soon at first and then less often, until the pictures are there. The live socket makes it sooner. */
function follow(job) {
  clearTimeout(job.timer);
  job.since ??= Date.now();
  const age = Date.now() - job.since;
  if (job.asset.status === "ready" && age > PICTURES_FOR) return;
  job.timer = setTimeout(() => look(job), Math.min(4000, 500 + age / 8));
}

async function look(job) {
  clearTimeout(job.timer);
  if (!job.chip.isConnected) return;
  const asked = job.asset;
  const seen = await answerFor(asked);
  if (job.asset !== asked) return; // the chip went on with something else meanwhile, such as a part that was cut out
  if (!seen) follow(job);
  else if (seen.error) failed(job.chip, seen.error);
  else settle(job, seen);
}

/** How far an asset has come, or {error} where it is gone, or nothing where the server cannot be asked now. */
async function answerFor(asset) {
  try {
    const response = await fetch(asset.detail, { headers: { Accept: "application/json" } });
    return response.ok || response.status === 404 ? await response.json() : null;
  } catch {
    return null;
  }
}

/* Trimming: the original stays; the chip goes on with the part that was cut out */

let trimming = Promise.resolve();

function trim(job) {
  trimming = trimming.then(async () => {
    if (!job.chip.isConnected) return;
    const whole = job.whole ?? job.asset;
    const most = longestOf(job.tray);
    const part = await openTrimmer({ asset: whole, file: job.file, most, refresh: async () => (await answerFor(whole)) ?? whole });
    if (!part || !job.chip.isConnected) return;
    job.whole = whole;
    job.cut = true;
    job.since = Date.now();
    job.asset = null;
    clearTimeout(job.timer);
    working(job.chip, "trimming");
    try {
      settle(job, await post(job.tray, whole.trim, part));
    } catch (error) {
      job.cut = false;
      job.asset = whole;
      failed(job.chip, error instanceof TypeError || error instanceof SyntaxError ? job.tray.dataset.sayLost : error.message);
      job.chip.querySelector("[data-chip-trim]").hidden = false;
    }
  });
}


function cancel(job) {
  job.cancelled = true;
  clearTimeout(job.timer);
  job.request?.abort();
  removeChip(job.chip);
}

/* The page's events, delegated: trays may come and go with the composer */

document.addEventListener("click", (event) => {
  const target = event.target instanceof Element ? event.target : null;
  const chip = target?.closest(".tray-chip");
  const job = chip && jobs.get(chip);
  if (job && target.closest("[data-chip-remove]")) cancel(job);
  else if (job && target.closest("[data-chip-again]")) begin(job);
  else if (job && target.closest("[data-chip-trim]")) trim(job);
  else if (target?.closest("[data-pick]")) surfaceOf(target)?.querySelector("[data-files]")?.click();
  else if (target?.closest("[data-link-open]")) toggleLink(target.closest("[data-link-open]"));
  else if (target?.closest("[data-link-go]")) goLink(target);
});

function surfaceOf(place) {
  return place.closest("[data-drop]") ?? document.querySelector("[data-drop]");
}

function toggleLink(button) {
  const box = surfaceOf(button)?.querySelector("[data-link]");
  if (!box) return;
  box.hidden = !box.hidden;
  button.setAttribute("aria-expanded", String(!box.hidden));
  if (!box.hidden) box.querySelector("[data-link-field]").focus();
}

function goLink(place) {
  const box = place.closest("[data-link]");
  const field = box.querySelector("[data-link-field]");
  const url = asLink(field.value);
  field.setCustomValidity(url ? "" : field.dataset.problem);
  if (!url) { field.reportValidity(); field.select(); return; }
  field.value = "";
  box.hidden = true;
  surfaceOf(place)?.querySelector("[data-link-open]")?.setAttribute("aria-expanded", "false");
  addLink(trayOf(place), url);
}

/** The one http(s) address that a text consists of, or nothing. */
function asLink(text) {
  const words = text.trim();
  return /^https?:\/\/[^\s]+$/i.test(words) ? words : "";
}

document.addEventListener("change", (event) => {
  const picker = event.target instanceof Element ? event.target.closest("[data-files]") : null;
  const tray = picker && trayOf(picker);
  if (!tray) return;
  addFiles(tray, [...picker.files]);
  picker.value = "";
});

document.addEventListener("keydown", (event) => {
  const field = event.target instanceof Element ? event.target.closest("[data-link-field]") : null;
  if (!field) return;
  if (event.key === "Enter") { event.preventDefault(); goLink(field); }
  if (event.key === "Escape") { event.stopPropagation(); toggleLink(surfaceOf(field).querySelector("[data-link-open]")); }
});

document.addEventListener("input", (event) => {
  if (event.target instanceof HTMLInputElement && event.target.matches("[data-link-field]")) event.target.setCustomValidity("");
});

document.addEventListener("paste", (event) => {
  const place = event.target instanceof Element ? event.target : document.body;
  const tray = trayOf(place);
  if (!tray || place.closest("[data-link-field], dialog")) return;
  const files = [...(event.clipboardData?.files ?? [])];
  const field = place.closest("input, textarea");
  if (field && !field.closest("[data-drop]")) return;
  const url = asLink(event.clipboardData?.getData("text/plain") ?? "");
  if (!files.length && !url) return;
  event.preventDefault();
  if (files.length) addFiles(tray, files);
  else addLink(tray, url);
});

/* Dragging: the veil is shown on the surface under the pointer, or on the only one there is */

let depth = 0;

function carriesFiles(event) {
  const types = event.dataTransfer?.types ?? [];
  return types.includes("Files") || (types.includes("text/uri-list") && !event.dataTransfer.effectAllowed.includes("move"));
}

function over(event) {
  const surfaces = [...document.querySelectorAll("[data-drop]")];
  const under = event.target instanceof Element ? event.target.closest("[data-drop]") : null;
  return under ?? (surfaces.length === 1 ? surfaces[0] : null);
}

function show(surface) {
  document.querySelectorAll("[data-drop][data-over]").forEach((node) => { if (node !== surface) delete node.dataset.over; });
  if (surface) surface.dataset.over = "";
}

document.addEventListener("dragenter", (event) => {
  if (!carriesFiles(event)) return;
  depth += 1;
  show(over(event));
});
document.addEventListener("dragover", (event) => {
  const surface = carriesFiles(event) ? over(event) : null;
  if (!surface) return;
  event.preventDefault();
  event.dataTransfer.dropEffect = "copy";
  show(surface);
});
document.addEventListener("dragleave", () => {
  depth = Math.max(0, depth - 1);
  if (!depth) show(null);
});
document.addEventListener("drop", (event) => {
  depth = 0;
  show(null);
  const surface = carriesFiles(event) ? over(event) : null;
  const tray = surface && trayOf(surface);
  if (!tray) return;
  event.preventDefault();
  const files = [...event.dataTransfer.files];
  const url = asLink(event.dataTransfer.getData("text/uri-list").split("\n")[0] ?? "");
  if (files.length) addFiles(tray, files);
  else if (url) addLink(tray, url);
});

/* Orders to a tray */

document.addEventListener("upload:limits", (event) => {
  for (const chip of chipsOf(event.target)) {
    const job = jobs.get(chip);
    if (job?.asset?.status === "ready" && chip.dataset.busy === undefined) arrived(chip, job.asset);
  }
});
document.addEventListener("upload:add", (event) => addAsset(event.target, event.detail.asset));
document.addEventListener("upload:clear", (event) => {
  for (const chip of chipsOf(event.target)) {
    clearTimeout(jobs.get(chip)?.timer);
    chip.remove();
  }
  changed(event.target);
});
document.addEventListener("live:asset.changed", (event) => {
  const id = event.detail?.asset ?? event.detail?.payload?.asset;
  const chip = id && document.getElementById(`asset-${id}`);
  const job = chip && jobs.get(chip);
  if (job?.asset && (job.asset.status !== "ready" || !complete(job))) look(job);
});
addEventListener("beforeunload", (event) => {
  if ([...document.querySelectorAll("[data-tray] [data-state=sending]")].length) event.preventDefault();
});

/** Bring back what a tray with data-keep held before the reload. */
async function restore(tray) {
  if (tray.dataset.restored !== undefined) return;
  tray.dataset.restored = "";
  for (const id of remembered(tray)) {
    try {
      const response = await fetch(`${tray.dataset.assets}${id}/`, { headers: { Accept: "application/json" } });
      if (response.ok) addAsset(tray, await response.json());
    } catch { /* offline: the next load tries again */ }
  }
}
document.querySelectorAll("[data-tray][data-keep]").forEach(restore);
document.addEventListener("htmx:load", (event) => event.target.querySelectorAll?.("[data-tray][data-keep]").forEach(restore));
