// hx-confirm asks in a dialog of ours. data-yes on the same element names the button that goes on.

const dialog = document.getElementById("confirm");

if (dialog) {
  const go = dialog.querySelector(".js-yes");
  const plain = go.textContent;
  let ask = null;

  document.addEventListener("htmx:confirm", (event) => {
    if (!event.detail.question) return;
    event.preventDefault();
    ask = event.detail;
    dialog.querySelector(".js-question").textContent = ask.question;
    go.textContent = ask.elt.dataset.yes || plain;
    dialog.returnValue = "";
    dialog.showModal();
  });

  dialog.addEventListener("close", () => {
    const asked = ask;
    ask = null;
    if (dialog.returnValue === "yes") asked?.issueRequest(true);
  });
}
