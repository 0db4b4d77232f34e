// Between two frames a marker glides from the old place to the new one, when the machine draws fast enough to make it
// smooth. It never invents a place: it is always on the way to the last one reported.

const SPAN_MS = 900;
const FAR_DEG = 0.0005; // about fifty metres: a jump is shown as a jump
const SLOW_MS = 34;
const MOST = 250;
const calm = matchMedia("(prefers-reduced-motion: reduce)");

export class Glide {
  #from = new Map();
  #to = new Map();
  #began = 0;
  #slow = 0;
  #last = 0;

  /** Take the places of a new frame: Map of row number -> [lon, lat]. */
  aim(places) {
    this.#from = new Map([...places.keys()].map((i) => [i, this.at(i) ?? places.get(i)]));
    this.#to = places;
    this.#began = performance.now();
  }

  get allowed() {
    return !calm.matches && this.#to.size <= MOST && this.#slow < 12 && document.visibilityState === "visible";
  }

  get moving() {
    return this.allowed && performance.now() - this.#began < SPAN_MS;
  }

  /** Call once for each picture drawn: a slow machine stops gliding for good. */
  drawn(now) {
    const took = now - this.#last;
    this.#last = now;
    if (took > 5 && took < 400) this.#slow = Math.max(0, this.#slow + (took > SLOW_MS ? 1 : -0.25));
  }

  at(i) {
    const to = this.#to.get(i);
    const from = this.#from.get(i);
    if (!to || !from || !this.allowed) return to ?? null;
    if (Math.abs(to[0] - from[0]) > FAR_DEG || Math.abs(to[1] - from[1]) > FAR_DEG) return to;
    const t = Math.min(1, (performance.now() - this.#began) / SPAN_MS);
    return [from[0] + (to[0] - from[0]) * t, from[1] + (to[1] - from[1]) * t];
  }
}
