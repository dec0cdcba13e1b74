// The camera as a reader of tickets: the browser's own where it has one, ours otherwise. What it reads is
// told to the page as a "scan"; the same code is told again only after a while.
const box = document.querySelector("[data-scanner]");
const video = box.querySelector("[data-scanner-view]");
const said = box.querySelector("[data-scanner-said]");
const [start, stop] = ["start", "stop"].map((name) => box.querySelector(`[data-scanner-${name}]`));
const PAUSE = 250;
const AGAIN = 4000;
const LARGEST = 640; // pixels of the picture that ours looks at
let stream = null;
let last = { code: "", at: 0 };

const readsItself = async () =>
  ((await window.BarcodeDetector?.getSupportedFormats?.()) ?? []).includes("qr_code");

const ownReader = async () => {
  const detector = new BarcodeDetector({ formats: ["qr_code"] });
  return async () => (await detector.detect(video))[0]?.rawValue;
};

const ourReader = async () => {
  await import(box.dataset.decoder);
  const canvas = document.createElement("canvas");
  const paper = canvas.getContext("2d", { willReadFrequently: true });
  return async () => {
    const scale = Math.min(1, LARGEST / Math.max(video.videoWidth, video.videoHeight));
    canvas.width = video.videoWidth * scale;
    canvas.height = video.videoHeight * scale;
    paper.drawImage(video, 0, 0, canvas.width, canvas.height);
    const { data, width, height } = paper.getImageData(0, 0, canvas.width, canvas.height);
    return self.jsQR(data, width, height, { inversionAttempts: "dontInvert" })?.data;
  };
};

const tell = (code) => {
  const now = Date.now();
  if (code === last.code && now - last.at < AGAIN) return;
  last = { code, at: now };
  navigator.vibrate?.(60);
  box.dispatchEvent(new CustomEvent("scan", { bubbles: true, detail: code }));
};

const look = async (read) => {
  if (!stream) return;
  try {
    const code = video.videoWidth ? await read() : null;
    if (code) tell(code);
  } catch {
    // A picture that cannot be read: the next one may.
  }
  setTimeout(look, PAUSE, read);
};

const turn = (isOn) => {
  video.hidden = stop.hidden = !isOn;
  start.hidden = isOn;
};

const halt = () => {
  for (const track of stream?.getTracks() ?? []) track.stop();
  stream = null;
  turn(false);
};

start.addEventListener("click", async () => {
  said.textContent = "";
  try {
    stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
    video.srcObject = stream;
    turn(true);
    await video.play();
    look((await readsItself()) ? await ownReader() : await ourReader());
  } catch {
    halt();
    said.textContent = box.dataset.refused;
  }
});
stop.addEventListener("click", halt);
window.addEventListener("pagehide", halt);
if (navigator.mediaDevices?.getUserMedia) {
  box.hidden = false;
  // Fetched while there is a connection: at the door there may be none.
  if (!(await readsItself())) import(box.dataset.decoder).catch(() => {});
}
