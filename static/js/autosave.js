// A form that saves itself, within a second of the last change, to the address it names (data-autosave). One save
// at a time; what changed meanwhile is saved after it. Nothing kept elsewhere is overwritten unasked: the page
// says so, and only its button keeps what is here. Without this, the form's own button keeps it.
const PAUSE = 600;

class Saver {
  constructor(form) {
    this.form = form;
    this.words = form.querySelector("[data-autosave-words]");
    this.button = this.words.querySelector("button");
    this.isHeld = false; // until the button is pressed
    form.addEventListener("input", () => this.changed());
    form.addEventListener("submit", (event) => this.leave(event));
    this.button.addEventListener("click", () => this.again());
    document.addEventListener("click", (event) => this.follow(event));
    addEventListener("pagehide", () => this.isDirty && !this.isHeld && this.save());
  }

  // "Saving…" is seen and not read aloud: it would be said with every pause.
  say(text, label = "", passing = "") {
    this.words.querySelector("[role=status]").textContent = text;
    this.words.querySelector("[aria-hidden]").textContent = passing;
    this.button.textContent = label;
    this.button.hidden = !label;
  }

  changed() {
    this.isDirty = true;
    clearTimeout(this.timer);
    if (this.isHeld) return;
    this.say("", "", this.words.dataset.saving);
    this.timer = setTimeout(() => this.save(), PAUSE);
  }

  save() {
    if (this.saving) return;
    this.isDirty = false;
    this.say("", "", this.words.dataset.saving);
    this.saving = this.send().finally(() => {
      this.saving = null;
      if (this.isDirty) this.changed();
    });
  }

  async send() {
    const { failed, out } = this.words.dataset;
    const { again, mine } = this.button.dataset;
    try {
      const headers = { Accept: "application/json" };
      const body = new FormData(this.form);
      const sent = { method: "POST", body, headers, redirect: "manual", keepalive: true };
      const answer = await fetch(this.form.dataset.autosave, sent);
      this.isKept = answer.ok;
      this.isHeld = true;
      // Led away to sign in; or signed in anew meanwhile, and this page has the token of before.
      this.isOut = answer.type === "opaqueredirect" || answer.status === 403;
      if (this.isOut) return this.say(out, again);
      const { said, version } = await answer.json();
      this.version = version;
      this.isHeld = answer.status === 409;
      if (answer.ok) this.form.elements.version.value = version;
      this.say(said, this.isHeld ? mine : "");
    } catch {
      this.isKept = false;
      this.isHeld = false; // the next change tries again, too
      this.say(failed, again);
    }
  }

  again() {
    const { version, csrfmiddlewaretoken } = this.form.elements;
    // Signing in gave this browser another token; whoever presses the button means to go on with it.
    const token = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1];
    if (this.isOut && token) csrfmiddlewaretoken.value = token;
    else if (this.version) version.value = this.version;
    this.isHeld = false;
    this.save();
  }

  // What is sent goes after what is still on its way, so that it is not older than what was kept last.
  async leave(event) {
    clearTimeout(this.timer);
    if (!this.saving) return;
    event.preventDefault();
    event.stopPropagation();
    await this.saving;
    clearTimeout(this.timer);
    this.form.requestSubmit(event.submitter);
  }

  // A link that leaves the page waits for what was just written; if that cannot be saved, the second press leaves.
  async follow(event) {
    const link = event.target.closest("a[href]");
    const isOther = event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey;
    if (!link || isOther || link.target || link.dataset.dialog) return;
    if (this.isHeld || !(this.isDirty || this.saving)) return;
    event.preventDefault();
    await this.saving;
    clearTimeout(this.timer);
    if (this.isDirty) this.save();
    await this.saving;
    if (this.isKept) location.assign(link.href);
  }
}

for (const form of document.querySelectorAll("form[data-autosave]")) new Saver(form);
