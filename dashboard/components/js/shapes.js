// The state shapes of dashboard/state_style.py, as inline SVG for lists and as one atlas for the map.

const CELL = 96;
const COLUMNS = 8;

export const isDark = () => {
  const theme = document.documentElement.dataset.theme;
  return theme === "dark" || (theme !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
};

/** Calls back when the person, or the system, changes between day and night. */
export function onTheme(callback) {
  document.addEventListener("mowthos-theme", () => callback(isDark()));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => callback(isDark()));
}

const drawn = (drawing, colour, ground) => drawing.replaceAll("{c}", colour).replaceAll("{g}", ground);

/** Which drawing shows a judged row. */
export function shapeKey(judged) {
  if (judged.state.key === "unknown") return judged.lastKnown ? `unknown-${judged.lastKnown.key}` : "unknown";
  return judged.stale ? `${judged.state.key}-stale` : judged.state.key;
}

export const shapeTurns = (judged) => (judged.state.key === "unknown" ? judged.lastKnown : judged.state)?.turns ?? false;

/** Inline SVG of a judged row, in the page's colours. */
export function shapeSvg(judged, shapes, size = 22) {
  const colour = `light-dark(${judged.state.light}, ${judged.state.dark})`;
  const body = drawn(shapes[shapeKey(judged)], "currentColor", "var(--m-surface)");
  return `<svg width="${size}" height="${size}" viewBox="2 2 44 44" aria-hidden="true" style="color:${colour};opacity:${judged.opacity}">${body}</svg>`;
}

/** All shapes on one canvas, with the icon mapping deck.gl asks for. */
export async function shapeAtlas(states, shapes, ground, dark) {
  const colours = new Map(states.map((state) => [state.key, dark ? state.dark : state.light]));
  const keys = Object.keys(shapes);
  const rows = Math.ceil(keys.length / COLUMNS);
  const mapping = {};
  const cells = keys.map((key, n) => {
    const x = (n % COLUMNS) * CELL;
    const y = Math.floor(n / COLUMNS) * CELL;
    mapping[key] = { x, y, width: CELL, height: CELL, anchorX: CELL / 2, anchorY: CELL / 2, mask: false };
    const colour = colours.get(key.startsWith("unknown") ? "unknown" : key.replace(/-stale$/, ""));
    return `<g transform="translate(${x} ${y}) scale(${CELL / 48})">${drawn(shapes[key], colour, ground)}</g>`;
  });
  const [width, height] = [COLUMNS * CELL, rows * CELL];
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${cells.join("")}</svg>`;
  const image = new Image(width, height);
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = Object.assign(document.createElement("canvas"), { width, height });
  canvas.getContext("2d").drawImage(image, 0, 0);
  return { canvas, mapping };
}

export const drawAtlas = ({ states, shapes, ground }, dark) => shapeAtlas(states, shapes, ground[dark ? "dark" : "light"], dark);

export function rgba(hex, alpha = 255) {
  return [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)).concat(alpha);
}
