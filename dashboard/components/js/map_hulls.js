// The ground of each cluster as an outline with its name; a suspended one is dashed and says so. Fetched when first shown.
import { dashed, inSight, snapped } from "./layer_rules.js";
import { fill } from "./words.js";

const FROM_ZOOM = 15.2;
const NAMES_FROM_ZOOM = 16.2;
const GRID_DEG = 0.005;
const DASH_M = [6, 4];
const AGAIN_MS = 5000;
const FONT = "Roboto, system-ui, sans-serif";

export class Hulls {
  constructor(deck, store, changed) {
    Object.assign(this, { deck, store, changed, url: null, hulls: [], asked: null, key: null });
  }

  /** Where the still layers say they are; null where there are none, or nobody may know. */
  take(url) {
    this.url = url ?? null;
    if (!url) this.hulls = [];
    this.key = null;
  }

  async load() {
    const { url } = this;
    if (this.asked === url) return;
    this.asked = url;
    try {
      const answer = await fetch(url);
      if (!answer.ok) throw new Error(`hulls: ${answer.status}`);
      const { features } = await answer.json();
      if (this.url !== url) return;
      this.hulls = features.map(({ geometry, properties }) => ({ ...properties, rings: geometry.coordinates }));
      this.key = null;
      this.changed();
    } catch {
      setTimeout(() => (this.asked = null), AGAIN_MS);
    }
  }

  /** What is in sight, remade only when the camera has moved by a cell of the grid: an edge is costly to make. */
  look(bounds) {
    const box = snapped(bounds, GRID_DEG);
    if (this.key === String(box)) return;
    this.key = String(box);
    this.names = inSight(this.hulls, box);
    this.edges = this.names.flatMap(({ rings, suspended }) => (suspended ? rings.flatMap((ring) => dashed(ring, ...DASH_M)) : rings));
  }

  layers(zoom, panel, bounds, { dark }) {
    if (!panel.clusters || !this.url || zoom < FROM_ZOOM) return [];
    this.load();
    this.look(bounds);
    const { deck, store } = this;
    const ink = store.config.hull[dark ? "dark" : "light"];
    const { suspended } = window.mowthosLook.texts.map.cluster;
    const ground = dark ? [13, 19, 16] : [255, 255, 255];
    return [
      new deck.PathLayer({
        id: "cluster-hulls", data: this.edges, getPath: (line) => line, getColor: ink, widthUnits: "pixels", getWidth: 2.2,
        updateTriggers: { getColor: dark },
      }),
      zoom >= NAMES_FROM_ZOOM && new deck.TextLayer({
        id: "cluster-names", data: this.names, getPosition: ({ label }) => label, getPixelOffset: [0, -11], getSize: 12.5, sizeUnits: "pixels", billboard: true,
        getText: (hull) => (hull.suspended ? fill(suspended, { name: hull.name }) : hull.name), getColor: ink, fontFamily: FONT,
        fontWeight: 600, fontSettings: { sdf: false, fontSize: 48 }, characterSet: "auto", background: true, backgroundPadding: [5, 2, 5, 2],
        getBackgroundColor: [...ground, 205], backgroundBorderRadius: 4, updateTriggers: { getColor: dark, getBackgroundColor: dark },
      }),
    ].filter(Boolean);
  }
}
