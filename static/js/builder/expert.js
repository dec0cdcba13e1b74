// The expert's view: the fields of the form as they are without scripts, in JSON.
import { unshowable } from "builder/rule";

const EMPTY = { conditions: null, limit: null };

export class Expert {
  constructor(form, offer) {
    this.form = form;
    this.offer = offer;
    this.parts = ["conditions", "effects", "limit"].filter((name) => form.elements[name]);
  }

  /** The rule in the form. Throws an Error that says what is wrong and where. */
  read() {
    const rule = {};
    const boxes = [...this.form.querySelectorAll("input[name=triggers]")];
    if (boxes.length) rule.triggers = boxes.filter((box) => box.checked).map((box) => box.value);
    for (const name of this.parts) {
      const text = this.form.elements[name].value.trim();
      try {
        rule[name] = text === "" ? (EMPTY[name] ?? null) : JSON.parse(text);
      } catch (fault) {
        throw Object.assign(new Error(this.offer.say("broken_json", { why: fault.message })), { name });
      }
    }
    return rule;
  }

  /** The rule in the form as far as the sentences can show it. */
  showable() {
    const rule = this.read();
    const why = unshowable(rule);
    if (why) throw Object.assign(new Error(this.offer.say("broken_shape", { why })), { name: why.split("/")[1] });
    return rule;
  }

  write(rule) {
    for (const box of this.form.querySelectorAll("input[name=triggers]")) box.checked = rule.triggers.includes(box.value);
    for (const name of this.parts) this.form.elements[name].value = this.#text(name, rule[name]);
  }

  #text(name, value) {
    const isAlways = name === "conditions" && "effects" in this.form.elements && value?.all?.length === 0;
    return value === null || isAlways ? "" : JSON.stringify(value, null, 2);
  }

  get isEmpty() {
    return this.parts.every((name) => this.form.elements[name].value.trim() === "");
  }
}
