// The box in which a note is written: at the frame, over the range, or general. Typing pauses, posting resumes.
// What is typed, where it belongs and what is drawn survive a reload.

import * as drafts from "./drafts.js";
import { Ink } from "./review-ink.js";
import { Mentions } from "./review-mentions.js";
import { fresh, post } from "./review-post.js";
import { player } from "./player.js";
import { frameAt, momentOf, timecode } from "./timecode.js";
import { say } from "./toast.js";
import { words } from "./words.js";

const form = document.getElementById("note-form");
const part = (id) => document.getElementById(id);

class Box {
  constructor() {
    this.text = part("note-text");
    this.chip = part("note-at");
    this.draft = `note.${part("review")?.dataset.take ?? player.take?.id ?? ""}`;
    this.isGeneral = false;
    this.pinned = null; // the moment at which writing began
    this.resume = false;
    this.ink = new Ink(document.querySelector(".side-main"), () => size(), () => this.drawn());
    new Mentions(this.text, part("mention-list"));
    this.chip.hidden = part("ink-start").hidden = false;
    this.listen();
    this.recall();
    this.place();
  }

  get range() {
    const { start, end } = player.range;
    return start === null && end === null ? null : { start: start ?? 0, end: end ?? player.duration };
  }

  /** Where the note will stand, in seconds. */
  get at() {
    if (this.isGeneral && !this.ink.strokes.length) return {};
    if (this.range) return this.range;
    return { start: this.pinned ?? player.now() };
  }

  place() {
    const { start, end } = this.at;
    const word = start === undefined ? words("general") : end === undefined ? timecode(start, player.fps) : `${timecode(start, player.fps)} – ${timecode(end, player.fps)}`;
    if (part("note-at-text").textContent !== word) part("note-at-text").textContent = word;
    this.chip.toggleAttribute("data-general", start === undefined);
  }

  /** The first word or stroke holds the picture at its frame. */
  hold() {
    if (this.pinned !== null) return;
    if (!player.video.paused) { this.resume = true; player.pause(); }
    this.pinned = momentOf(frameAt(player.now(), player.fps), player.fps);
  }

  release() {
    this.pinned = null;
    if (this.resume) player.play();
    this.resume = false;
  }

  listen() {
    this.text.addEventListener("input", () => { if (this.text.value.trim()) this.hold(); else if (!this.ink.strokes.length) this.pinned = null; this.keep(); this.place(); });
    this.text.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); form.requestSubmit(); }
      if (event.key === "Escape") this.text.blur();
    });
    form.addEventListener("submit", (event) => { event.preventDefault(); this.send(); });
    this.chip.addEventListener("click", () => {
      this.isGeneral = !this.isGeneral;
      if (this.isGeneral && this.range) player.clearRange();
      this.keep();
      this.place();
    });
    document.addEventListener("range:changed", () => { if (this.range) this.isGeneral = false; this.place(); });
    for (const name of ["timeupdate", "seeked"]) player.video.addEventListener(name, () => {
      // Somebody who moves on before writing further means the new frame.
      if (name === "seeked" && this.pinned !== null && !this.ink.strokes.length) this.pinned = momentOf(frameAt(player.now(), player.fps), player.fps);
      this.place();
    });
    player.video.addEventListener("loadedmetadata", () => this.ink.render());
    document.addEventListener("key:note", (event) => { event.preventDefault(); this.text.focus(); });
    document.addEventListener("key:details", (event) => { event.preventDefault(); this.draw(!this.ink.on); });
    document.addEventListener("key:leave", (event) => { if (this.ink.on) { event.preventDefault(); this.draw(false); } });
    document.addEventListener("keydown", (event) => {
      if (!this.ink.on || !(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z" || event.target === this.text) return;
      event.preventDefault();
      if (event.shiftKey) this.ink.redo(); else this.ink.undo();
    });
    part("ink-start").addEventListener("click", () => this.draw(!this.ink.on));
    part("ink-done").addEventListener("click", () => this.draw(false));
    part("ink-undo").addEventListener("click", () => this.ink.undo());
    part("ink-redo").addEventListener("click", () => this.ink.redo());
    part("ink-clear").addEventListener("click", () => this.ink.set([]));
    part("ink-tools").addEventListener("click", (event) => {
      const { ink, inkColour } = event.target.closest("button")?.dataset ?? {};
      if (ink) this.ink.kind = ink;
      if (inkColour) this.ink.colour = inkColour;
      this.tools();
    });
  }

  draw(on) {
    if (on) { player.pause(); this.hold(); }
    this.ink.on = on;
    part("ink-tools").hidden = !on;
    part("ink-start").setAttribute("aria-pressed", String(on));
    this.tools();
    if (on) part("ink-tools").querySelector("[data-ink][aria-pressed=true]").focus();
    else if (!this.ink.strokes.length && !this.text.value.trim()) this.pinned = null;
  }

  tools() {
    for (const button of part("ink-tools").querySelectorAll("[data-ink]")) button.setAttribute("aria-pressed", String(button.dataset.ink === this.ink.kind));
    for (const button of part("ink-tools").querySelectorAll("[data-ink-colour]")) button.setAttribute("aria-pressed", String(button.dataset.inkColour === this.ink.colour));
    part("ink-undo").disabled = part("ink-clear").disabled = !this.ink.strokes.length;
    part("ink-redo").disabled = !this.ink.undone.length;
  }

  drawn() {
    if (this.ink.strokes.length) { this.hold(); this.isGeneral = false; }
    this.tools();
    this.keep();
    this.place();
  }

  keep() {
    drafts.save(this.draft, "text", this.text.value);
    const more = { general: this.isGeneral, at: this.pinned, drawing: this.ink.strokes };
    const worth = this.text.value.trim() || this.ink.strokes.length;
    drafts.save(this.draft, "place", worth ? JSON.stringify(more) : "");
  }

  recall() {
    this.ink.colour = document.getElementById("notes").dataset.colour;
    const text = drafts.load(this.draft, "text", { only: true })?.text ?? "";
    let more = {};
    try { more = JSON.parse(drafts.load(this.draft, "place", { only: true })?.text ?? "{}"); } catch { /* from another version: the words are what matters */ }
    if (!this.text.value) this.text.value = text;
    this.isGeneral = Boolean(more.general);
    if (Array.isArray(more.drawing) && more.drawing.length) this.ink.set(more.drawing);
    if (typeof more.at === "number" && (this.text.value || this.ink.strokes.length)) {
      this.pinned = more.at;
      const go = () => player.seek(more.at);
      if (player.video.readyState >= 1) go(); else player.video.addEventListener("loadedmetadata", go, { once: true });
    }
  }

  async send() {
    if (this.isSending || (!this.text.value.trim() && !this.ink.strokes.length)) { this.text.focus(); return; }
    const { start, end } = this.at;
    form.elements.start.value = start === undefined ? "" : start.toFixed(4);
    form.elements.end.value = end === undefined ? "" : end.toFixed(4);
    form.elements.drawing.value = this.ink.strokes.length ? JSON.stringify(this.ink.strokes) : "";
    this.isSending = true;
    part("note-post").setAttribute("aria-busy", "true");
    const card = await post(form.action, new FormData(form));
    this.isSending = false;
    part("note-post").removeAttribute("aria-busy");
    if (card === null) return;
    form.elements.token.value = fresh();
    this.text.value = "";
    this.ink.set([]);
    this.draw(false);
    if (this.range) player.clearRange();
    this.isGeneral = false;
    this.release();
    this.keep();
    this.place();
    say(words("posted"));
    document.dispatchEvent(new CustomEvent("note:posted", { detail: { html: card } }));
  }
}

function size() {
  const { video, take } = player;
  return { width: video.videoWidth || take?.width || 1600, height: video.videoHeight || take?.height || 900 };
}

export const box = form && player ? new Box() : null;
/** Drawings are shown to those who may only look, too. */
export const ink = box?.ink ?? (player ? new Ink(document.querySelector(".side-main"), size, () => {}) : null);
