// Seconds, frames and the way they are written. A frame's own moment is its middle, so that a seek never lands on an edge.

/** The frame shown at a moment. */
export function frameAt(seconds, fps) {
  return Math.max(0, Math.floor(seconds * fps + 0.01));
}

/** The moment inside a frame. */
export function momentOf(frame, fps) {
  return (frame + 0.5) / fps;
}

/** 00:03.04 is frame 4 of second 3. */
export function timecode(seconds, fps) {
  const safe = Number.isFinite(seconds) && seconds > 0 ? seconds : 0;
  const rate = fps > 0 ? fps : 25;
  const whole = Math.floor(safe + 1e-6);
  const frame = Math.min(Math.ceil(rate) - 1, Math.floor((safe - whole) * rate + 0.01));
  const two = (number) => String(number).padStart(2, "0");
  return `${two(Math.floor(whole / 60))}:${two(whole % 60)}.${two(Math.max(0, frame))}`;
}

/** Put values into a sentence of the page, %s after %s. */
export function fill(sentence, ...values) {
  return values.reduce((text, value) => text.replace("%s", value), sentence);
}
