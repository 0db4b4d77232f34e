// What moves with mowers or belongs to the selected one: docks, trails that fade with age, the planned path with its done part.
import { cutLines } from "./geometry.js";
import { rgba } from "./shapes.js";

const KEEP_S = 600;
const TRAILS_FROM_ZOOM = 14.5;
const DOCKS_FROM_ZOOM = 15.8;
const PATH_FROM_ZOOM = 16.8;

export class Tracks {
  constructor(deck, store) {
    this.deck = deck;
    this.store = store;
    this.lawn = null; // lawn map of the selected mower
    this.cut = { share: -1, done: [], open: [] };
  }

  async load(name) {
    this.lawn = null;
    if (!name || this.store.config.own) return;
    try {
      const answer = await fetch(`${this.store.config.urls.path}?mower=${encodeURIComponent(name)}`);
      if (answer.ok && name === this.store.selected) {
        this.lawn = (await answer.json()).map;
        this.cut.share = -1;
      }
    } catch {
      // No path is drawn; the banner tells that the server is away.
    }
  }

  layers(zoom, panel, docks, { dark }) {
    return [
      panel.docks && zoom >= DOCKS_FROM_ZOOM && this.docks(docks, dark),
      ...(panel.path && zoom >= PATH_FROM_ZOOM ? this.path(dark) : []),
      panel.trails && zoom >= TRAILS_FROM_ZOOM && this.trails(dark),
    ].filter(Boolean);
  }

  docks(places, dark) {
    return new this.deck.ScatterplotLayer({
      id: "docks", data: places, getPosition: (place) => place, radiusUnits: "meters", getRadius: 0.7, radiusMinPixels: 3.5, radiusMaxPixels: 9,
      filled: true, stroked: true, lineWidthUnits: "pixels", getLineWidth: 2, getFillColor: dark ? [13, 19, 16] : [255, 255, 255],
      getLineColor: dark ? [163, 184, 212] : [77, 98, 124], updateTriggers: { getFillColor: dark, getLineColor: dark },
    });
  }

  path(dark) {
    const i = this.store.selectedIndex;
    if (!this.lawn?.path?.length || i < 0 || !this.store.frame) return [];
    const told = this.store.frame.progress[i];
    const share = told > 100 ? 0 : told / 100;
    if (share !== this.cut.share) {
      const [done, open] = cutLines(this.lawn.path, share);
      this.cut = { share, done, open };
    }
    const common = { getPath: (line) => line, widthUnits: "meters", widthMinPixels: 1.2, jointRounded: true, capRounded: true };
    return [
      new this.deck.PathLayer({ id: "path-open", data: this.cut.open, ...common, getWidth: 0.1, getColor: dark ? [120, 170, 140, 190] : [50, 92, 60, 150] }),
      new this.deck.PathLayer({ id: "path-done", data: this.cut.done, ...common, getWidth: 0.32, getColor: dark ? [79, 211, 137, 210] : [11, 110, 63, 190] }),
    ];
  }

  trails(dark) {
    const { store } = this;
    const now = store.now();
    const data = [];
    for (const [name, path] of store.trails.paths) {
      const i = store.index.get(name);
      if (i === undefined || path.length < 2 || !store.frame) continue;
      if (store.listed && !store.listed.has(name) && name !== store.selected) continue;
      const state = (store.judge(i).lastKnown ?? store.judge(i).state);
      const base = rgba(dark ? state.dark : state.light).slice(0, 3);
      const strength = name === store.selected ? 235 : 150;
      data.push({
        path: path.map(([, lon, lat]) => [lon, lat]),
        colours: path.map(([time]) => [...base, Math.round(strength * Math.max(0.04, 1 - (now - time) / KEEP_S) ** 1.4)]),
        width: name === store.selected ? 3 : 2,
      });
    }
    return new this.deck.PathLayer({
      id: "trails", data, getPath: (trail) => trail.path, getColor: (trail) => trail.colours, getWidth: (trail) => trail.width,
      widthUnits: "pixels", jointRounded: true, capRounded: true,
    });
  }
}
