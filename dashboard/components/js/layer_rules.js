// Pure rules of the layers that tell more than where mowers are: outlines in sight, stretches of one position fix.
import { METRES_PER_DEGREE, metresBetween } from "./geometry.js";

const CIRCUMFERENCE_M = METRES_PER_DEGREE * 360;

/** What is drawn of a way, in pixels: [on, off], or null for an unbroken line. Pattern and colour say the same. */
export const PATTERNS = { fixed: null, float: [10, 8], single: [3.5, 8], none: [0.4, 8] };

/** Hulls whose box {box: [west, south, east, north]} meets the bounds. */
export function inSight(hulls, [west, south, east, north]) {
  return hulls.filter(({ box }) => box[0] <= east && box[2] >= west && box[1] <= north && box[3] >= south);
}

/** Bounds rounded outwards to a grid, so that small moves of the camera change nothing. */
export function snapped([west, south, east, north], grid) {
  return [Math.floor(west / grid) * grid, Math.floor(south / grid) * grid, Math.ceil(east / grid) * grid, Math.ceil(north / grid) * grid];
}

/**
 * A trail [[time, lon, lat, fix], ...] cut where the position fix changes: [{kind, line}]. The way to a place is as good
 * as the place it led to. `kinds[fix]` names the fix; one not told is kinds[0].
 */
export function fixRuns(path, kinds) {
  const runs = [];
  for (let n = 1; n < path.length; n++) {
    const kind = kinds[path[n][3] ?? 0] ?? kinds[0];
    if (runs.at(-1)?.kind !== kind) runs.push({ kind, line: [path[n - 1].slice(1, 3)] });
    runs.at(-1).line.push(path[n].slice(1, 3));
  }
  return runs;
}

/** A line cut into dashes `on` metres long, `off` metres apart. */
export function dashed(line, on, off) {
  const dashes = [];
  let drawing = true;
  let left = on;
  let dash = [line[0]];
  for (let n = 1; n < line.length; n++) {
    let from = line[n - 1];
    let length = metresBetween(from, line[n]);
    while (length > left) {
      const share = left / length;
      from = [from[0] + share * (line[n][0] - from[0]), from[1] + share * (line[n][1] - from[1])];
      length -= left;
      if (drawing) dashes.push([...dash, from]);
      drawing = !drawing;
      left = drawing ? on : off;
      dash = [from];
    }
    left -= length;
    if (drawing) dash.push(line[n]);
  }
  if (drawing && dash.length > 1) dashes.push(dash);
  return dashes;
}

/** Metres that a pixel is wide at a latitude, for a map of 512-pixel tiles. */
export function metresPerPixel(zoom, latitude) {
  return (CIRCUMFERENCE_M * Math.cos((latitude * Math.PI) / 180)) / (512 * 2 ** zoom);
}
