// A device's map as it is drawn: zones by style, the planned path with its done part, dock, base and the mower itself.
import { cutLines } from "mowthos-live/geometry.js";
import { halo } from "./scenery.js";

// ink by day and by night, width of the outline in pixels, dash, fill's strength
const STYLES = {
  area: { ink: ["#0d7544", "#45c486"], width: 2.2, dash: [], fill: 0.16 },
  device_no_go: { ink: ["#b3261e", "#ff8a80"], width: 1.6, dash: [], fill: 0.16 },
  channel: { ink: ["#56646f", "#a9b7c2"], width: 3, dash: [2, 6], fill: 0 },
  before: { ink: ["#8a5300", "#f2b84f"], width: 2, dash: [7, 5], fill: 0.06 },
  added: { ink: ["#0b5c8a", "#6cc4f5"], width: 3, dash: [], fill: 0.24 },
  removed: { ink: ["#b3261e", "#ff8a80"], width: 3, dash: [3, 4], fill: 0.16 },
  changed: { ink: ["#7a3ea8", "#cfa0f5"], width: 3, dash: [], fill: 0.16 },
  blocked: { ink: ["#8a5300", "#f2b84f"], width: 3, dash: [], fill: 0.22 },
  lot: { ink: ["#0b5c8a", "#6cc4f5"], width: 2, dash: [5, 5], fill: 0.04 },
  no_go_active: { ink: ["#b3261e", "#ff8a80"], width: 2.4, dash: [], fill: 0.1, hatch: true },
  no_go_planned: { ink: ["#8a5300", "#f2b84f"], width: 2, dash: [6, 5], fill: 0.06, hatch: true },
};

export class LawnOverlay {
  constructor(scenery) {
    this.scenery = scenery;
    this.shapes = []; // {style, geometry, label}
    this.path = [];
    this.share = 0;
    this.cut = null;
    this.dock = null;
    this.base = null;
    this.mower = null; // {place, heading, colours}
    this.patterns = new Map();
  }

  take(told) {
    Object.assign(this, told);
    if (told.path || told.share !== undefined) this.cut = null;
  }

  ink(pair) {
    return pair[this.scenery.side === "dark" ? 1 : 0];
  }

  draw(map, context) {
    map.inUnits((pixel) => {
      context.lineCap = context.lineJoin = "round";
      for (const shape of this.shapes) this.shape(map, context, shape, pixel);
      this.route(map, context, pixel);
    });
    if (map.view.zoom > 16.4) for (const shape of this.shapes) if (shape.label) this.label(map, context, shape);
    this.square(map, context, this.base, "#56646f", "#a9b7c2", "R");
    this.square(map, context, this.dock, "#0d7544", "#45c486", "D");
    this.marker(map, context);
  }

  shape(map, context, { style, geometry }, pixel) {
    const { ink, width, dash, fill, hatch } = STYLES[style];
    const [path, colour] = [map.path(geometry), this.ink(ink)];
    if (fill && geometry.type !== "LineString") {
      context.globalAlpha = fill;
      context.fillStyle = colour;
      context.fill(path);
      context.globalAlpha = 0.7;
      if (hatch) {
        const pattern = this.hatch(context, colour);
        pattern.setTransform(new DOMMatrix([pixel / 2, 0, 0, pixel / 2, 0, 0]));
        context.fillStyle = pattern;
        context.fill(path);
      }
      context.globalAlpha = 1;
    }
    context.setLineDash(dash.map((part) => part * pixel));
    context.lineWidth = width * pixel;
    context.strokeStyle = colour;
    context.stroke(path);
    context.setLineDash([]);
  }

  hatch(context, colour) {
    if (!this.patterns.has(colour)) {
      const tile = new OffscreenCanvas(24, 24);
      const ink = tile.getContext("2d");
      ink.strokeStyle = colour;
      ink.lineWidth = 3;
      for (const x of [-12, 0, 12]) (ink.beginPath(), ink.moveTo(x - 2, 26), ink.lineTo(x + 26, -2), ink.stroke());
      this.patterns.set(colour, context.createPattern(tile, "repeat"));
    }
    return this.patterns.get(colour);
  }

  route(map, context, pixel) {
    if (!this.path.length) return;
    const [done, open] = (this.cut ??= cutLines(this.path, this.share).map((lines) => lines.map((coordinates) => ({ type: "LineString", coordinates }))));
    const stroke = (lines, colour, width) => {
      context.strokeStyle = colour;
      context.lineWidth = width * pixel;
      for (const line of lines) context.stroke(map.path(line));
    };
    stroke(open, this.ink(["rgb(50 92 60 / 0.5)", "rgb(120 170 140 / 0.7)"]), 1);
    stroke(done, this.ink(["rgb(11 110 63 / 0.85)", "rgb(79 211 137 / 0.85)"]), 2.6);
  }

  label(map, context, { style, geometry, label }) {
    const ring = geometry.type === "Polygon" ? geometry.coordinates[0] : geometry.coordinates;
    const corners = ring.map((place) => map.toScreen(place));
    const middle = (axis) => (Math.min(...corners.map((at) => at[axis])) + Math.max(...corners.map((at) => at[axis]))) / 2;
    context.font = "600 12px Roboto, system-ui, sans-serif";
    context.textAlign = "center";
    halo(context, label, middle(0), middle(1) + 4, this.ink(STYLES[style].ink), this.scenery.colour("paper"), 4);
  }

  square(map, context, place, day, night, letter) {
    if (!place) return;
    const [x, y] = map.toScreen(place);
    context.beginPath();
    context.roundRect(x - 8, y - 8, 16, 16, 4);
    context.fillStyle = this.scenery.colour("paper");
    context.fill();
    context.lineWidth = 2;
    context.strokeStyle = context.fillStyle = this.ink([day, night]);
    context.stroke();
    context.font = "700 10px Roboto, system-ui, sans-serif";
    context.textAlign = "center";
    context.fillText(letter, x, y + 3.6);
  }

  marker(map, context) {
    if (!this.mower) return;
    const [x, y] = map.toScreen(this.mower.place);
    context.save();
    context.translate(x, y);
    if (this.mower.heading !== null) context.rotate((this.mower.heading * Math.PI) / 180);
    context.beginPath();
    if (this.mower.heading === null) context.arc(0, 0, 7, 0, 7);
    else (context.moveTo(0, -12), context.lineTo(8, 9), context.lineTo(0, 4), context.lineTo(-8, 9), context.closePath());
    context.lineWidth = 4;
    context.strokeStyle = this.scenery.colour("paper");
    context.stroke();
    context.fillStyle = this.ink(this.mower.colours);
    context.fill();
    context.restore();
  }
}
