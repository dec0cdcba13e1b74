// The scans that this device keeps until the server has answered them. One item for each, so that two tabs
// never lose each other's.
const OURS = `scan:${document.querySelector("[data-scans]").dataset.scans}:`;

const newName = () =>
  [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");

// Those that wait, the oldest first.
export const waiting = () => {
  try {
    return Object.keys(localStorage)
      .filter((key) => key.startsWith(OURS))
      .map((key) => JSON.parse(localStorage.getItem(key)))
      .sort((one, other) => one.at.localeCompare(other.at));
  } catch {
    return []; // a browser that keeps nothing
  }
};

// Under a name of its own, by the device's clock. False where nothing can be kept: in a private window, on a
// full device.
export const keep = (ticket, label) => {
  const scan = { id: newName(), ticket, label, at: new Date().toISOString() };
  try {
    localStorage.setItem(OURS + scan.id, JSON.stringify(scan));
  } catch {
    return false;
  }
  return true;
};

export const forget = (id) => localStorage.removeItem(OURS + id);
