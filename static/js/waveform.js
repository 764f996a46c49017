// The sound of a clip along the foot of its strip, from a hexadecimal digit for each part of the clip.

const SHARE = 0.42;
const STEP = 3;

/** `scale` is how many pixels of the canvas are one of the page. */
export function drawWave(pen, wave, scale = 1) {
  const { width, height } = pen.canvas;
  if (!wave || !width) return;
  const high = Math.round(height * SHARE);
  const shade = pen.createLinearGradient(0, height - high, 0, height);
  shade.addColorStop(0, "rgb(11 12 14 / 0)");
  shade.addColorStop(0.5, "rgb(11 12 14 / .62)");
  shade.addColorStop(1, "rgb(11 12 14 / .82)");
  pen.fillStyle = shade;
  pen.fillRect(0, height - high, width, high);
  pen.fillStyle = "rgb(255 255 255 / .82)";
  const bars = Math.max(1, Math.floor(width / (STEP * scale)));
  for (let bar = 0; bar < bars; bar += 1) {
    const from = Math.floor((bar / bars) * wave.length);
    const to = Math.max(from + 1, Math.floor(((bar + 1) / bars) * wave.length));
    const loudest = Math.max(...[...wave.slice(from, to)].map((digit) => Number.parseInt(digit, 16)));
    const tall = Math.max(scale, (loudest / 15) * (high - 4 * scale));
    pen.fillRect((bar / bars) * width, height - tall, Math.max(1, (STEP - 1) * scale), tall);
  }
}
