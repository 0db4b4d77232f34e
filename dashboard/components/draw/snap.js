// What a dragged corner snaps to: corners first, then edges, of the lines given.
import { nearestOnLine } from "./rings.js";

const CORNER_PX = 11;
const EDGE_PX = 8;

/** lines: lists of places; answers a place, or null when nothing is near enough. */
export function snapped(map, pixel, lines) {
  let best = null;
  let least = CORNER_PX;
  for (const line of lines) {
    for (const place of line) {
      const [x, y] = map.toScreen(place);
      const distance = Math.hypot(x - pixel[0], y - pixel[1]);
      if (distance < least) [best, least] = [place, distance];
    }
  }
  if (best) return best;
  least = EDGE_PX;
  for (const line of lines) {
    const [point, distance] = nearestOnLine(pixel, line.map((place) => map.toScreen(place)));
    if (distance < least) [best, least] = [map.toPlace(point), distance];
  }
  return best;
}
