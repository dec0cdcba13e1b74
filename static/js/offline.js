// Opened vouchers stay readable without a connection; where that is so, the page promises it.
const workers = navigator.serviceWorker;
const promise = document.querySelector("[data-kept-promise]");

const start = async () => {
  const isFirst = !workers.controller;
  await workers.register("/worker.js", { updateViaCache: "none" });
  const { active } = await workers.ready;
  if (isFirst && promise) active.postMessage({ keep: location.href });
  if (promise) promise.hidden = false;
};

// Some browsers refuse (a private window, a page without HTTPS); nothing is kept there then.
if (workers) start().catch(() => {});
