// hx-confirm asks in a dialog of ours. data-yes on the same element names the button that goes on; data-also names a
// second one, which first fills the form's [data-also-field] with 1.

import { toast } from "./toast.js";

const dialog = document.getElementById("confirm");

if (dialog) {
  const go = dialog.querySelector(".js-yes");
  const also = dialog.querySelector(".js-also");
  const plain = go.textContent;
  let ask = null;

  document.addEventListener("htmx:confirm", (event) => {
    if (!event.detail.question) return;
    event.preventDefault();
    ask = event.detail;
    dialog.querySelector(".js-question").textContent = ask.question;
    go.textContent = ask.elt.dataset.yes || plain;
    also.textContent = ask.elt.dataset.also ?? "";
    also.hidden = !ask.elt.dataset.also;
    go.classList.toggle("button-err", also.hidden);
    dialog.returnValue = "";
    dialog.showModal();
  });

  dialog.addEventListener("close", () => {
    const asked = ask;
    ask = null;
    const field = asked?.elt.querySelector("[data-also-field]");
    if (field) field.value = dialog.returnValue === "also" ? "1" : "";
    if (!asked || !["yes", "also"].includes(dialog.returnValue)) return;
    // News may have exchanged the card that the question was about, and htmx says nothing of an element that is gone.
    if (asked.elt.isConnected) asked.issueRequest(true);
    else toast({ text: dialog.dataset.changed, state: "warn" });
  });
}
