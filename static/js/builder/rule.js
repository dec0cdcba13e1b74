// A rule as the builder holds it: `{triggers, conditions, effects, limit}`; a segment has conditions only.
import { grouped, jointOf, misshapen } from "builder/conditions";
import * as effects from "builder/effects";
import { GAP } from "builder/offer";

/** The least rule that could be saved. */
export const begin = (offer) => {
  if (!offer.effects) return { conditions: { all: [] } };
  const names = offer.triggers.map(([name]) => name);
  return {
    triggers: [names.includes("order.placed") ? "order.placed" : names[0]],
    conditions: { all: [] },
    effects: [effects.start(offer.effects[0], offer)],
    limit: null,
  };
};

export const shown = (rule) => ({ ...rule, conditions: grouped(rule.conditions) });

/** Why the builder cannot show a rule that was written as JSON; empty when it can. */
export const unshowable = (rule) => {
  const isObject = (it) => typeof it === "object" && it !== null && !Array.isArray(it);
  const tree = rule.conditions;
  const isEmpty = tree === null || (isObject(tree) && Object.keys(tree).length === 0);
  const fault = isEmpty ? "" : misshapen(tree);
  if (fault) return fault;
  if (!("effects" in rule)) return "";
  if (!Array.isArray(rule.effects) || !rule.effects.every(isObject)) return "/effects";
  return rule.limit === null || isObject(rule.limit) ? "" : "/limit";
};

const emptyTexts = (value) => [value].flat().some((each) => each === "" || each === GAP);

/** Where a text still has to be filled in. */
export const gaps = (rule) => {
  const found = [];
  const look = (node, path) => {
    if ("not" in node) look(node.not, [...path, "not"]);
    else if (jointOf(node))
      node[jointOf(node)].forEach((part, place) => look(part, [...path, jointOf(node), place]));
    else if (emptyTexts(node.value)) found.push([...path, "value"]);
  };
  look(rule.conditions, ["conditions"]);
  (rule.effects ?? []).forEach((effect, place) => {
    for (const [name, value] of Object.entries(effect))
      if (emptyTexts(value)) found.push(["effects", place, name]);
  });
  return found;
};

/** The limit with one of its numbers set, or without it; null when nothing is limited any more. */
export const limited = (limit, name, value) => {
  const next = { per: "month", ...limit, [name]: value };
  if (value === null) delete next[name];
  return next.times || next.units ? next : null;
};
