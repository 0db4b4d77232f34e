// Where the map looks. It never moves by itself while a person holds it.
import { fitted, grown, placeAt, screenPixel, worldPixel } from "./geometry.js";

const LIMITS = { minZoom: 3, maxZoom: 21.5 };
const HOLD_AFTER_MS = 1500;
const FLIGHT_MS = 550;
const calm = matchMedia("(prefers-reduced-motion: reduce)");

export class Camera {
  #flight = 0;
  #heldUntil = 0;
  #keeping = 0;

  /** changed(view): the view to draw. memory: where it is remembered for a reload. */
  constructor(memory, changed) {
    this.memory = memory;
    this.changed = changed;
    this.view = memory.view("camera") ?? null;
    this.touched = this.view !== null; // until then the view follows the fleet and the panels
    this.padding = { left: 24, right: 24, top: 24, bottom: 24 };
    this.size = [1, 1];
  }

  get held() {
    return performance.now() < this.#heldUntil;
  }

  hold(down) {
    this.#heldUntil = down ? Infinity : performance.now() + HOLD_AFTER_MS;
    if (down) this.stop();
  }

  /** The person asked for a move: whatever was held is let go. */
  release() {
    this.#heldUntil = 0;
  }

  /** The person moved the map. */
  moved(view) {
    this.stop();
    this.touched = true;
    this.set(view);
  }

  set(view) {
    const { longitude, latitude, zoom } = view;
    this.view = { ...LIMITS, longitude, latitude, zoom, pitch: 0, bearing: 0 };
    this.changed(this.view);
    clearTimeout(this.#keeping);
    if (!this.touched) return;
    this.#keeping = setTimeout(() => this.memory.keepView("camera", { longitude, latitude, zoom }), 250);
  }

  stop() {
    cancelAnimationFrame(this.#flight);
    this.#flight = 0;
  }

  zoomBy(steps) {
    this.flyTo({ ...this.view, zoom: Math.min(LIMITS.maxZoom, Math.max(LIMITS.minZoom, this.view.zoom + steps)) }, 220);
  }

  fit(bounds, { most = 19, jump = false } = {}) {
    const view = this.viewOf(bounds, most);
    jump ? this.set(view) : this.flyTo(view);
  }

  /** The view that shows bounds beside the panels; panels that leave next to nothing are looked past. */
  viewOf(bounds, most = 19) {
    const [width, height] = this.size;
    const padding = { ...this.padding };
    if (padding.left + padding.right > width - 80) Object.assign(padding, { left: 16, right: 16 });
    if (padding.top + padding.bottom > height - 80) Object.assign(padding, { top: 16, bottom: 16 });
    return fitted(grown(bounds, 1e-5), this.size, padding, most);
  }

  /** Bring a place into the middle of what the panels leave free. */
  centre(place, { zoom = this.view.zoom, time = FLIGHT_MS } = {}) {
    const { left, right, top, bottom } = this.padding;
    const [x, y] = worldPixel(place, zoom);
    const [longitude, latitude] = placeAt([x - (left - right) / 2, y - (top - bottom) / 2], zoom);
    this.flyTo({ longitude, latitude, zoom }, time);
  }

  /** Bring a place into sight, moving as little as possible; what is in sight already stays where it is. */
  reveal(place, zoom = 16.6) {
    const { view, size, padding } = this;
    const [x, y] = screenPixel(place, view, size);
    const inSight = x > padding.left + 30 && x < size[0] - padding.right - 30 && y > padding.top + 30 && y < size[1] - padding.bottom - 30;
    if (!inSight || view.zoom < 15) this.centre(place, { zoom: Math.max(view.zoom, zoom) });
  }

  /** West, south, east, north of what is on screen. */
  get bounds() {
    const [width, height] = this.size;
    const { longitude, latitude, zoom } = this.view;
    const [x, y] = worldPixel([longitude, latitude], zoom);
    const [west, north] = placeAt([x - width / 2, y - height / 2], zoom);
    const [east, south] = placeAt([x + width / 2, y + height / 2], zoom);
    return [west, south, east, north];
  }

  flyTo(goal, time = FLIGHT_MS) {
    this.stop();
    this.touched = true;
    if (this.held) return;
    if (calm.matches || time === 0) return this.set(goal);
    const from = this.view;
    const began = performance.now();
    const step = (now) => {
      const t = Math.min(1, (now - began) / time);
      const eased = 1 - (1 - t) ** 3;
      const mix = (key) => from[key] + (goal[key] - from[key]) * eased;
      this.#flight = t < 1 ? requestAnimationFrame(step) : 0;
      this.set({ longitude: mix("longitude"), latitude: mix("latitude"), zoom: mix("zoom") });
    };
    this.#flight = requestAnimationFrame(step);
  }
}
