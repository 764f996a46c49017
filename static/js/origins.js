// "from 2 notes" on the cards of turns that came from notes.

const studio = document.getElementById("studio");
let known = {};
let later = 0;

function place(card) {
  const found = known[card?.id.slice("turn-".length)];
  const facts = card?.querySelector(".turn-facts");
  if (!found || !facts || facts.querySelector(".turn-origin")) return;
  const link = document.createElement("a");
  link.className = "turn-origin";
  link.href = found.url;
  link.textContent = found.words;
  facts.querySelector("time")?.before(link);
}

async function look() {
  const answer = await fetch(studio.dataset.originsUrl, { headers: { Accept: "application/json" } }).catch(() => null);
  if (!answer?.ok) return;
  known = await answer.json();
  document.querySelectorAll("#turns .turn").forEach(place);
}

function soon() {
  clearTimeout(later);
  later = setTimeout(look, 300);
}

if (studio?.dataset.originsUrl) {
  look();
  document.addEventListener("turn:shown", (event) => place(event.detail?.card));
  for (const name of ["path:shown", "branch:shown"]) document.addEventListener(name, () => document.querySelectorAll("#turns .turn").forEach(place));
  document.addEventListener("live:turn.changed", (event) => { if (event.detail && !(event.detail.turn in known) && !event.detail.state) soon(); });
}
