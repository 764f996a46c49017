// A first look at a local file, before a byte is sent: its picture, and a clip's length where the browser can tell.

const PATIENCE = 2500;
const WIDE = 160;

/** {duration, picture}: seconds (0: unknown) and an object URL (empty: none). Never rejects. */
export async function glance(file) {
  if (file.type.startsWith("image/")) return { duration: 0, picture: URL.createObjectURL(file) };
  const address = URL.createObjectURL(file);
  try {
    return await Promise.race([clip(address), new Promise((done) => { setTimeout(done, PATIENCE, { duration: 0, picture: "" }); })]);
  } catch {
    return { duration: 0, picture: "" };
  } finally {
    URL.revokeObjectURL(address);
  }
}

async function clip(address) {
  const video = document.createElement("video");
  video.muted = true;
  video.preload = "auto";
  video.src = address;
  await once(video, "loadeddata");
  const duration = Number.isFinite(video.duration) ? video.duration : 0;
  if (!video.videoWidth) return { duration, picture: "" };
  const canvas = document.createElement("canvas");
  canvas.width = WIDE;
  canvas.height = Math.max(1, Math.round((WIDE * video.videoHeight) / video.videoWidth));
  canvas.getContext("2d").drawImage(video, 0, 0, canvas.width, canvas.height);
  video.removeAttribute("src");
  const blob = await new Promise((done) => { canvas.toBlob(done, "image/jpeg", 0.8); });
  return { duration, picture: blob ? URL.createObjectURL(blob) : "" };
}

function once(target, name) {
  return new Promise((done, broken) => {
    target.addEventListener(name, done, { once: true });
    target.addEventListener("error", broken, { once: true });
  });
}
