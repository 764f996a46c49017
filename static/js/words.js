// Small things that the editor's modules share: translated sentences, fragments of pages, and clocks.

const source = document.getElementById("words");
const language = document.documentElement.lang || undefined;

/** A sentence of threads/_words.html, its %s filled in from left to right. */
export function words(name, ...values) {
  let rest = source?.dataset[name] ?? "";
  for (const value of values) rest = rest.replace("%s", () => String(value));
  return rest;
}

/** GET a part of a page. Null where it is gone; somebody who is signed out is sent to sign in, and back. */
export async function fragment(url) {
  const response = await fetch(url, { headers: { "HX-Request": "true", "HX-Current-URL": location.href }, credentials: "same-origin" });
  if (response.status === 401) {
    const to = response.headers.get("HX-Redirect");
    if (to) location.assign(to);
    return null;
  }
  if (response.status === 404) return null;
  if (!response.ok) throw new Error(`${response.status} ${url}`);
  const holder = document.createElement("template");
  holder.innerHTML = await response.text();
  return holder.content;
}

/** Whether somebody is in the middle of writing. */
export function isTyping() {
  const field = document.activeElement;
  return Boolean(field?.matches?.("textarea, input:not([type=range], [type=checkbox], [type=radio])") && field.value);
}

export function isPlaying() {
  const stage = document.getElementById("stage");
  return Boolean(stage && (stage.dataset.playing !== undefined && stage.dataset.playing !== "false"));
}

const hour = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const day = new Intl.DateTimeFormat(language, { day: "numeric", month: "short" });
const long = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short", hourCycle: "h23" });

/** Times in the reader's own zone: the hour today, else the day. */
export function clocks(root = document) {
  const today = new Date().toDateString();
  for (const node of root.querySelectorAll("time[data-clock]")) {
    const moment = new Date(node.dateTime);
    if (Number.isNaN(moment.getTime())) continue;
    node.title = long.format(moment);
    if (node.dataset.clock === "long") node.textContent = long.format(moment);
    else node.textContent = (moment.toDateString() === today ? hour : day).format(moment);
  }
}
