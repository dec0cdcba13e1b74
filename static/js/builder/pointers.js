// Reading and changing JSON at a path (a list of keys). Nothing is changed in place.
export const at = (tree, path) => path.reduce((inner, key) => inner?.[key], tree);

export const put = (tree, path, value) => {
  if (path.length === 0) return value;
  const [key, ...rest] = path;
  const copy = Array.isArray(tree) ? [...tree] : { ...tree };
  copy[key] = put(copy[key] ?? {}, rest, value);
  return copy;
};

export const drop = (tree, path) => {
  const [key, ...rest] = path;
  if (rest.length > 0) return put(tree, [key], drop(tree[key], rest));
  if (Array.isArray(tree)) return tree.filter((_, place) => place !== key);
  const { [key]: gone, ...left } = tree;
  return left;
};

export const insert = (tree, path, value) => {
  const list = at(tree, path.slice(0, -1));
  const place = path.at(-1);
  return put(tree, path.slice(0, -1), [...list.slice(0, place), value, ...list.slice(place)]);
};

export const pointer = (path) => path.map((key) => `/${key}`).join("");
