// Editing lawns on the map: drag corners, pull new ones out of edges, snap, move by arrow keys, delete.
import { METRES_PER_DEGREE } from "mowthos-live/geometry.js";
import { inserted, lawnAt, moved, withoutCorner } from "./lawn_shapes.js";
import { snapped } from "./snap.js";

const CORNER_PX = 11;
const STEP_M = 0.25;
const INKS = { lawn: ["#0d7544", "#45c486"], chosen: ["#0b5c8a", "#6cc4f5"], bad: ["#b3261e", "#ff8a80"], lot: ["#6b5a3a", "#c9b78f"] };

export class LawnTool {
  /** lines(): what corners snap to; changing(lawns) while dragging; changed(lawns) when let go; chose(at). */
  constructor(map, scenery, { lines, changing, changed, chose }) {
    Object.assign(this, { map, scenery, lines, changing, changed, chose });
    this.lawns = [];
    this.lot = null;
    this.problems = [];
    this.chosen = null; // {lawn, ring, corner}
    this.snap = true;
    this.editing = true;
    this.cursor = "default";
  }

  ink(name) {
    return INKS[name][this.scenery.side === "dark" ? 1 : 0];
  }

  // --- pointers ---
  /** The corner or the middle of an edge under a pixel: {lawn, ring, corner, fresh}. */
  handleAt([x, y]) {
    let [best, least] = [null, CORNER_PX];
    this.lawns.forEach(({ rings }, lawn) =>
      rings.forEach((places, ring) => {
        const screen = places.map((place) => this.map.toScreen(place));
        screen.forEach(([a, b], corner) => {
          const distance = Math.hypot(a - x, b - y);
          if (distance < least) [best, least] = [{ lawn, ring, corner, fresh: false }, distance];
        });
        screen.forEach(([a, b], corner) => {
          const [c, d] = screen[(corner + 1) % screen.length];
          const distance = Math.hypot((a + c) / 2 - x, (b + d) / 2 - y) + 3; // a corner wins over a middle
          if (distance < least && Math.hypot(a - c, b - d) > 36) [best, least] = [{ lawn, ring, corner: corner + 1, fresh: true }, distance];
        });
      }),
    );
    return best;
  }

  down(at) {
    const handle = this.handleAt(at.pixel);
    if (!handle) return false;
    this.held = handle;
    this.before = this.lawns;
    if (handle.fresh) this.lawns = inserted(this.lawns, handle, at.place);
    this.choose(handle);
    return true;
  }

  drag(at) {
    const place = (this.snap && snapped(this.map, at.pixel, this.snapLines())) || at.place;
    this.lawns = moved(this.lawns, this.held, place);
    this.changing(this.lawns);
    this.map.redraw();
  }

  drop() {
    this.changed(this.lawns);
  }

  cancel() {
    if (this.before) this.lawns = this.before;
    this.map.redraw();
  }

  click(at) {
    if (this.held && this.handleAt(at.pixel)) {
      if (this.held.fresh) this.lawns = this.before; // touched, not pulled
      this.held = null;
      this.map.redraw();
      return;
    }
    const lawn = lawnAt(this.lawns, at.place);
    this.choose(lawn < 0 ? null : { lawn, ring: 0, corner: null });
  }

  doubleClick(at) {
    return Boolean(this.handleAt(at.pixel));
  }

  snapLines() {
    const own = this.lawns.flatMap(({ rings }, lawn) => rings.filter((_, ring) => lawn !== this.held.lawn || ring !== this.held.ring));
    return [...this.lines(), ...own.map((ring) => [...ring, ring[0]])];
  }

  choose(at) {
    this.chosen = at && { lawn: at.lawn, ring: at.ring, corner: at.corner };
    this.chose(this.chosen);
    this.map.redraw();
  }

  // --- keys: [ and ] go from corner to corner, arrows move it, Insert adds one after it, Delete takes it away ---
  key(event) {
    if (!this.lawns.length) return false;
    if (event.key === "[" || event.key === "]") return this.step(event.key === "]" ? 1 : -1);
    if (!this.chosen || this.chosen.corner === null) return false;
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
    if (moves[event.key]) return this.nudge(moves[event.key], event.shiftKey ? 4 * STEP_M : STEP_M, event);
    if (event.key === "Delete" || event.key === "Backspace") return this.remove(event);
    if (event.key === "Insert" || event.key === "i") return this.insert(event);
    if (event.key === "Escape") return this.choose(null), true;
    return false;
  }

  step(by) {
    const all = this.lawns.flatMap(({ rings }, lawn) => rings.flatMap((places, ring) => places.map((_, corner) => ({ lawn, ring, corner }))));
    const now = all.findIndex((at) => this.chosen && at.lawn === this.chosen.lawn && at.ring === this.chosen.ring && at.corner === this.chosen.corner);
    this.choose(all[(now + by + all.length) % all.length]);
    return true;
  }

  get place() {
    const { lawn, ring, corner } = this.chosen;
    return this.lawns[lawn].rings[ring][corner];
  }

  nudge([east, north], metres, event) {
    event.preventDefault();
    const [lon, lat] = this.place;
    const across = METRES_PER_DEGREE * Math.cos((lat * Math.PI) / 180);
    this.lawns = moved(this.lawns, this.chosen, [lon + (east * metres) / across, lat + (north * metres) / METRES_PER_DEGREE]);
    this.changed(this.lawns);
    return true;
  }

  remove(event) {
    event?.preventDefault();
    const next = withoutCorner(this.lawns, this.chosen);
    this.chosen = null;
    this.lawns = next;
    this.changed(next);
    return true;
  }

  insert(event) {
    event.preventDefault();
    const { lawn, ring, corner } = this.chosen;
    const places = this.lawns[lawn].rings[ring];
    const [[a, b], [c, d]] = [places[corner], places[(corner + 1) % places.length]];
    const at = { lawn, ring, corner: corner + 1 };
    this.lawns = inserted(this.lawns, at, [(a + c) / 2, (b + d) / 2]);
    this.choose(at);
    this.changed(this.lawns);
    return true;
  }

  // --- drawing; as an overlay it draws while another tool is in use, too ---
  paint(map, context) {
    if (this.lot) {
      this.trace(map, context, [this.lot]);
      context.strokeStyle = this.ink("lot");
      context.lineWidth = 2.4;
      context.setLineDash([9, 5]);
      context.stroke();
      context.setLineDash([]);
    }
    this.lawns.forEach(({ rings }, n) => {
      this.trace(map, context, rings);
      const chosen = this.chosen?.lawn === n;
      context.fillStyle = context.strokeStyle = this.ink(chosen ? "chosen" : "lawn");
      context.globalAlpha = chosen ? 0.3 : 0.24;
      context.fill("evenodd");
      context.globalAlpha = 1;
      context.lineWidth = 2.2;
      context.stroke();
    });
    this.marks(map, context);
    if (this.editing) this.handles(map, context);
  }

  trace(map, context, rings) {
    context.beginPath();
    for (const ring of rings) {
      ring.forEach((place, n) => context[n ? "lineTo" : "moveTo"](...map.toScreen(place)));
      context.closePath();
    }
  }

  marks(map, context) {
    map.inUnits((pixel) => {
      context.lineCap = "round";
      for (const { geometry } of this.problems) {
        if (!geometry || geometry.type.endsWith("Point")) continue;
        const path = map.path(geometry);
        context.strokeStyle = context.fillStyle = this.ink("bad");
        context.lineWidth = 4 * pixel;
        context.stroke(path);
        if (!geometry.type.endsWith("Polygon")) continue;
        context.globalAlpha = 0.45;
        context.fill(path, "evenodd");
        context.globalAlpha = 1;
      }
    });
    const points = this.problems.flatMap(({ geometry }) => (geometry?.type === "Point" ? [geometry.coordinates] : geometry?.type === "MultiPoint" ? geometry.coordinates : []));
    for (const place of points) {
      const [x, y] = map.toScreen(place);
      context.beginPath();
      context.arc(x, y, 10, 0, 7);
      context.strokeStyle = this.ink("bad");
      context.lineWidth = 3;
      context.stroke();
    }
  }

  handles(map, context) {
    const paper = this.scenery.colour("paper");
    this.lawns.forEach(({ rings }, lawn) =>
      rings.forEach((places, ring) => {
        const screen = places.map((place) => map.toScreen(place));
        screen.forEach(([x, y], corner) => {
          const [a, b] = screen[(corner + 1) % screen.length];
          const chosen = this.chosen?.lawn === lawn && this.chosen.ring === ring && this.chosen.corner === corner;
          const colour = this.ink(this.chosen?.lawn === lawn ? "chosen" : "lawn");
          if (Math.hypot(a - x, b - y) > 36) dot(context, (x + a) / 2, (y + b) / 2, 3, colour, paper, 0.55);
          dot(context, x, y, chosen ? 7.5 : 5, chosen ? colour : paper, chosen ? paper : colour, 1);
        });
      }),
    );
  }
}

function dot(context, x, y, radius, fill, rim, alpha) {
  context.globalAlpha = alpha;
  context.beginPath();
  context.arc(x, y, radius, 0, 7);
  context.fillStyle = fill;
  context.fill();
  context.lineWidth = 2;
  context.strokeStyle = rim;
  context.stroke();
  context.globalAlpha = 1;
}
