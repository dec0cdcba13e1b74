// What came of the scans, the latest on top, and the page as it stands with them.
import { forget } from "kept_scans";

const KEPT = 5;
const answers = document.querySelector("[data-scan-answers]");

const parsed = (html) => new DOMParser().parseFromString(html, "text/html");

const say = (node) => {
  answers.prepend(node);
  while (answers.children.length > KEPT) answers.lastElementChild.remove();
};

export const sayPlainly = (words) => {
  const line = document.createElement("p");
  line.className = "small soft";
  line.textContent = words;
  if (answers.firstElementChild?.textContent !== words) say(line);
};

export const settle = ({ results, standing }) => {
  for (const { id, said } of results) {
    forget(id);
    say(parsed(said).body.firstElementChild);
  }
  document.querySelector("[data-standing]").replaceWith(parsed(standing).body.firstElementChild);
};

// The guests as the server knows them now, but never under somebody's fingers.
export const renew = async () => {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  const fresh = parsed(await answer.text()).querySelector("[data-door-part]");
  const old = document.querySelector("[data-door-part]");
  if (fresh && !old.contains(document.activeElement)) old.replaceWith(fresh);
};
