// The homes worth offering in the list beside the map: those that match what was typed, or the nearest.
import { metresBetween } from "mowthos-live/geometry.js";

/** homes: [{id, address, city, place}]; around: a place; taken: ids not to offer. */
export function nearHomes(homes, { around, text = "", taken = [], most = 12 }) {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const gone = new Set(taken);
  return homes
    .filter((home) => !gone.has(home.id) && words.every((word) => `${home.address} ${home.city}`.toLowerCase().includes(word)))
    .map((home) => ({ ...home, metres: around ? metresBetween(around, home.place) : null }))
    .sort((a, b) => (a.metres ?? 0) - (b.metres ?? 0))
    .slice(0, most);
}
