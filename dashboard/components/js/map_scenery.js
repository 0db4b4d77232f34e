// The still layers: pydeck's specification turned into deck.gl layers, each drawn from the zoom at which it helps.
import { INSIGHT_PANEL } from "./map_insights.js";

const FROM_ZOOM = {
  "road-names": 14.7, "yard-ground": 15.2, yard: 16.4, trees: 15.4, houses: 14.6, lawns: 13.6, lots: 15.6, areas: 15.4, "no-go": 16.6,
};
const EDGES_FROM_ZOOM = { lawns: 16 }; // a thin line round each of a thousand lawns costs more than all the rest, and is no pixel wide
const PANEL = {
  lots: ["lots"], lawns: ["lawns"], houses: ["houses", "trees", "yard"], roads: ["roads", "road-casings", "carriageways", "road-names"],
  areas: ["areas"], "no-go": ["no-go"],
};

export const DEFAULT_PANEL = {
  lots: true, lawns: true, houses: true, roads: true, areas: false, "no-go": true, homes: true, docks: true, path: true, trails: true, labels: true,
  ...INSIGHT_PANEL,
};

/** Which layers are on, as this person left them; those that they may not have are not even listed. */
export function panelOf({ config, memory }) {
  const panel = { ...DEFAULT_PANEL, ...memory.choice("layers", {}) };
  if (!config.may.fleet) Object.keys(INSIGHT_PANEL).forEach((name) => delete panel[name]);
  return panel;
}

export async function fetchSpec(url, dark) {
  const answer = await fetch(`${url}${url.includes("?") ? "&" : "?"}theme=${dark ? "dark" : "light"}`, { cache: "no-cache" });
  if (!answer.ok) throw new Error(`spec: ${answer.status}`);
  return answer.json();
}

export class Scenery {
  constructor(deck) {
    this.converter = new deck.JSONConverter({ configuration: { classes: deck } });
    this.layers = [];
    this.facts = { bounds: null, docks: [], attributions: [] };
  }

  take({ spec, facts }) {
    this.facts = facts;
    this.layers = this.converter.convert(spec).layers ?? [];
    this.shown = new Map();
  }

  /** The layers to draw; an instance is made anew only when its visibility changes, so that nothing is computed twice. */
  at(zoom, panel, tiles) {
    const off = new Set(Object.entries(PANEL).flatMap(([name, ids]) => (panel[name] ? [] : ids)));
    if (tiles) ["ground", "roads", "road-casings", "carriageways", "yard-ground", "yard", "trees", "houses"].forEach((id) => off.add(id));
    return this.layers.map((layer) => {
      const visible = !off.has(layer.id) && zoom >= (FROM_ZOOM[layer.id] ?? 0);
      const stroked = layer.props.stroked && zoom >= (EDGES_FROM_ZOOM[layer.id] ?? 0);
      const last = this.shown.get(layer.id);
      if (last && last.props.visible === visible && last.props.stroked === stroked) return last;
      const next = layer.clone({ visible, stroked });
      this.shown.set(layer.id, next);
      return next;
    });
  }
}
