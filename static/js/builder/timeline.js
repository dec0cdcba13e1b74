// What was before and after: every change can be undone and done again.
export class Timeline {
  constructor(state) {
    this.now = state;
    this.past = [];
    this.future = [];
    this.last = null;
  }

  /** A change; several of the same `key` in a row (typing, say) are undone together. */
  change(state, key = null) {
    if (key === null || key !== this.last) this.past = [...this.past.slice(-199), this.now];
    this.now = state;
    this.future = [];
    this.last = key;
  }

  undo() {
    return this.#step(this.past, this.future);
  }

  redo() {
    return this.#step(this.future, this.past);
  }

  #step(from, to) {
    if (from.length === 0) return false;
    to.push(this.now);
    this.now = from.pop();
    this.last = null;
    return true;
  }
}
