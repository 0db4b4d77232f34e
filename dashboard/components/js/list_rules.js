// Which mowers the list shows, and in which order. Pure: rows in, row numbers out.

export const SORTS = ["state", "name", "battery", "address", "age"];
export const NO_FILTER = Object.freeze({ states: [], battery: "", text: "", sort: "state" });

const words = (text) => text.toLowerCase().split(/\s+/).filter(Boolean);

/** Whether every word of the search is in the mower's name, model, address, cluster code or account. */
export function matches(mower, text) {
  if (!text) return true;
  const hay = [mower.name, mower.model, mower.address, mower.city, mower.cluster, mower.account]
    .filter(Boolean)
    .join(" ")
    .toLowerCase();
  return words(text).every((word) => hay.includes(word));
}

const BATTERY = {
  low: (percent) => percent < 25,
  middle: (percent) => percent >= 25 && percent < 70,
  high: (percent) => percent >= 70 && percent <= 100,
};

export const BATTERY_BANDS = Object.keys(BATTERY);

/** rows: [{i, mower, key, rank, battery, age}]; returns those that pass, sorted. */
export function shown(rows, filter) {
  const states = new Set(filter.states);
  const battery = BATTERY[filter.battery];
  return rows
    .filter(
      (row) =>
        (!states.size || states.has(row.key)) && (!battery || battery(row.battery)) && matches(row.mower, filter.text),
    )
    .sort(ORDER[filter.sort] ?? ORDER.state);
}

export function counts(rows) {
  const found = new Map();
  for (const row of rows) found.set(row.key, (found.get(row.key) ?? 0) + 1);
  return found;
}

const text = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });
const byName = (a, b) => text.compare(a.mower.name, b.mower.name);
const ORDER = {
  state: (a, b) => a.rank - b.rank || byName(a, b),
  name: byName,
  battery: (a, b) => a.battery - b.battery || byName(a, b), // the emptiest first; unknown (255) last
  address: (a, b) => text.compare(street(a), street(b)) || byName(a, b),
  age: (a, b) => (Number.isNaN(b.age) ? 1e12 : b.age) - (Number.isNaN(a.age) ? 1e12 : a.age) || byName(a, b),
};

/** "1204 Cedar Ln" sorts by street, then number. */
function street(row) {
  const address = row.mower.address ?? "\uffff";
  const [, number, name] = address.match(/^(\d+)\s+(.*)$/) ?? [null, "", address];
  return `${name} ${number.padStart(6, "0")}`;
}
