// A map on a canvas: pan, wheel, pinch and keys; what it shows is drawn by painters, what a pointer does by a tool.
import { boundsOf, fitted, grown, placeAt, screenPixel, worldPixel } from "mowthos-live/geometry.js";

const REFERENCE_ZOOM = 20; // paths are kept in world pixels of this zoom, counted from the map's origin
const LIMITS = [8, 22];
const STILL_PX = 5;
const calm = matchMedia("(prefers-reduced-motion: reduce)");

export class CanvasMap {
  #paths = new WeakMap();
  #pointers = new Map();
  #pressed = null;
  #frame = 0;
  #flight = 0;

  constructor(canvas, { bounds, changed = () => {}, hovered = () => {} }) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
    this.painters = [];
    this.tool = {};
    this.changed = changed;
    this.hovered = hovered;
    this.size = [canvas.clientWidth || 1, canvas.clientHeight || 1];
    this.padding = { left: 40, right: 40, top: 40, bottom: 40 };
    this.view = this.viewOf(bounds);
    this.origin = worldPixel([this.view.longitude, this.view.latitude], REFERENCE_ZOOM);
    this.sizes = new ResizeObserver(() => this.resize());
    this.sizes.observe(canvas);
    this.ends = new AbortController();
    this.listen();
    this.resize();
  }

  close() {
    this.ends.abort();
    this.sizes.disconnect();
    cancelAnimationFrame(this.#frame);
    cancelAnimationFrame(this.#flight);
  }

  // --- places ---
  toScreen(place) {
    return screenPixel(place, this.view, this.size);
  }

  toPlace([x, y]) {
    const { longitude, latitude, zoom } = this.view;
    const [middleX, middleY] = worldPixel([longitude, latitude], zoom);
    return placeAt([middleX + x - this.size[0] / 2, middleY + y - this.size[1] / 2], zoom);
  }

  get bounds() {
    const [west, north] = this.toPlace([0, 0]);
    const [east, south] = this.toPlace(this.size);
    return [west, south, east, north];
  }

  /** Screen pixels of one metre at the middle of the map. */
  get pixelsPerMetre() {
    const circumference = 2 * Math.PI * 6371000 * Math.cos((this.view.latitude * Math.PI) / 180);
    return (512 * 2 ** this.view.zoom) / circumference;
  }

  viewOf(bounds, most = 18.6) {
    const [width, height] = this.size;
    const padding = { ...this.padding };
    if (padding.left + padding.right > width * 0.7) padding.left = padding.right = 12;
    if (padding.top + padding.bottom > height * 0.7) padding.top = padding.bottom = 12;
    const view = fitted(grown(bounds, 1e-5), [Math.max(width, 60), Math.max(height, 60)], padding, most);
    return { ...view, zoom: Math.max(LIMITS[0], view.zoom) };
  }

  fit(bounds, { most = 18.6, time = 350 } = {}) {
    if (bounds) this.flyTo(this.viewOf(bounds, most), time);
  }

  fitPlaces(places, options) {
    this.fit(boundsOf(places), options);
  }

  flyTo(goal, time = 350) {
    cancelAnimationFrame(this.#flight);
    if (calm.matches || !time) return this.look(goal);
    const [from, began] = [this.view, performance.now()];
    const step = (now) => {
      const t = Math.min(1, (now - began) / time);
      const eased = 1 - (1 - t) ** 3;
      const mix = (key) => from[key] + (goal[key] - from[key]) * eased;
      if (t < 1) this.#flight = requestAnimationFrame(step);
      this.look({ longitude: mix("longitude"), latitude: mix("latitude"), zoom: mix("zoom") });
    };
    this.#flight = requestAnimationFrame(step);
  }

  look(view) {
    this.view = { ...view, zoom: Math.min(LIMITS[1], Math.max(LIMITS[0], view.zoom)) };
    this.changed();
    this.redraw();
  }

  /** Zoom about a point of the screen, which stays where it is. */
  zoomAt(steps, [x, y] = this.size.map((side) => side / 2)) {
    cancelAnimationFrame(this.#flight);
    const place = this.toPlace([x, y]);
    const zoom = Math.min(LIMITS[1], Math.max(LIMITS[0], this.view.zoom + steps));
    const [worldX, worldY] = worldPixel(place, zoom);
    const [longitude, latitude] = placeAt([worldX - x + this.size[0] / 2, worldY - y + this.size[1] / 2], zoom);
    this.look({ longitude, latitude, zoom });
  }

  panBy(dx, dy) {
    cancelAnimationFrame(this.#flight);
    const [longitude, latitude] = this.toPlace([this.size[0] / 2 - dx, this.size[1] / 2 - dy]);
    this.look({ ...this.view, longitude, latitude });
  }

  // --- drawing ---
  resize() {
    const { clientWidth: width, clientHeight: height } = this.canvas;
    if (!width || !height) return;
    const ratio = Math.min(window.devicePixelRatio || 1, 2);
    this.size = [width, height];
    [this.canvas.width, this.canvas.height] = [Math.round(width * ratio), Math.round(height * ratio)];
    this.changed();
    this.redraw();
  }

  redraw() {
    if (this.#frame) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      const ratio = this.canvas.width / this.size[0];
      this.context.setTransform(ratio, 0, 0, ratio, 0, 0);
      this.context.clearRect(0, 0, ...this.size);
      for (const painter of [...this.painters, this.tool]) {
        this.context.save();
        painter.draw?.(this, this.context);
        this.context.restore();
      }
    });
  }

  /** The path of a geometry, made once; draw it inside `inUnits`. */
  path(geometry) {
    let path = this.#paths.get(geometry);
    if (!path) {
      path = new Path2D();
      for (const { line, closed } of linesOf(geometry)) {
        line.forEach((place, n) => {
          const [x, y] = worldPixel(place, REFERENCE_ZOOM);
          n ? path.lineTo(x - this.origin[0], y - this.origin[1]) : path.moveTo(x - this.origin[0], y - this.origin[1]);
        });
        if (closed) path.closePath();
      }
      this.#paths.set(geometry, path);
    }
    return path;
  }

  /** Run `work(pixel)` with the canvas in path units; `pixel` is one screen pixel in them. */
  inUnits(work) {
    const context = this.context;
    const scale = 2 ** (this.view.zoom - REFERENCE_ZOOM);
    const [x, y] = worldPixel([this.view.longitude, this.view.latitude], REFERENCE_ZOOM);
    context.save();
    context.translate(this.size[0] / 2 - (x - this.origin[0]) * scale, this.size[1] / 2 - (y - this.origin[1]) * scale);
    context.scale(scale, scale);
    work(1 / scale);
    context.restore();
  }

  // --- pointers and keys ---
  listen() {
    const options = { signal: this.ends.signal };
    const on = (name, handler) => this.canvas.addEventListener(name, handler, options);
    on("pointerdown", (event) => this.#down(event));
    on("pointermove", (event) => this.#move(event));
    on("pointerup", (event) => this.#up(event));
    on("pointercancel", (event) => this.#up(event, true));
    on("pointerleave", () => this.#pressed || this.hovered(null));
    on("dblclick", (event) => {
      if (!this.tool.doubleClick?.(this.#at(event), event)) this.zoomAt(1, this.#at(event).pixel);
    });
    on("contextmenu", (event) => this.tool.menu?.(this.#at(event), event) && event.preventDefault());
    this.canvas.addEventListener("wheel", (event) => this.#wheel(event), { ...options, passive: false });
    on("keydown", (event) => this.#key(event));
    document.addEventListener("mowthos-theme", () => this.redraw(), options);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.redraw(), options);
  }

  #at(event) {
    const box = this.canvas.getBoundingClientRect();
    const pixel = [event.clientX - box.left, event.clientY - box.top];
    return { pixel, place: this.toPlace(pixel), touch: event.pointerType === "touch" };
  }

  #down(event) {
    if (event.button > 0) return;
    const at = this.#at(event);
    this.canvas.setPointerCapture(event.pointerId);
    this.#pointers.set(event.pointerId, at.pixel);
    cancelAnimationFrame(this.#flight);
    if (this.#pointers.size > 1) {
      this.tool.cancel?.();
      this.#pressed = { pinching: true };
      return;
    }
    this.#pressed = { start: at.pixel, last: at.pixel, moved: false, held: Boolean(this.tool.down?.(at, event)) };
  }

  #move(event) {
    const at = this.#at(event);
    const pressed = this.#pressed;
    if (!pressed || !this.#pointers.has(event.pointerId)) {
      this.tool.move?.(at, event);
      this.hovered(at);
      return;
    }
    if (pressed.pinching) return this.#pinch(event.pointerId, at.pixel);
    this.#pointers.set(event.pointerId, at.pixel);
    const [dx, dy] = at.pixel.map((value, axis) => value - pressed.last[axis]);
    pressed.moved ||= Math.hypot(...at.pixel.map((value, axis) => value - pressed.start[axis])) > STILL_PX;
    if (!pressed.moved) return;
    pressed.last = at.pixel;
    pressed.held ? this.tool.drag?.(at, event) : this.panBy(dx, dy);
  }

  #pinch(id, pixel) {
    const [a, b] = [...this.#pointers.values()];
    this.#pointers.set(id, pixel);
    const [c, d] = [...this.#pointers.values()];
    if (!b || !d) return;
    const span = (p, q) => Math.max(10, Math.hypot(p[0] - q[0], p[1] - q[1]));
    const middle = (p, q) => [(p[0] + q[0]) / 2, (p[1] + q[1]) / 2];
    const [from, to] = [middle(a, b), middle(c, d)];
    this.panBy(to[0] - from[0], to[1] - from[1]);
    this.zoomAt(Math.log2(span(c, d) / span(a, b)), to);
  }

  #up(event, cancelled = false) {
    const at = this.#at(event);
    const pressed = this.#pressed;
    this.#pointers.delete(event.pointerId);
    if (pressed?.pinching) {
      if (!this.#pointers.size) this.#pressed = null;
      return;
    }
    this.#pressed = null;
    if (!pressed) return;
    if (cancelled) this.tool.cancel?.();
    else if (pressed.held && pressed.moved) this.tool.drop?.(at, event);
    else if (!pressed.moved) this.tool.click?.(at, event);
  }

  #wheel(event) {
    event.preventDefault();
    const step = event.deltaMode === 1 ? event.deltaY * 16 : event.deltaY;
    this.zoomAt(-Math.max(-1, Math.min(1, step / 240)), this.#at(event).pixel);
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || this.tool.key?.(event)) return;
    const step = 80;
    const moves = {
      ArrowLeft: () => this.panBy(step, 0), ArrowRight: () => this.panBy(-step, 0), ArrowUp: () => this.panBy(0, step),
      ArrowDown: () => this.panBy(0, -step), "+": () => this.zoomAt(0.5), "=": () => this.zoomAt(0.5), "-": () => this.zoomAt(-0.5),
    };
    if (!moves[event.key]) return;
    event.preventDefault();
    moves[event.key]();
  }
}

function linesOf({ type, coordinates }) {
  if (type === "LineString") return [{ line: coordinates, closed: false }];
  if (type === "MultiLineString") return coordinates.map((line) => ({ line, closed: false }));
  if (type === "Polygon") return coordinates.map((line) => ({ line, closed: true }));
  if (type === "MultiPolygon") return coordinates.flat().map((line) => ({ line, closed: true }));
  return [];
}
