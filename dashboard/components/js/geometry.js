// Web Mercator pixels, bounds and lengths.

const TILE = 512;
export const METRES_PER_DEGREE = (6371000 * Math.PI) / 180;

/** World pixel of a place at a zoom, as deck.gl counts them. */
export function worldPixel([lon, lat], zoom) {
  const scale = TILE * 2 ** zoom;
  const phi = (lat * Math.PI) / 180;
  return [((lon + 180) / 360) * scale, (0.5 - Math.log(Math.tan(Math.PI / 4 + phi / 2)) / (2 * Math.PI)) * scale];
}

/** The place under a world pixel of a zoom. */
export function placeAt([x, y], zoom) {
  const scale = TILE * 2 ** zoom;
  const phi = 2 * Math.atan(Math.exp((0.5 - y / scale) * 2 * Math.PI)) - Math.PI / 2;
  return [(x / scale) * 360 - 180, (phi * 180) / Math.PI];
}

/** The view {longitude, latitude, zoom} that shows bounds in the middle of what the padding leaves free. */
export function fitted([west, south, east, north], [width, height], { left, right, top, bottom }, most) {
  const [a, b] = [worldPixel([west, north], 0), worldPixel([east, south], 0)];
  const free = Math.min((width - left - right) / (b[0] - a[0]), (height - top - bottom) / (b[1] - a[1]));
  const zoom = Math.min(Math.log2(free), most);
  const middle = [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2].map((value) => value * 2 ** zoom);
  const [longitude, latitude] = placeAt([middle[0] - (left - right) / 2, middle[1] - (top - bottom) / 2], zoom);
  return { longitude, latitude, zoom };
}

/** Screen pixel of a place in a view. */
export function screenPixel(place, { longitude, latitude, zoom }, [width, height]) {
  const [x, y] = worldPixel(place, zoom);
  const [middleX, middleY] = worldPixel([longitude, latitude], zoom);
  return [x - middleX + width / 2, y - middleY + height / 2];
}

export function boundsOf(places) {
  let [west, south, east, north] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [lon, lat] of places) {
    west = Math.min(west, lon);
    east = Math.max(east, lon);
    south = Math.min(south, lat);
    north = Math.max(north, lat);
  }
  return west <= east ? [west, south, east, north] : null;
}

export function grown([west, south, east, north], degrees) {
  return [west - degrees, south - degrees, east + degrees, north + degrees];
}

export function metresBetween([lonA, latA], [lonB, latB]) {
  const east = (lonB - lonA) * Math.cos((((latA + latB) / 2) * Math.PI) / 180);
  return Math.hypot(east, latB - latA) * METRES_PER_DEGREE;
}

/** Cut lines where `share` of their whole length is behind: [done lines, lines to come]. */
export function cutLines(lines, share) {
  const lengths = lines.map((line) => line.slice(1).map((place, n) => metresBetween(line[n], place)));
  let left = share * lengths.flat().reduce((sum, length) => sum + length, 0);
  const done = [];
  const open = [];
  lines.forEach((line, k) => {
    let n = 0;
    while (n < lengths[k].length && lengths[k][n] <= left) left -= lengths[k][n++];
    if (n === lengths[k].length) return done.push(line);
    if (left <= 0 && n === 0) return open.push(line);
    const part = left / lengths[k][n];
    const cut = line[n].map((value, axis) => value + part * (line[n + 1][axis] - value));
    done.push([...line.slice(0, n + 1), cut]);
    open.push([cut, ...line.slice(n + 1)]);
    left = 0;
  });
  return [done, open];
}
