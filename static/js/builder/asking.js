// Asks the server about what is being built: a little later, one question at a time, the newest only.
const PAUSE = 400; // ms without a change before it is asked
const PATIENCE = 2500; // ms until it is said that this takes long
const LIMIT = 60_000; // ms until it is given up

export class Asking {
  /** `show({state, answer, why})` with state checking, slow, failed or answered. */
  constructor(url, token, offer, show) {
    Object.assign(this, { url, token, offer, show, turn: 0 });
  }

  soon(body) {
    clearTimeout(this.timer);
    this.turn += 1;
    this.timer = setTimeout(() => this.now(body), PAUSE);
  }

  async now(body) {
    clearTimeout(this.timer);
    const turn = ++this.turn;
    this.stop?.abort();
    this.stop = new AbortController();
    const { signal } = this.stop;
    const show = (said) => turn === this.turn && this.show(said);
    show({ state: "checking" });
    const slow = setTimeout(() => show({ state: "slow" }), PATIENCE);
    const over = setTimeout(() => this.stop.abort(), LIMIT);
    try {
      show(await this.#ask(body, signal));
    } catch {
      show({ state: "failed", why: this.offer.say("offline") });
    } finally {
      clearTimeout(slow);
      clearTimeout(over);
    }
  }

  async #ask(body, signal) {
    const headers = { "Content-Type": "application/json", "X-CSRFToken": this.token };
    const answer = await fetch(this.url, { method: "POST", headers, body: JSON.stringify(body), signal, redirect: "manual" });
    const isJson = answer.headers.get("Content-Type")?.startsWith("application/json");
    if (isJson && (answer.ok || answer.status === 400)) return { state: "answered", answer: await answer.json() };
    const isOut = answer.type === "opaqueredirect" || answer.status === 403;
    return { state: "failed", why: isOut ? this.offer.say("signed_out") : this.offer.say("status", { status: answer.status }) };
  }
}
