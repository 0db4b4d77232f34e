// The layers that only our own people have: cluster hulls, position fix along trails, missed patches; and their legend.
import { PATTERNS } from "./layer_rules.js";
import { Hulls } from "./map_hulls.js";
import { MISSED_INK, Missed } from "./map_missed.js";
import { FIX_INKS, Quality } from "./map_quality.js";

export const INSIGHT_PANEL = { clusters: true, quality: false, missed: false };

export class Insights {
  constructor(deck, store, panel, changed) {
    Object.assign(this, { store, panel });
    this.hulls = new Hulls(deck, store, changed);
    this.quality = new Quality(deck, store);
    this.missed = new Missed(deck, store);
    this.ends = [
      store.on("select", () => this.ask()),
      store.on("mowing-ended", (name) => name === store.selected && this.ask()),
    ];
    this.ask();
  }

  /** Fetch what the layers that are on need, and nothing for the others. */
  ask() {
    this.store.showFixes(Boolean(this.panel.quality));
    this.missed.load(Boolean(this.panel.missed));
  }

  under(zoom, bounds, look) {
    return [...this.hulls.layers(zoom, this.panel, bounds, look), ...this.missed.layers(zoom, this.panel, look)];
  }

  over(zoom, look) {
    return this.quality.layers(zoom, this.panel, look);
  }

  close() {
    this.ends.forEach((end) => end());
  }
}

/** Legend rows {key, svg, word} of the layers that are on; pattern and word tell what colour tells. */
export function insightLegend(panel, texts, hull) {
  const rows = [];
  if (panel.clusters) {
    rows.push({ key: "hull", svg: sample(hull, null, 2.2), word: texts.cluster.outline });
    rows.push({ key: "hull-suspended", svg: sample(hull, [6, 4], 2.2), word: texts.cluster.outline_suspended });
  }
  if (panel.quality) for (const [kind, pattern] of Object.entries(PATTERNS)) rows.push({ key: `fix-${kind}`, svg: sample(FIX_INKS[kind], pattern, 4), word: texts.fixes[kind] });
  if (panel.missed) rows.push({ key: "missed", svg: patch(MISSED_INK), word: texts.missed });
  return rows;
}

const ink = ({ light, dark }) => `light-dark(rgb(${light}), rgb(${dark}))`;
const svg = (colours, body) => `<svg width="28" height="20" viewBox="0 0 28 20" aria-hidden="true" style="color:${ink(colours)}">${body}</svg>`;

function sample(colours, pattern, width) {
  const dashes = pattern ? ` stroke-dasharray="${pattern.join(" ")}" stroke-linecap="${width > 3 ? "round" : "butt"}"` : "";
  return svg(colours, `<path d="M3 10h22" fill="none" stroke="currentColor" stroke-width="${width}"${dashes}/>`);
}

function patch(colours) {
  return svg(colours, '<path d="M5 4h12v4h6v8H5z" fill="currentColor" fill-opacity=".35" stroke="currentColor" stroke-width="2"/>');
}
