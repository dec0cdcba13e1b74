// On the page for what cannot be reached: the copies that can still be read.
const list = document.querySelector("[data-copies]");

const titleOf = async (copy) =>
  new DOMParser().parseFromString(await copy.text(), "text/html").querySelector("h1")?.textContent;

const show = async () => {
  const names = (await caches.keys()).filter((name) => name.startsWith("kept:"));
  for (const name of names) {
    const copies = await caches.open(name);
    for (const { url } of (await copies.keys()).reverse()) {
      const row = list.querySelector("template").content.cloneNode(true);
      const link = row.querySelector("a");
      link.href = url;
      link.textContent = await titleOf(await copies.match(url, { ignoreVary: true }));
      list.querySelector("ul").append(row);
      list.hidden = false;
    }
  }
};

if (list && "caches" in window) show();
