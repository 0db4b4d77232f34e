// Texts with places, and lengths as people read them.

export function fill(template, values) {
  return template.replace(/\{(\w+)\}/g, (place, name) => values[name] ?? place);
}

/** Whole metres, or "-" where nothing is known. */
export function metres(value) {
  return value === null || value === undefined ? "–" : `${Math.round(value)} m`;
}
