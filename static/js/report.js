// The dialog in which something is reported: report:open {url} fills and opens it. Also for [data-report="<url>"].

import { fragment } from "./words.js";

const dialog = document.getElementById("report");

async function open(url) {
  const part = await fragment(url).catch(() => null);
  if (!part) return;
  dialog.replaceChildren(part);
  window.htmx?.process(dialog);
  if (!dialog.open) dialog.showModal();
  dialog.querySelector("select")?.focus();
}

if (dialog) {
  document.addEventListener("report:open", (event) => open(event.detail.url));
  document.addEventListener("report:done", () => dialog.close());
  document.addEventListener("click", (event) => {
    const wish = event.target instanceof Element ? event.target.closest("[data-report]") : null;
    if (wish) open(wish.dataset.report);
  });
  dialog.addEventListener("click", (event) => {
    if (!(event.target instanceof Element) || !event.target.closest(".js-report-close")) return;
    event.preventDefault();
    dialog.close();
  });
  dialog.addEventListener("close", () => dialog.replaceChildren());
}
