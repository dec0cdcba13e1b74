// A time in a venue's zone says beside it what the reader's own clock will show, where that differs.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const language = document.documentElement.lang;

const shown = (at, timeZone) =>
  new Intl.DateTimeFormat(language, { weekday: "short", hour: "2-digit", minute: "2-digit", timeZone }).format(at);

for (const time of document.querySelectorAll("time[data-zone]")) {
  const at = new Date(time.dateTime);
  const here = shown(at, zone);
  if (here === shown(at, time.dataset.zone)) continue;
  const beside = document.createElement("span");
  beside.className = "time-here";
  beside.textContent = time.dataset.here.replace("{time}", here);
  time.after(" ", beside);
}
