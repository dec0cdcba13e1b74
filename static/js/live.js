// While something is expected, ask every two seconds whether it has come; then show it where it belongs.
import { say } from "toast";

const PAUSE = 2000;
const MOST = 900; // looks: half an hour
const box = document.querySelector("[data-live]");

// Parts of the page are brought up to date, but never under somebody's fingers.
const renew = async () => {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const old of document.querySelectorAll("[data-live-part]")) {
    const fresh = page.querySelector(`[data-live-part="${old.dataset.livePart}"]`);
    if (fresh && !old.contains(document.activeElement)) old.replaceWith(fresh);
  }
};

const look = async (left) => {
  if (!document.hidden) {
    try {
      const answer = await fetch(`${box.dataset.live}?since=${box.dataset.liveMark}`);
      if (answer.status >= 400 && answer.status < 500) return; // signed out meanwhile
      // The mark was read after the page's figures: what came in between is in the one, not in the other.
      if (answer.status === 204 && left === MOST) await renew();
      if (answer.status === 200) {
        const { mark, said } = await answer.json();
        await renew();
        box.dataset.liveMark = mark;
        if (said) say(said);
      }
    } catch {
      // No connection just now: the next look tells.
    }
  }
  if (left > 0) setTimeout(look, PAUSE, left - 1);
};

if (box) setTimeout(look, PAUSE, MOST);
