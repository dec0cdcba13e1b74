// Effects as cards: which description fits an effect, and every way in which the builder changes one.
import { at, drop, put } from "builder/pointers";

const pathOf = (input) => input.name.split("/");
export const MOST = 20;

/** What an input holds; an optional one that is left out means what it starts with. */
export const valueOf = (effect, input) =>
  at(effect, pathOf(input)) ?? (input.optional ? input.start : undefined);

const fits = (effect, inputs) =>
  inputs.every((input) => {
    const value = at(effect, pathOf(input));
    return input.type === "fixed" ? value === input.start : input.optional || value !== undefined;
  });

/** The parts that an effect has; of those in one group the first that fits, for it says most. */
export const partsOf = (effect, kind) =>
  kind.parts
    .filter((part) => fits(effect, part.inputs))
    .filter((part, place, all) =>
      !part.group || all.findIndex((other) => other.group === part.group) === place);

const fixedIn = (kind) => kind.inputs.filter((input) => input.type === "fixed").length;

/** The description that an effect was made by, the one that fixes most; undefined for one that only
 * experts write. */
export const described = (kinds, effect) =>
  kinds
    .filter((kind) => kind.kind === effect?.kind && fits(effect, kind.inputs))
    .sort((one, other) => fixedIn(other) - fixedIn(one))[0];

/** Whether all that the kind has to choose from is there. */
export const possible = (kind, offer) =>
  kind.inputs.every((input) => offer.start(input) !== undefined);

export const start = (kind, offer) => filled({ kind: kind.kind }, kind.inputs, offer);

const filled = (effect, inputs, offer) =>
  inputs.reduce((made, input) => put(made, pathOf(input), offer.start(input)), effect);

export const set = (effect, input, value) => put(effect, pathOf(input), value);

export const without = (effect, part) =>
  part.inputs.reduce((left, input) => {
    const path = pathOf(input);
    if (at(left, path) === undefined) return left;
    const rest = drop(left, path);
    const holder = path.slice(0, -1);
    return holder.length > 0 && Object.keys(at(rest, holder)).length === 0 ? drop(rest, holder) : rest;
  }, effect);

/** With this part; of those in its group an effect has one. */
export const withPart = (effect, part, kind, offer) => {
  const rivals = kind.parts.filter((other) => part.group && other.group === part.group);
  return filled(rivals.reduce(without, effect), part.inputs, offer);
};

export const canHave = (part, offer) =>
  part.inputs.every((input) => offer.start(input) !== undefined);

/** What the effect says that its description does not know. */
export const rest = (effect, kind) => {
  const known = [...kind.inputs, ...partsOf(effect, kind).flatMap((part) => part.inputs)];
  const left = known.reduce(
    (found, input) => (at(found, pathOf(input)) === undefined ? found : drop(found, pathOf(input))),
    drop(effect, ["kind"]),
  );
  return Object.fromEntries(
    Object.entries(left).filter(([, value]) => JSON.stringify(value) !== "{}"),
  );
};
