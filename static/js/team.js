/* The team page: a role is saved when it is chosen, a link is copied by one press. Both work without this script. */
for (const form of document.querySelectorAll(".js-role")) {
  form.querySelector("button").hidden = true;
  form.querySelector("select").addEventListener("change", () => form.requestSubmit());
}

async function copy(input) {
  input.focus();
  input.select();
  try {
    await navigator.clipboard.writeText(input.value);
    return true;
  } catch {
    return document.execCommand("copy"); // over plain http browsers offer nothing else
  }
}

for (const button of document.querySelectorAll(".js-copy")) {
  const input = document.getElementById(button.getAttribute("aria-controls"));
  const word = button.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    if (!(await copy(input))) return;
    button.textContent = button.dataset.done;
    document.getElementById("say").textContent = button.dataset.done;
    setTimeout(() => { button.textContent = word; }, 2000);
  });
}
