/* A password field that can show what was typed. Without this script the button stays hidden. */
for (const button of document.querySelectorAll(".js-reveal")) {
  const input = document.getElementById(button.getAttribute("aria-controls"));
  button.hidden = false;
  button.addEventListener("click", () => {
    const shown = input.type === "password";
    input.type = shown ? "text" : "password";
    button.setAttribute("aria-pressed", String(shown));
    input.focus();
  });
  // Password managers look for a password field when the form leaves.
  input.form.addEventListener("submit", () => { input.type = "password"; });
}

const wrong = document.querySelector("[aria-invalid=true]");
if (wrong) wrong.focus();
