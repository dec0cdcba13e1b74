// A time on a venue's clock says beside it what the reader's own clock will show, where that differs.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const language = document.documentElement.lang;

const shown = (at, timeZone, parts) =>
  new Intl.DateTimeFormat(language, { hourCycle: "h23", timeZone, ...parts }).format(at);

const CLOCK = { hour: "2-digit", minute: "2-digit" };
const DAY = { weekday: "short" };

for (const time of document.querySelectorAll("time[data-zone]")) {
  const at = new Date(time.dateTime);
  const there = time.dataset.zone;
  if (shown(at, zone, CLOCK) === shown(at, there, CLOCK)) continue;
  const isOtherDay = shown(at, zone, DAY) !== shown(at, there, DAY);
  const beside = document.createElement("span");
  beside.className = "time-here";
  beside.textContent = time.dataset.here.replace("{time}", shown(at, zone, isOtherDay ? { ...DAY, ...CLOCK } : CLOCK));
  time.after(" ", beside);
}
