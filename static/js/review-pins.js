// Pins above the strip, one for each note with a place, in the colour of who wrote it.

import { player } from "./player.js";
import { timecode } from "./timecode.js";
import { words } from "./words.js";

const row = document.createElement("div");
row.className = "pins";

export function startPins(choose) {
  document.getElementById("strip")?.before(row);
  row.addEventListener("click", (event) => {
    const pin = event.target.closest(".pin");
    if (pin) choose(pin.dataset.note, { scroll: true });
  });
}

export function showPins(notes, chosen) {
  const length = player.duration;
  if (!length) return;
  row.replaceChildren(...notes.filter((note) => note.dataset.start !== undefined && note.offsetParent !== null).flatMap((note) => pinsOf(note, length, note.dataset.note === chosen)));
}

function pinsOf(note, length, isChosen) {
  const { start, end, who, initial, resolved } = note.dataset;
  const share = (seconds) => `${Math.min(100, (Number(seconds) / length) * 100)}%`;
  const pin = document.createElement("button");
  pin.type = "button";
  pin.className = "pin";
  pin.dataset.note = note.dataset.note;
  pin.dataset.who = who;
  if (resolved !== undefined) pin.dataset.resolved = "";
  pin.style.setProperty("--at", share(start));
  const letter = document.createElement("span");
  letter.textContent = initial;
  pin.append(letter);
  pin.setAttribute("aria-label", words("pin", note.querySelector(".note-who")?.textContent ?? "", timecode(Number(start), player.fps)));
  if (isChosen) pin.setAttribute("aria-current", "true");
  if (end === undefined) return [pin];
  const range = document.createElement("span");
  range.className = "pin-range";
  range.dataset.who = who;
  range.style.setProperty("--at", share(start));
  range.style.setProperty("--long", share(Number(end) - Number(start)));
  if (isChosen) range.setAttribute("aria-current", "true");
  return [range, pin];
}
