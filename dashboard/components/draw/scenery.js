// What lies under every drawing: roads, lots, lawns, houses, homes, clusters. Colours come from the page's palette.
import { isDark } from "mowthos-live/shapes.js";

const NAMES_FROM = 15.8;
const NUMBERS_FROM = 17.6;

export class Scenery {
  constructor(palette, looks, texts) {
    this.palette = palette;
    this.looks = Object.fromEntries(looks.map((look) => [look.key, look]));
    this.texts = texts;
    this.data = null;
    this.shown = { clusters: true, homes: true, retired: false };
    this.patterns = new Map();
    this.chosen = null; // id of the cluster that stands out
    this.dimmed = new Set(); // ids of clusters not to draw
    this.taken = new Set(); // ids of homes that an overlay draws
  }

  get side() {
    return isDark() ? "dark" : "light";
  }

  colour(name) {
    return this.palette[name][this.side];
  }

  draw(map, context) {
    context.fillStyle = this.colour("ground");
    context.fillRect(0, 0, ...map.size);
    if (!this.data) return;
    const { zoom } = map.view;
    const metre = map.pixelsPerMetre;
    map.inUnits((pixel) => {
      const width = (metres, least) => Math.max(metres * metre, least) * pixel;
      context.lineJoin = context.lineCap = "round";
      this.fills(map, context, this.data.lawns, this.colour("lawn"));
      this.lots(map, context, pixel);
      this.fills(map, context, this.data.houses, this.colour("house"));
      for (const [ink, extra] of [["casing", 1.6], ["road", 0]]) {
        context.strokeStyle = this.colour(ink);
        for (const road of this.data.roads.features) {
          context.lineWidth = width(road.properties.width, zoom > 14 ? 2 : 1) + extra * pixel;
          context.stroke(map.path(road.geometry));
        }
      }
      if (this.shown.clusters) this.hulls(map, context, pixel);
    });
    if (zoom > NAMES_FROM) this.roadNames(map, context);
    this.grid(map, context);
    if (this.shown.homes) this.homes(map, context, zoom);
    if (this.shown.clusters && zoom > 14.6) this.labels(map, context);
  }

  fills(map, context, { features }, colour) {
    context.fillStyle = colour;
    for (const item of features) context.fill(map.path(item.geometry), "evenodd");
  }

  lots(map, context, pixel) {
    if (map.view.zoom < 15.4) return;
    context.strokeStyle = this.colour("lotEdge");
    context.lineWidth = 1.1 * pixel;
    for (const lot of this.data.lots.features) {
      context.setLineDash(lot.properties.source === "estimated" ? [4 * pixel, 4 * pixel] : []);
      context.stroke(map.path(lot.geometry));
    }
    context.setLineDash([]);
  }

  /** The clusters to draw. */
  get clusters() {
    return this.data.clusters.features.filter(({ properties }) => !this.dimmed.has(properties.id) && (this.shown.retired || properties.state !== "retired"));
  }

  hulls(map, context, pixel) {
    for (const { geometry, properties } of this.clusters) {
      const look = this.looks[properties.state];
      const path = map.path(geometry);
      const strong = properties.id === this.chosen;
      context.globalAlpha = look.pattern === "solid" ? (strong ? 0.42 : 0.26) : strong ? 0.22 : 0.12;
      context.fillStyle = look[this.side];
      context.fill(path);
      context.globalAlpha = strong ? 0.85 : 0.6;
      const pattern = this.pattern(context, look);
      if (pattern) {
        pattern.setTransform(new DOMMatrix([pixel / 2, 0, 0, pixel / 2, 0, 0]));
        context.fillStyle = pattern;
        context.fill(path);
      }
      context.globalAlpha = 1;
      context.strokeStyle = look[this.side];
      context.lineWidth = (strong ? 3.4 : 2) * pixel;
      context.setLineDash(look.dash.map((part) => part * 2 * pixel));
      context.stroke(path);
      context.setLineDash([]);
    }
  }

  /** A tile of 24 x 24 at twice the screen's size, so that it stays sharp. */
  pattern(context, look) {
    if (look.pattern === "solid" || look.pattern === "none") return null;
    const key = `${look.key}-${this.side}`;
    if (!this.patterns.has(key)) {
      const tile = new OffscreenCanvas(24, 24);
      const ink = tile.getContext("2d");
      ink.strokeStyle = ink.fillStyle = look[this.side];
      ink.lineWidth = 2.6;
      const line = (a, b, c, d) => (ink.beginPath(), ink.moveTo(a, b), ink.lineTo(c, d), ink.stroke());
      const rising = () => [-12, 0, 12].forEach((x) => line(x - 2, 26, x + 26, -2));
      const falling = () => [-12, 0, 12].forEach((x) => line(x - 2, -2, x + 26, 26));
      const drawn = {
        rising, falling, cross: () => (rising(), falling()), bars: () => [5, 17].forEach((y) => line(-1, y, 25, y)),
        dots: () => [[6, 6], [18, 18]].forEach(([x, y]) => (ink.beginPath(), ink.arc(x, y, 3, 0, 7), ink.fill())),
      };
      drawn[look.pattern]();
      this.patterns.set(key, context.createPattern(tile, "repeat"));
    }
    return this.patterns.get(key);
  }

  grid(map, context) {
    if (!this.data.grid.length) return;
    context.fillStyle = this.colour("home");
    for (const [longitude, latitude, count] of this.data.grid) {
      const [x, y] = map.toScreen([longitude, latitude]);
      context.globalAlpha = Math.min(0.75, 0.16 + count / 160);
      context.beginPath();
      context.arc(x, y, Math.min(10, 1.5 + Math.sqrt(count) * 0.75), 0, 7);
      context.fill();
    }
    context.globalAlpha = 1;
  }

  homes(map, context, zoom) {
    const radius = zoom < 14.5 ? 1.7 : zoom < 16 ? 2.8 : zoom < 17.4 ? 4 : 5;
    context.fillStyle = this.colour("home");
    context.strokeStyle = this.colour("paper");
    context.lineWidth = radius > 3 ? 1.5 : 0.6;
    const numbers = zoom > NUMBERS_FROM;
    context.font = "500 11px Roboto, system-ui, sans-serif";
    context.textAlign = "center";
    for (const home of this.data.homes.features) {
      const [x, y] = map.toScreen(home.geometry.coordinates);
      if (this.taken.has(home.properties.id)) continue;
      if (x < -20 || y < -20 || x > map.size[0] + 20 || y > map.size[1] + 20) continue;
      context.beginPath();
      context.arc(x, y, radius, 0, 7);
      context.fill();
      context.stroke();
      if (numbers) halo(context, home.properties.address.split(" ")[0], x, y + 18, this.colour("home"), this.colour("paper"), 3);
    }
  }

  roadNames(map, context) {
    context.font = "500 12px Roboto, system-ui, sans-serif";
    context.textAlign = "center";
    context.textBaseline = "middle";
    const placed = [];
    for (const { geometry, properties } of this.data.roads.features) {
      if (!properties.name) continue;
      const spot = longestPiece(geometry.coordinates.map((place) => map.toScreen(place)), map.size);
      const width = context.measureText(properties.name).width;
      if (!spot || spot.length < width * 1.25) continue;
      if (placed.some(([x, y]) => Math.hypot(x - spot.x, y - spot.y) < 110)) continue;
      placed.push([spot.x, spot.y]);
      context.save();
      context.translate(spot.x, spot.y);
      context.rotate(spot.angle);
      halo(context, properties.name, 0, 0, this.colour("roadName"), this.colour("road"), 3);
      context.restore();
    }
    context.textBaseline = "alphabetic";
  }

  labels(map, context) {
    context.font = "600 12px Roboto, system-ui, sans-serif";
    context.textAlign = "center";
    const placed = [];
    for (const { geometry, properties } of this.clusters) {
      const look = this.looks[properties.state];
      const screen = geometry.coordinates[0].map((place) => map.toScreen(place));
      const x = screen.reduce((sum, [value]) => sum + value, 0) / screen.length;
      const y = Math.min(...screen.map(([, value]) => value)) - 8;
      if (placed.some(([a, b]) => Math.abs(a - x) < 120 && Math.abs(b - y) < 14)) continue;
      placed.push([x, y]);
      const words = `${properties.code} · ${look.word}${properties.stale ? ` · ${this.texts.stale}` : ""}`;
      halo(context, words, x, y, look[this.side], this.colour("paper"), 4);
    }
  }
}

/** Text with a rim in the ground's colour. */
export function halo(context, words, x, y, ink, rim, width) {
  context.lineJoin = "round";
  context.lineWidth = width;
  context.strokeStyle = rim;
  context.strokeText(words, x, y);
  context.fillStyle = ink;
  context.fillText(words, x, y);
}

/** The longest straight piece on screen: middle, upright angle, length. */
function longestPiece(line, [width, height]) {
  let best = null;
  for (let n = 1; n < line.length; n++) {
    const [[a, b], [c, d]] = [line[n - 1], line[n]];
    const clipped = clip(a, b, c, d, width, height);
    if (!clipped) continue;
    const [p, q, r, s] = clipped;
    const length = Math.hypot(r - p, s - q);
    if (best && best.length >= length) continue;
    let angle = Math.atan2(s - q, r - p);
    if (Math.abs(angle) > Math.PI / 2) angle += angle > 0 ? -Math.PI : Math.PI;
    best = { x: (p + r) / 2, y: (q + s) / 2, angle, length };
  }
  return best;
}

/** Liang and Barsky's clipping of a line to the screen. */
function clip(a, b, c, d, width, height) {
  let [from, to] = [0, 1];
  const [dx, dy] = [c - a, d - b];
  for (const [p, q] of [[-dx, a], [dx, width - a], [-dy, b], [dy, height - b]]) {
    if (p === 0 && q < 0) return null;
    if (p < 0) from = Math.max(from, q / p);
    if (p > 0) to = Math.min(to, q / p);
  }
  return from < to ? [a + from * dx, b + from * dy, a + to * dx, b + to * dy] : null;
}
