// Hovering a picture scrubs its clip, from one sprite of frames: <… data-strip="address" data-frames="12"><img></…>.
// Touch scrubs by dragging sideways. Nothing moves for people who asked for less motion.

const still = matchMedia("(prefers-reduced-motion: reduce)");
const sprites = new Map();

function load(address) {
  if (!sprites.has(address)) {
    const image = new Image();
    image.src = address;
    sprites.set(address, image.decode().then(() => image).catch(() => { sprites.delete(address); return null; }));
    if (sprites.size > 60) sprites.delete(sprites.keys().next().value);
  }
  return sprites.get(address);
}

function veilOf(place) {
  let veil = place.querySelector(":scope > .scrub");
  if (!veil) {
    veil = document.createElement("span");
    veil.className = "scrub";
    veil.setAttribute("aria-hidden", "true");
    place.append(veil);
  }
  return veil;
}

/** Lay the frame under the pointer over the picture, fitted the way the picture is. */
function draw(place, image, share) {
  const frames = Number(place.dataset.frames) || 1;
  const frame = Math.min(frames - 1, Math.max(0, Math.floor(share * frames)));
  const [width, height] = [place.clientWidth, place.clientHeight];
  const [wide, high] = [image.naturalWidth / frames, image.naturalHeight];
  const poster = place.querySelector("img, video");
  const whole = poster && getComputedStyle(poster).objectFit === "contain";
  const scale = whole ? Math.min(width / wide, height / high) : Math.max(width / wide, height / high);
  const shown = Math.min(width, wide * scale);
  const veil = veilOf(place);
  const style = {
    "background-image": `url("${image.src}")`,
    "background-size": `${wide * frames * scale}px ${high * scale}px`,
    "background-position": `${-(frame * wide * scale) - (wide * scale - shown) / 2}px ${(height - high * scale) / 2}px`,
    left: `${(width - shown) / 2}px`,
    width: `${shown}px`,
    "--at": `${share * 100}%`,
  };
  for (const [name, value] of Object.entries(style)) veil.style.setProperty(name, value);
}

function leave(place) {
  delete place.dataset.scrubbing;
  place.querySelector(":scope > .scrub")?.remove();
}

async function scrub(place, event) {
  const address = place.dataset.strip;
  if (!address || still.matches) return;
  const box = place.getBoundingClientRect();
  place.dataset.scrubbing = address;
  const share = Math.min(0.999, Math.max(0, (event.clientX - box.left) / box.width));
  const image = await load(address);
  if (image && place.isConnected && place.dataset.scrubbing === address) draw(place, image, share);
}

function placeOf(event) {
  return event.target instanceof Element ? event.target.closest("[data-strip]") : null;
}

let touched = null;

document.addEventListener("pointermove", (event) => {
  const place = event.pointerType === "touch" ? touched : placeOf(event);
  if (place) scrub(place, event);
}, { passive: true });
document.addEventListener("pointerout", (event) => {
  const place = placeOf(event);
  const next = event.relatedTarget instanceof Element ? event.relatedTarget.closest("[data-strip]") : null;
  if (place && place !== next) leave(place);
});
document.addEventListener("pointerdown", (event) => {
  if (event.pointerType === "touch") touched = placeOf(event);
}, { passive: true });
for (const name of ["pointerup", "pointercancel"]) {
  document.addEventListener(name, () => {
    if (touched) leave(touched);
    touched = null;
  }, { passive: true });
}
