// Lawns as unchanging values: [{part, rings: [outer, ...holes]}]; rings are open lists of places.
import { areaM2, inRing } from "./rings.js";

export const fromGeo = (lawns) => lawns.flatMap((lawn) => pieces(lawn).map((rings) => ({ part: lawn.part ?? "", rings: rings.map(open) })));

export const toGeo = (lawns) => lawns.map(({ part, rings }) => ({ type: "Polygon", coordinates: rings.map((ring) => [...ring, ring[0]]), ...(part ? { part } : {}) }));

function pieces({ type, coordinates }) {
  return type === "MultiPolygon" ? coordinates : [coordinates];
}

function open(ring) {
  const [first, last] = [ring[0], ring.at(-1)];
  return first[0] === last[0] && first[1] === last[1] ? ring.slice(0, -1) : ring;
}

/** Square metres of one lawn: its outline without its holes. scale: metres of a degree east and north. */
export function lawnArea({ rings }, scale) {
  const [outer, ...holes] = rings.map((ring) => areaM2(ring, scale));
  return Math.max(0, outer - holes.reduce((sum, area) => sum + area, 0));
}

export const wholeArea = (lawns, scale) => lawns.reduce((sum, lawn) => sum + lawnArea(lawn, scale), 0);

/** The lawn whose ground a place is, or -1. */
export function lawnAt(lawns, place) {
  return lawns.findIndex(({ rings: [outer, ...holes] }) => inRing(place, outer) && !holes.some((hole) => inRing(place, hole)));
}

const replaced = (list, n, value) => list.map((item, k) => (k === n ? value : item));

function withRing(lawns, { lawn, ring }, change) {
  const rings = lawns[lawn].rings;
  return replaced(lawns, lawn, { ...lawns[lawn], rings: replaced(rings, ring, change(rings[ring])) });
}

/** at: {lawn, ring, corner} */
export const moved = (lawns, at, place) => withRing(lawns, at, (ring) => replaced(ring, at.corner, place));

export const inserted = (lawns, at, place) => withRing(lawns, at, (ring) => [...ring.slice(0, at.corner), place, ...ring.slice(at.corner)]);

/** Without a corner; a ring that would have fewer than three goes, and with its outline the lawn. */
export function withoutCorner(lawns, at) {
  const { rings } = lawns[at.lawn];
  if (rings[at.ring].length > 3) return withRing(lawns, at, (ring) => ring.filter((_, n) => n !== at.corner));
  if (at.ring === 0) return lawns.filter((_, n) => n !== at.lawn);
  return replaced(lawns, at.lawn, { ...lawns[at.lawn], rings: rings.filter((_, n) => n !== at.ring) });
}

export const added = (lawns, ring) => [...lawns, { part: "", rings: [ring] }];

/** A hole in the lawn that holds its first corner that lies in one; unchanged where none does. */
export function cut(lawns, hole) {
  const lawn = hole.map((place) => lawnAt(lawns, place)).find((found) => found >= 0) ?? -1;
  return lawn < 0 ? lawns : replaced(lawns, lawn, { ...lawns[lawn], rings: [...lawns[lawn].rings, hole] });
}

export const withoutLawn = (lawns, n) => lawns.filter((_, k) => k !== n);
