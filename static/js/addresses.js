// Signed addresses end after one to two hours. Whoever watches for longer gets fresh ones, without a break in the picture.

const OLD = 50 * 60 * 1000;

/** Ask for a take's present addresses; nothing where it has none of its own or the server does not answer. */
export async function freshTake(take) {
  if (!take?.address) return null;
  try {
    const answer = await fetch(take.address, { headers: { Accept: "application/json" }, cache: "no-store" });
    return answer.ok ? { ...take, ...(await answer.json()), parent: take.parent } : null;
  } catch {
    return null;
  }
}

/** Call `renew` when what is shown has grown old: by the clock, and on coming back to the page. */
export function watchAge(shownSince, renew) {
  const look = () => { if (!document.hidden && Date.now() - shownSince() > OLD) renew(); };
  setInterval(look, 60 * 1000);
  document.addEventListener("visibilitychange", look);
}
