// What the server offers to build of: fields, comparisons that fit them, and what values start with.
const today = () => new Date().toLocaleDateString("sv"); // Swedish dates are ISO dates
const later = (days) => new Date(Date.now() + days * 864e5).toLocaleDateString("sv");
const STARTS = { text: "", texts: "", number: 1, money: "10.00", flag: true, date: today() };
const ENDS = { number: 10, money: "50.00", date: later(30) };

/** What stands for a text that has to be filled in where none cannot stand. */
export const GAP = "…";

export class Offer {
  constructor(said) {
    Object.assign(this, said);
    this.byName = new Map(this.fields.map((field) => [field.name, field]));
  }

  operatorsOf(field) {
    return this.operators[field.type];
  }

  /** The kinds of activity of which a field of the history is known. */
  scopesOf(field) {
    return this.scopes.filter(([kind]) => field.kinds.length === 0 || field.kinds.includes(kind));
  }

  shapeOf(op) {
    return this.shapes[op] ?? "one";
  }

  /** A test of this field that the server would accept. */
  test(field) {
    const op = this.operatorsOf(field)[0];
    const test = { field: field.name, op, value: this.value(field, op) };
    return field.scoped ? { ...test, of: { kind: this.scopesOf(field)[0][0], days: 30 } } : test;
  }

  value(field, op) {
    const first = field.choices?.values[0]?.[0] ?? STARTS[field.type];
    const shape = this.shapeOf(op);
    if (shape === "truth") return true;
    if (shape === "many") return [first];
    const last = field.choices?.values.at(-1)?.[0] ?? ENDS[field.type];
    return shape === "pair" ? [first, last] : first;
  }

  /** The test with another comparison; its value stays as far as it fits. */
  compared(test, op) {
    const [before, after] = [this.shapeOf(test.op), this.shapeOf(op)];
    let value = test.value;
    if (before !== after) {
      const single = before === "many" || before === "pair" ? value[0] : value;
      const starts = this.value(this.byName.get(test.field), op);
      if (after === "many" && before !== "truth") value = [single];
      else if (after === "one" && before !== "truth") value = single;
      else value = starts;
    }
    return { ...test, op, value: op === "starts_with" && value === "" ? GAP : value };
  }

  /** What an input of an effect starts with; undefined when there is nothing to choose. */
  start(input) {
    if (input.type === "date") return input.start ?? today();
    const values = this.lists[input.choices]?.values.map(([value]) => value) ?? [];
    if (input.type === "texts") return [values[0] ?? ""];
    if (input.type === "name" || input.type === "text") return input.start;
    if (input.type !== "choice") return input.start;
    return values.includes(input.start) ? input.start : values[0];
  }

  labelOf(list, value) {
    return list?.values.find(([known]) => known === value)?.[1] ?? String(value);
  }

  say(name, words = {}) {
    return this.texts[name].replace(/\{(\w+)\}/g, (_, key) => words[key]);
  }
}
