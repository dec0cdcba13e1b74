// The service worker: opened vouchers stay readable without a connection, and nothing else is kept.
//
// The server decides. A page that may be kept says so (X-Offline: keep); every page says whose it is
// (X-Visitor: a word for the person, "nobody" for a visitor). Copies lie in a cache named after their
// owner, and the first page that is somebody else's deletes all others. Signing out deletes them all at
// once: the server answers it with Clear-Site-Data. Requests other than GET are never looked at.
// SHELL comes from /worker.js: the style and scripts of a page, by names that change with their content.
const OURS = `shell:${SHELL.version}`;
const MOST = 30; // copies
const PATIENCE = 4000; // ms that a slow network has before a copy is shown
let asked = 0;
let newest = { turn: 0, visitor: null };

const namesOf = async (prefix) => (await caches.keys()).filter((name) => name.startsWith(prefix));
const addressed = (url) => new Request(url, { credentials: "same-origin", cache: "no-store" });

// A copy is marked in its first tag, so that the page says what it is and hides what cannot work.
const copyOf = async (answer) => {
  const text = (await answer.clone().text()).replace("<html ", "<html data-kept ");
  return new Response(text, { headers: answer.headers });
};

const keep = async (name, url, answer) => {
  const copies = await caches.open(name);
  await copies.delete(url, { ignoreVary: true });
  await copies.put(url, await copyOf(answer));
  for (const old of (await copies.keys()).slice(0, -MOST)) await copies.delete(old);
};

const lose = async (names, url) => {
  for (const name of names) await (await caches.open(name)).delete(url, { ignoreVary: true });
};

// The offline page speaks the language of the pages around it.
const translate = async (language) => {
  const shell = await caches.open(OURS);
  const page = await shell.match(SHELL.offline, { ignoreVary: true });
  if (language && page && page.headers.get("Content-Language") !== language) {
    await shell.add(addressed(SHELL.offline));
  }
};

// What an answer means for the copies. One for somebody who has left meanwhile comes too late.
const learn = async (url, answer, turn) => {
  const visitor = answer.headers.get("X-Visitor");
  if (turn < newest.turn && visitor !== newest.visitor) return;
  if (turn > newest.turn) newest = { turn, visitor: visitor ?? newest.visitor };
  const mine = `kept:${visitor}`;
  const kept = await namesOf("kept:");
  if (visitor) for (const name of kept) if (name !== mine) await caches.delete(name);
  if (answer.ok && answer.headers.get("X-Offline") === "keep") await keep(mine, url, answer);
  else if (answer.status < 500) await lose(kept, url);
  if (answer.ok) await translate(answer.headers.get("Content-Language"));
};

// A device that is full keeps no copy, but its pages open all the same.
const fresh = async (request) => {
  const turn = ++asked;
  const answer = await fetch(request);
  await learn(request.url, answer, turn).catch(() => {});
  return answer;
};

const copyAt = async (url) => {
  for (const name of await namesOf("kept:")) {
    const copy = await (await caches.open(name)).match(url, { ignoreVary: true });
    if (copy) return copy;
  }
};

const soon = (answer) =>
  Promise.race([answer, new Promise((_, refuse) => setTimeout(refuse, PATIENCE))]);

// The network first; then the copy of this very page; then the page that says we cannot be reached.
const page = async (request, answer) => {
  const copy = await copyAt(request.url);
  try {
    const found = await (copy ? soon(answer) : answer);
    return copy && found.status >= 500 ? copy : found;
  } catch {
    return copy ?? (await caches.match(SHELL.offline, { ignoreVary: true })) ?? Response.error();
  }
};

const file = async (request) => {
  try {
    return await fetch(request);
  } catch {
    return (await caches.match(request, { ignoreVary: true })) ?? Response.error();
  }
};

// The files of the last version stay until every copy was made anew with the present ones.
const renew = async () => {
  for (const name of await namesOf("kept:")) {
    for (const old of await (await caches.open(name)).keys()) await fresh(addressed(old.url));
  }
  for (const name of await namesOf("shell:")) if (name !== OURS) await caches.delete(name);
};

self.addEventListener("install", (event) => {
  const files = [SHELL.offline, ...SHELL.files].map(addressed);
  event.waitUntil(caches.open(OURS).then((shell) => shell.addAll(files)));
  self.skipWaiting();
});

self.addEventListener("activate", (event) => {
  event.waitUntil(self.clients.claim().then(() => renew().catch(() => {})));
});

// A page that was opened before the worker had the site asks to be kept after all.
self.addEventListener("message", (event) => {
  if (event.data?.keep) event.waitUntil(fresh(addressed(event.data.keep)).catch(() => {}));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (/^\/(admin|api|media)\//.test(pathname)) return;
  if (request.mode === "navigate") {
    const answer = fresh(request);
    event.waitUntil(answer.catch(() => {}));
    event.respondWith(page(request, answer));
  } else if (/^\/(static|brand)\//.test(pathname)) {
    event.respondWith(file(request));
  }
});
