// Zoomed out, markers that would cover each other become one group with its count and its worst state.
import { worldPixel } from "./geometry.js";

export const NO_GROUPS_FROM_ZOOM = 17.2;
const REACH_PX = 27;

/** points: [{i, place, rank, alone}]; returns {singles: [point], groups: [{members, place, worst}]}. */
export function grouped(points, zoom) {
  if (zoom >= NO_GROUPS_FROM_ZOOM) return { singles: points, groups: [] };
  const cells = new Map();
  const pixels = points.map((point) => worldPixel(point.place, zoom));
  const cellOf = ([x, y]) => `${Math.floor(x / REACH_PX)}:${Math.floor(y / REACH_PX)}`;
  points.forEach((point, n) => {
    if (point.alone) return;
    const cell = cellOf(pixels[n]);
    if (!cells.has(cell)) cells.set(cell, []);
    cells.get(cell).push(n);
  });
  const taken = new Set();
  const singles = points.filter((point) => point.alone);
  const groups = [];
  points.forEach((point, n) => {
    if (point.alone || taken.has(n)) return;
    const members = near(n, pixels, cells).filter((other) => !taken.has(other));
    members.forEach((other) => taken.add(other));
    if (members.length === 1) return singles.push(point);
    const chosen = members.map((other) => points[other]);
    const mean = (axis) => chosen.reduce((sum, { place }) => sum + place[axis], 0) / chosen.length;
    const worst = chosen.reduce((a, b) => (b.rank < a.rank ? b : a));
    groups.push({ members: chosen, place: [mean(0), mean(1)], worst });
  });
  return { singles, groups };
}

function near(n, pixels, cells) {
  const [x, y] = pixels[n];
  const found = [];
  for (let dx = -1; dx <= 1; dx++) {
    for (let dy = -1; dy <= 1; dy++) {
      const cell = cells.get(`${Math.floor(x / REACH_PX) + dx}:${Math.floor(y / REACH_PX) + dy}`) ?? [];
      for (const other of cell) {
        if (Math.hypot(pixels[other][0] - x, pixels[other][1] - y) <= REACH_PX) found.push(other);
      }
    }
  }
  return found;
}
