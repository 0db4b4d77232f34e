// Rings of places (longitude, latitude): area, inside, nearest, kinds of drawn shapes.
import { METRES_PER_DEGREE } from "mowthos-live/geometry.js";

/** Square metres of a ring on the plane that touches the earth at its first place; scale: metres a degree east, north. */
export function areaM2(ring, scale) {
  if (ring.length < 3) return 0;
  const [[lon, lat]] = ring;
  const [east, north] = scale ?? [METRES_PER_DEGREE * Math.cos((lat * Math.PI) / 180), METRES_PER_DEGREE];
  let twice = 0;
  ring.forEach(([x, y], n) => {
    const [nextX, nextY] = ring[(n + 1) % ring.length];
    twice += (x - lon) * east * (nextY - lat) * north - (nextX - lon) * east * (y - lat) * north;
  });
  return Math.abs(twice) / 2;
}

/** Whether a place lies inside a ring (even-odd rule). */
export function inRing([x, y], ring) {
  let inside = false;
  for (let n = 0, last = ring.length - 1; n < ring.length; last = n++) {
    const [[ax, ay], [bx, by]] = [ring[n], ring[last]];
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside;
  }
  return inside;
}

/** The nearest point of a line to a pixel: [point, distance, number of the piece]. */
export function nearestOnLine([x, y], line) {
  let best = [null, Infinity, -1];
  for (let n = 1; n < line.length; n++) {
    const [[a, b], [c, d]] = [line[n - 1], line[n]];
    const [dx, dy] = [c - a, d - b];
    const share = Math.max(0, Math.min(1, ((x - a) * dx + (y - b) * dy) / (dx * dx + dy * dy || 1)));
    const point = [a + share * dx, b + share * dy];
    const distance = Math.hypot(point[0] - x, point[1] - y);
    if (distance < best[1]) best = [point, distance, n];
  }
  return best;
}

/** west, south, east, north of a ring. */
export function boxOf(ring) {
  const [xs, ys] = [ring.map(([x]) => x), ring.map(([, y]) => y)];
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

export function boxRing([west, south, east, north]) {
  return [[west, south], [east, south], [east, north], [west, north]];
}

/** How a drawn shape reads: a box when its corners are those of its own bounds. */
export function drawnKind(ring) {
  const [west, south, east, north] = boxOf(ring);
  return ring.length === 4 && ring.every(([x, y]) => (x === west || x === east) && (y === south || y === north)) ? "box" : "polygon";
}

/** Every place of a GeoJSON geometry. */
export function placesOf({ coordinates }) {
  const flat = (part) => (typeof part[0] === "number" ? [part] : part.flatMap(flat));
  return flat(coordinates);
}
