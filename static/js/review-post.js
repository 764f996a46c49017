// Requests of the review page. What is refused is said as a toast; the caller keeps what was typed.

import { toast } from "./toast.js";
import { words } from "./words.js";

function token() {
  try { return JSON.parse(document.body.getAttribute("hx-headers") ?? "{}")["X-CSRFToken"] ?? ""; } catch { return ""; }
}

/** The sentence of a refusal, from the header that also raises it for htmx. */
function sentence(response) {
  try { return JSON.parse(response.headers.get("HX-Trigger") ?? "{}")["toast:show"]?.text; } catch { return null; }
}

/** POST a form's data. The text of the answer, or null where it was refused, which has been said. */
export async function post(url, data = new FormData()) {
  let response;
  try {
    response = await fetch(url, {
      method: "POST", body: new URLSearchParams(data), credentials: "same-origin",
      headers: { "HX-Request": "true", "HX-Current-URL": location.href, "X-CSRFToken": token() },
    });
  } catch {
    toast({ text: words("notPosted"), state: "err" });
    return null;
  }
  if (response.ok) return response.text();
  if (response.status === 401 && response.headers.get("HX-Redirect")) { location.assign(response.headers.get("HX-Redirect")); return null; }
  toast({ text: sentence(response) || words(response.status === 413 ? "tooLarge" : "failed"), state: "err" });
  return null;
}

/** A name for a note that is new: posted twice, it is one note. */
export function fresh() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 15) | 64;
  bytes[8] = (bytes[8] & 63) | 128;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
