// The page's moment when it is not now: frames of the fleet at a past moment, fetched as wanted, the newest wish only.
// Live frames go on arriving underneath; leaving shows the last of them at once.

export const FLEET_SPEEDS = [1, 10, 60, 300];
const BEAT_MS = 250;
const LEAP_S = 900; // a longer step, or one back, is no way that a mower drove: its trail begins anew

export class PastFleet {
  #fetching = false;
  #beat = 0;

  constructor(store) {
    this.store = store;
    this.on = false;
    this.at = null; // seconds since 1970
    this.known = false; // as it was known then, not as it was
    this.playing = false;
    this.speed = 60;
    this.failed = false;
    this.kept = null; // the last live frame
    this.shownAt = null; // the moment of the frame on screen
    this.tookMs = 0;
  }

  /** Look at a moment; the first time this turns the page into the past. */
  seek(at) {
    const before = this.at;
    this.at = Math.min(at, this.store.liveNow() - 1);
    if (before === null || this.at < before || this.at - before > LEAP_S) this.store.trails.restart();
    if (!this.on) {
      this.on = true;
      this.kept = this.store.frame;
    }
    this.#want();
    this.store.emit("past");
  }

  setKnown(known) {
    this.known = known;
    if (this.on) this.seek(this.at);
  }

  play() {
    if (!this.on || this.playing) return;
    this.playing = true;
    let last = performance.now();
    this.#beat = setInterval(() => {
      const now = performance.now();
      const at = this.at + ((now - last) / 1000) * this.speed;
      last = now;
      if (at >= this.store.liveNow() - 1) return this.leave(); // it has caught up with the present
      this.seek(at);
    }, BEAT_MS);
    this.store.emit("past");
  }

  pause() {
    this.playing = false;
    clearInterval(this.#beat);
    this.store.emit("past");
  }

  leave() {
    if (!this.on) return;
    this.pause();
    Object.assign(this, { on: false, at: null, shownAt: null, failed: false });
    const kept = this.kept;
    this.kept = null;
    this.store.trails.restart();
    this.store.loadTrails();
    if (kept && kept.epoch === this.store.epoch) this.store.showLive(kept);
    this.store.emit("past");
    this.store.emit("frame");
  }

  async #want() {
    if (this.#fetching) return;
    this.#fetching = true;
    try {
      while (this.on && this.shownAt !== `${this.at}:${this.known}`) {
        const wish = `${this.at}:${this.known}`;
        const began = performance.now();
        const answer = await fetch(`${this.store.config.urls.past}?at=${this.at.toFixed(1)}&known=${this.known}`);
        if (answer.status === 401) return window.mowthos?.toSignIn?.();
        if (!answer.ok) throw new Error(`past: ${answer.status}`);
        const buffer = await answer.arrayBuffer();
        if (!this.on) return;
        this.shownAt = wish;
        this.failed = false;
        this.store.showPast(buffer);
        this.tookMs = performance.now() - began;
      }
    } catch {
      this.failed = true;
      this.pause();
    } finally {
      this.#fetching = false;
    }
  }
}
