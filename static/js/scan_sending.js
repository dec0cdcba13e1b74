// Telling the server what this device keeps: one request at a time, again until it has answered.
import { waiting } from "kept_scans";
import { renew, sayPlainly, settle } from "scan_answers";
import { show } from "scan_queue";

const box = document.querySelector("[data-scans]");
const MOST = 50; // in one request
let isSending = false;

const tell = async (scans) => {
  const answer = await fetch(box.dataset.scans, {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      "X-CSRFToken": box.querySelector("[name=csrfmiddlewaretoken]").value,
    },
    body: JSON.stringify({ scans }),
  });
  const isOurs = answer.headers.get("Content-Type")?.startsWith("application/json");
  if (answer.ok && isOurs) {
    settle(await answer.json());
    await renew();
  } else sayPlainly(answer.status >= 500 ? box.dataset.unreachable : box.dataset.signedOut);
};

export const send = async () => {
  const scans = waiting().slice(0, MOST);
  if (isSending || scans.length === 0) return;
  isSending = true;
  await tell(scans).catch(() => sayPlainly(box.dataset.unreachable));
  isSending = false;
  show();
};
