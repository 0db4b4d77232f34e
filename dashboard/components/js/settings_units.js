// Settings of a mower in the units this person reads; what is kept and sent is metric.

// kind of measure, and how many of its metric unit make one of the setting's
const MEASURED = { blade_height_mm: ["height", 1], speed_m_s: ["speed", 1], spacing_cm: ["height", 10] };

// How a setting is told where its own unit is not the reader's: factor, digits and words; null where it is.
export const ownUnit = (name) => {
  const [kind, many] = MEASURED[name] ?? [];
  const unit = kind && window.mowthos.unit(kind);
  if (!unit || unit.factor === 1) return null;
  return { factor: unit.factor * many, digits: unit.digits, words: unit.words, word: unit.words.replace("{n}", "").trim() };
};

const rounded = (value, digits, way = Math.round) => way(Number((value * 10 ** digits).toFixed(6))) / 10 ** digits;

// A metric value as it stands in a field.
export const fieldNumber = (name, value) => {
  const own = ownUnit(name);
  return own ? rounded(value * own.factor, own.digits) : value;
};

// What was typed, in the setting's own unit; `last` is what stood there before, given back whole where nobody changed it.
export const typedNumber = (name, value, step, last) => {
  const own = ownUnit(name);
  if (!own) return Number(value);
  if (last !== undefined && Number(value) === fieldNumber(name, last)) return last;
  return rounded(Math.round(Number(value) / own.factor / step) * step, 3);
};

// Least, most and step of a field, none of them beyond what the mower takes.
export const fieldRange = (name, [least, most, step]) => {
  const own = ownUnit(name);
  if (!own) return [least, most, step];
  return [rounded(least * own.factor, own.digits, Math.ceil), rounded(most * own.factor, own.digits, Math.floor), rounded(10 ** -own.digits, own.digits)];
};

export const settingWords = (name, value, usual) => {
  const own = ownUnit(name);
  return own ? own.words.replace("{n}", fieldNumber(name, value).toLocaleString(document.documentElement.lang || undefined)) : usual;
};
