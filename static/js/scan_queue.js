// What waits for the connection, in sight: how many scans, whose, and when.
import { waiting } from "kept_scans";

const queue = document.querySelector("[data-scan-queue]");
const pattern = queue.querySelector("template").content;

const rowOf = (scan) => {
  const row = pattern.cloneNode(true);
  row.querySelector("[data-scan-label]").textContent = scan.label || `…${scan.ticket.slice(-6)}`;
  row.querySelector("[data-scan-time]").textContent = new Date(scan.at).toLocaleTimeString();
  return row;
};

export const show = () => {
  const scans = waiting();
  queue.hidden = scans.length === 0;
  queue.querySelector("[data-scan-count]").textContent = scans.length;
  queue.querySelector("[data-scan-rows]").replaceChildren(...scans.map(rowOf));
};
