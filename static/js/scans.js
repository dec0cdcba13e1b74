// At the door: every scan is kept on this device under a name of its own until the server has answered it.
// With a connection that takes a moment; without one it waits, visibly, and is told once when it is back.
const box = document.querySelector("[data-scans]");
const OURS = `scan:${box.dataset.scans}:`;
const PAUSE = 5000;
const MOST = 50; // in one request
const KEPT_ANSWERS = 5;
const answers = box.querySelector("[data-scan-answers]");
const queue = box.querySelector("[data-scan-queue]");
let isSending = false;

const newName = () =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

// One item for each scan, so that two tabs of one device never lose each other's.
const waiting = () => {
  try {
    return Object.keys(localStorage)
      .filter((key) => key.startsWith(OURS))
      .map((key) => JSON.parse(localStorage.getItem(key)))
      .sort((one, other) => one.at.localeCompare(other.at));
  } catch {
    return []; // a browser that keeps nothing
  }
};

const show = () => {
  const scans = waiting();
  queue.hidden = scans.length === 0;
  queue.querySelector("[data-scan-count]").textContent = scans.length;
  const rows = scans.map((scan) => {
    const row = queue.querySelector("template").content.cloneNode(true);
    row.querySelector("[data-scan-label]").textContent = scan.label || `…${scan.ticket.slice(-6)}`;
    row.querySelector("[data-scan-time]").textContent = new Date(scan.at).toLocaleTimeString();
    return row;
  });
  queue.querySelector("[data-scan-rows]").replaceChildren(...rows);
};

const say = (node) => {
  answers.prepend(node);
  while (answers.children.length > KEPT_ANSWERS) answers.lastElementChild.remove();
};

const sayPlainly = (words) => {
  const line = document.createElement("p");
  line.className = "small soft";
  line.textContent = words;
  if (answers.firstElementChild?.textContent !== words) say(line);
};

const parsed = (html) => new DOMParser().parseFromString(html, "text/html").body.firstElementChild;

const settle = ({ results, standing }) => {
  for (const { id, said } of results) {
    localStorage.removeItem(OURS + id);
    say(parsed(said));
  }
  document.querySelector("[data-standing]").replaceWith(parsed(standing));
};

// The guests as the server knows them now, but never under somebody's fingers.
const renew = async () => {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-door-part]");
  const old = box.querySelector("[data-door-part]");
  if (fresh && !old.contains(document.activeElement)) old.replaceWith(fresh);
};

const send = async () => {
  const scans = waiting().slice(0, MOST);
  if (isSending || scans.length === 0) return;
  isSending = true;
  try {
    const token = box.querySelector("[name=csrfmiddlewaretoken]").value;
    const answer = await fetch(box.dataset.scans, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": token },
      body: JSON.stringify({ scans }),
    });
    const isOurs = answer.headers.get("Content-Type")?.startsWith("application/json");
    if (answer.ok && isOurs) {
      settle(await answer.json());
      await renew();
    } else sayPlainly(answer.status >= 500 ? box.dataset.unreachable : box.dataset.signedOut);
  } catch {
    sayPlainly(box.dataset.unreachable);
  }
  isSending = false;
  show();
};

// False where nothing can be kept (a private window, a full device): then the form goes its plain way.
const take = (ticket, label = "") => {
  const scan = { id: newName(), ticket, label, at: new Date().toISOString() };
  try {
    localStorage.setItem(OURS + scan.id, JSON.stringify(scan));
  } catch {
    return false;
  }
  show();
  send();
  return true;
};

const plainForm = box.querySelector("form[data-scan='']");
const submitPlainly = (ticket) => {
  plainForm.elements.ticket.value = ticket;
  plainForm.submit();
};

box.addEventListener("scan", ({ detail }) => take(detail) || submitPlainly(detail));
box.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-scan]");
  const ticket = form?.elements.ticket.value.trim();
  if (!ticket) return; // the server says what is missing
  if (!take(ticket, form.dataset.scan)) return;
  event.preventDefault();
  event.stopPropagation();
  if (!form.dataset.scan) form.elements.ticket.value = "";
});
box.querySelector("[data-scan-send]").addEventListener("click", send);
window.addEventListener("online", send);
setInterval(send, PAUSE);
show();
send();
