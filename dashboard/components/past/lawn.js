// The device's own lawn map on a canvas map: areas, no-go zones, channels, dock; and, where given, what was cut and missed.
import { isDark } from "mowthos-live/shapes.js";

const INK = {
  light: { paper: "#f4f2e8", area: "#d9ead0", edge: "#6c9a63", noGo: "#e8c9c4", noGoEdge: "#a8483d", channel: "#a8a49a", cut: "#7fbf7a", missed: "#f2b8a0", missedEdge: "#b23c17", dock: "#2f5fa8", text: "#28332c", halo: "#f4f2e8" },
  dark: { paper: "#12181a", area: "#20322a", edge: "#5d8a63", noGo: "#3d2725", noGoEdge: "#d98577", channel: "#59605f", cut: "#3d7a4e", missed: "#6a3a2a", missedEdge: "#ff9a70", dock: "#8ab8ff", text: "#e0e8e3", halo: "#12181a" },
};

export class Lawn {
  /** lawn: areas, no_go [{name, ring}], channels, dock (`dashboard.live.detail.lawn_map`); cut, missed: geometries. */
  constructor(lawn, { cut = null, missed = null, patches = [] } = {}) {
    this.areas = (lawn?.areas ?? []).map(({ name, ring }) => ({ name, ring, shape: polygon(ring) }));
    this.noGo = (lawn?.no_go ?? []).map(({ ring }) => polygon(ring));
    this.channels = (lawn?.channels ?? []).map((line) => ({ type: "LineString", coordinates: line }));
    this.dock = lawn?.dock ?? null;
    Object.assign(this, { cut, missed, patches });
  }

  get places() {
    return [...this.areas.flatMap(({ ring }) => ring), ...(this.dock ? [this.dock] : [])];
  }

  draw(map, context) {
    const ink = INK[isDark() ? "dark" : "light"];
    context.fillStyle = ink.paper;
    context.fillRect(0, 0, ...map.size);
    map.inUnits((pixel) => {
      context.lineJoin = context.lineCap = "round";
      const paint = (shape, fill, edge, width = 1.2) => {
        const path = map.path(shape);
        if (fill) (context.fillStyle = fill), context.fill(path, "evenodd");
        if (edge) Object.assign(context, { strokeStyle: edge, lineWidth: width * pixel }), context.stroke(path);
      };
      for (const channel of this.channels) paint(channel, null, ink.channel, 3);
      for (const { shape } of this.areas) paint(shape, ink.area, null);
      if (this.cut) paint(this.cut, ink.cut, null);
      if (this.missed) paint(this.missed, ink.missed, null);
      for (const { shape } of this.areas) paint(shape, null, ink.edge, 1.6);
      for (const zone of this.noGo) paint(zone, ink.noGo, ink.noGoEdge);
    });
    this.names(map, context, ink);
    if (this.dock) this.station(map, context, ink);
    this.patches.forEach((patch, n) => this.patch(map, context, ink, patch, n));
  }

  names(map, context, ink) {
    Object.assign(context, { font: "500 12px Roboto, sans-serif", textAlign: "center", textBaseline: "middle", lineWidth: 3, strokeStyle: ink.halo, fillStyle: ink.text });
    if (this.missed) return; // the list beside the map names the areas; the map is for what is missing
    for (const { name, ring } of this.areas) {
      const [x, y] = map.toScreen(middle(ring));
      context.strokeText(name, x, y);
      context.fillText(name, x, y);
    }
  }

  station(map, context, ink) {
    const [x, y] = map.toScreen(this.dock);
    Object.assign(context, { fillStyle: ink.dock, strokeStyle: ink.halo, lineWidth: 2 });
    context.beginPath();
    context.moveTo(x, y - 9);
    context.lineTo(x + 8, y - 2);
    context.lineTo(x + 8, y + 7);
    context.lineTo(x - 8, y + 7);
    context.lineTo(x - 8, y - 2);
    context.closePath();
    context.fill();
    context.stroke();
  }

  patch(map, context, ink, [longitude, latitude], n) {
    const [x, y] = map.toScreen([longitude, latitude]);
    Object.assign(context, { fillStyle: ink.missedEdge, strokeStyle: ink.halo, lineWidth: 2 });
    context.beginPath();
    context.arc(x, y, 9, 0, 2 * Math.PI);
    context.fill();
    context.stroke();
    Object.assign(context, { fillStyle: ink.halo, font: "600 11px Roboto, sans-serif", textAlign: "center", textBaseline: "middle" });
    context.fillText(String(n + 1), x, y + 0.5);
  }
}

function polygon(ring) {
  return { type: "Polygon", coordinates: [ring] };
}

function middle(ring) {
  const [x, y] = [0, 1].map((axis) => ring.map((place) => place[axis]));
  return [x, y].map((side) => (Math.min(...side) + Math.max(...side)) / 2);
}
