// How good the position was along the trails: colour and pattern by fix. Frames tell it in bits they have anyway.
import { PATTERNS, dashed, fixRuns, metresPerPixel } from "./layer_rules.js";

const FROM_ZOOM = 14.5;
const MOST_OTHERS = 300; // beyond that many trails only the selected mower's is told
export const FIX_INKS = {
  fixed: { light: [0, 104, 168], dark: [96, 188, 240] },
  float: { light: [168, 84, 0], dark: [242, 172, 64] },
  single: { light: [166, 36, 112], dark: [240, 142, 196] },
  none: { light: [70, 70, 70], dark: [205, 205, 205] },
};

export class Quality {
  constructor(deck, store) {
    this.deck = deck;
    this.store = store;
    this.cut = new Map(); // name -> {key, pieces}: a trail is cut again only when it or the scale has changed
    this.data = []; // the same array until a piece differs, so that a frame in between makes no edge anew
  }

  layers(zoom, panel, { dark }) {
    if (!panel.quality || zoom < FROM_ZOOM) return [];
    const { store } = this;
    const few = store.trails.paths.size <= MOST_OTHERS;
    const data = [];
    const scale = Math.round(zoom * 2) / 2;
    for (const [name, path] of store.trails.paths) {
      const chosen = name === store.selected;
      if (path.length < 2 || !store.index.has(name) || (!chosen && !few)) continue;
      if (!chosen && ((store.listed && !store.listed.has(name)) || !path.some((place) => place[3]))) continue;
      data.push({ pieces: this.pieces(name, path, scale), width: chosen ? 4.5 : 3 });
    }
    this.keep(data);
    return [
      new this.deck.PathLayer({
        id: "fix-quality", data: this.data, getPath: ({ line }) => line, getColor: ({ kind }) => FIX_INKS[kind][dark ? "dark" : "light"],
        getWidth: ({ width }) => width, widthUnits: "pixels", capRounded: true, jointRounded: true,
        updateTriggers: { getColor: dark },
      }),
    ];
  }

  keep(trails) {
    const same = trails.length === this.last?.length && trails.every(({ pieces, width }, n) => pieces === this.last[n].pieces && width === this.last[n].width);
    if (same) return;
    this.last = trails;
    this.data = trails.flatMap(({ pieces, width }) => pieces.map((piece) => ({ ...piece, width })));
  }

  pieces(name, path, zoom) {
    const key = `${path.length}:${path[0][0]}:${path.at(-1)[0]}:${path[0][3]}:${zoom}`;
    const last = this.cut.get(name);
    if (last?.key === key) return last.pieces;
    const pixel = metresPerPixel(zoom, path[0][2]);
    const pieces = fixRuns(path, this.store.config.fixes).flatMap(({ kind, line }) => {
      const lines = PATTERNS[kind] ? dashed(line, ...PATTERNS[kind].map((pixels) => pixels * pixel)) : [line];
      return lines.map((part) => ({ kind, line: part }));
    });
    this.cut.set(name, { key, pieces });
    return pieces;
  }
}
