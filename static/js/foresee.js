// While a rule for dates is filled in, the server says in words what would come of it.
const box = document.querySelector("[data-foresee]");
const form = box.closest("form");
const NAMES = ["starts", "venue", "repeats", "weekdays", "nth", "times", "last_on"];
let turn = 0;

const look = async () => {
  const mine = ++turn;
  const said = new URLSearchParams(box.dataset.venue ? { venue: box.dataset.venue } : {});
  for (const [name, value] of new FormData(form)) if (NAMES.includes(name)) said.append(name, value);
  try {
    const answer = await fetch(`${box.dataset.foresee}?${said}`);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.querySelector("#repeat-dates");
    if (answer.ok && fresh && mine === turn) document.querySelector("#repeat-dates").replaceWith(fresh);
  } catch {
    // No connection just now: the button asks again.
  }
};

form.addEventListener("change", look);
