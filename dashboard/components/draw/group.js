// The group being drawn, as unchanging values: {host, homes} with the host among the homes; and what is asked of it.

export const EMPTY = Object.freeze({ host: null, homes: Object.freeze([]) });
export const MOST = 60;

export function has(group, id) {
  return group.homes.includes(id);
}

/** Put a home in, or take it out. The first one is the host; a host taken out is followed by the next. */
export function toggled(group, id) {
  return has(group, id) ? without(group, id) : withAll(group, [id]);
}

export function withAll(group, ids) {
  const homes = [...new Set([...group.homes, ...ids])].slice(0, MOST);
  return { host: group.host ?? homes[0] ?? null, homes };
}

export function without(group, id) {
  const homes = group.homes.filter((home) => home !== id);
  return { host: group.host === id ? (homes[0] ?? null) : group.host, homes };
}

export function hosted(group, id) {
  return has(group, id) ? { ...group, host: id } : withAll({ host: id, homes: group.homes }, [id]);
}

/** Host first, neighbours in the order they were picked. */
export function ordered({ host, homes }) {
  return host === null ? [] : [host, ...homes.filter((id) => id !== host)];
}

export function same(a, b) {
  return a.host === b.host && a.homes.length === b.homes.length && a.homes.every((id) => b.homes.includes(id));
}

/** The worst level that a check's findings say of each home. */
export function levels(findings) {
  const rank = { ok: 0, warn: 1, broken: 2 };
  const worst = new Map();
  for (const { home, level } of findings) {
    if (home !== null && rank[level] > rank[worst.get(home) ?? "ok"]) worst.set(home, level);
  }
  return worst;
}
