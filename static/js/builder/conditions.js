// The condition tree and every way in which the builder changes it. A move that has no room answers null.
import { at, drop, insert, put } from "builder/pointers";

export const jointOf = (node) => ["all", "any"].find((joint) => joint in node) ?? null;
export const partsOf = (node) => node[jointOf(node)];

/** The node without the negations around it, and where it is. */
export const unwrapped = (node, path = []) =>
  "not" in node ? unwrapped(node.not, [...path, "not"]) : { node, path };

const children = (node) => ("not" in node ? [node.not] : jointOf(node) ? partsOf(node) : []);
const depth = (node) => 1 + Math.max(0, ...children(node).map(depth));
const tests = (node) =>
  "field" in node ? 1 : children(node).reduce((sum, child) => sum + tests(child), 0);
const largest = (node) => Math.max(children(node).length, ...children(node).map(largest));

export const roomy = (tree, most) =>
  depth(tree) <= most.depth && tests(tree) <= most.tests && largest(tree) <= most.tests ? tree : null;

/** The tree as the builder shows it: a group at the top. */
export const grouped = (tree) => {
  if (!tree || Object.keys(tree).length === 0) return { all: [] };
  return jointOf(tree) ? tree : { all: [tree] };
};

/** Why a text in JSON is no tree that can be shown; empty when it is one. */
export const misshapen = (node, place = "") => {
  const here = place || "/";
  if (typeof node !== "object" || node === null || Array.isArray(node)) return here;
  const keys = Object.keys(node);
  if (keys.length === 1 && keys[0] === "not") return misshapen(node.not, `${place}/not`);
  if (keys.length === 1 && ["all", "any"].includes(keys[0])) {
    const parts = node[keys[0]];
    if (!Array.isArray(parts)) return `${place}/${keys[0]}`;
    const found = parts.map((part, index) => misshapen(part, `${place}/${keys[0]}/${index}`));
    return found.find(Boolean) ?? "";
  }
  return ["field", "op", "value"].every((key) => key in node) ? "" : here;
};

export const add = (tree, group, node, most) => {
  const parts = partsOf(at(tree, group));
  const joint = jointOf(at(tree, group));
  return roomy(insert(tree, [...group, joint, parts.length], node), most);
};

/** Without this item, and without the groups that it leaves empty. */
export const remove = (tree, item) => {
  const left = drop(tree, item);
  let group = item.slice(0, -2);
  if (group.length === 0 || partsOf(at(left, group)).length > 0) return left;
  while (group.at(-1) === "not") group = group.slice(0, -1);
  return remove(left, group);
};

export const negate = (tree, item, most) => {
  const node = at(tree, item);
  return roomy(put(tree, item, "not" in node ? node.not : { not: node }), most);
};

export const join = (tree, group, joint) => put(tree, group, { [joint]: partsOf(at(tree, group)) });

/** One step up or down, also into and out of groups. Answers the tree and where the item is now. */
export const move = (tree, item, step, most) => {
  const list = item.slice(0, -1);
  const place = item.at(-1);
  const node = at(tree, item);
  const next = at(tree, [...list, place + step]);
  if (next) {
    const inner = unwrapped(next, [...list, place + step]);
    if (!jointOf(inner.node)) return settle(tree, item, [...list, place + step], node, most);
    const index = step < 0 ? partsOf(inner.node).length : 0;
    const into = [...inner.path, jointOf(inner.node), index];
    const entered = settle(tree, item, into, node, most);
    return entered ?? settle(tree, item, [...list, place + step], node, most);
  }
  let group = list.slice(0, -1);
  while (group.at(-1) === "not") group = group.slice(0, -1);
  if (group.length === 0) return null;
  return settle(tree, item, [...group.slice(0, -1), group.at(-1) + (step < 0 ? 0 : 1)], node, most);
};

const MARK = { moving: true };

// The item leaves a mark, the move is made, and where the mark was disappears with all it leaves empty.
const settle = (tree, from, to, node, most) => {
  const marked = put(tree, from, MARK);
  const isSameList = from.slice(0, -1).join() === to.slice(0, -1).join();
  const place = isSameList && to.at(-1) > from.at(-1) ? to.at(-1) + 1 : to.at(-1);
  const both = insert(marked, [...to.slice(0, -1), place], node);
  const moved = remove(both, find(both, (found) => found === MARK));
  return roomy(moved, most) && { tree: moved, path: find(moved, (found) => found === node) };
};

const find = (tree, is, path = []) => {
  if (is(tree)) return path;
  if (typeof tree !== "object" || tree === null) return null;
  const keys = "not" in tree ? [["not"]] : [];
  const joint = jointOf(tree);
  if (joint) keys.push(...tree[joint].map((_, index) => [joint, index]));
  for (const key of keys) {
    const found = find(at(tree, key), is, [...path, ...key]);
    if (found) return found;
  }
  return null;
};
