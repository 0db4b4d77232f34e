// The map's data, fetched for a box somewhat larger than what is seen, and again once the view leaves it.
import { ask } from "./http.js";

const WAIT_MS = 120;
const MARGIN = 0.35;
const WIDEST_DEG = 2.9;

export class BoxSource {
  #timer = 0;
  #abort = null;

  constructor(url, { took, failed, busy }) {
    Object.assign(this, { url, took, failed, busy });
    this.box = null;
    this.zoom = 0;
    this.whole = true; // whether the homes came one by one
  }

  /** Fetch what `bounds` needs, unless it is here already. */
  want(bounds, zoom, { force = false } = {}) {
    const closer = !this.whole && zoom > this.zoom + 0.8;
    if (!force && this.box && contains(this.box, bounds) && !closer) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#fetch(bounds, zoom), force ? 0 : WAIT_MS);
  }

  async #fetch(bounds, zoom) {
    this.#abort?.abort();
    this.#abort = new AbortController();
    const box = widened(bounds);
    const [west, south, east, north] = box.map((value) => value.toFixed(6));
    this.busy(true);
    try {
      const data = await ask(`${this.url}?west=${west}&south=${south}&east=${east}&north=${north}`, { signal: this.#abort.signal });
      Object.assign(this, { box, zoom, whole: !data.grid.length });
      this.took(data);
    } catch (error) {
      if (error.name !== "AbortError") this.failed(error);
    } finally {
      this.busy(false);
    }
  }

  close() {
    clearTimeout(this.#timer);
    this.#abort?.abort();
  }
}

function contains(outer, inner) {
  return outer[0] <= inner[0] && outer[1] <= inner[1] && outer[2] >= inner[2] && outer[3] >= inner[3];
}

function widened([west, south, east, north]) {
  const [width, height] = [Math.min(east - west, WIDEST_DEG), Math.min(north - south, WIDEST_DEG)];
  const [x, y] = [(west + east) / 2, (south + north) / 2];
  const grow = Math.max(width, height) > WIDEST_DEG / 2 ? 0.5 : 0.5 + MARGIN;
  return [x - width * grow, y - height * grow, x + width * grow, y + height * grow];
}
