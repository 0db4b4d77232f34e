// Texts with places, and lengths as people read them.

export function fill(template, values) {
  return template.replace(/\{(\w+)\}/g, (place, name) => values[name] ?? place);
}

/** A length in the reader's units, or "–" where nothing is known. */
export const metres = (value) => window.mowthos.measure("length", value);

/** The same of an area in square metres. */
export const squareMetres = (value) => window.mowthos.measure("area", value);
