// Moves a moment through a span at 1 to 60 times the speed of life.

export const SPEEDS = [1, 2, 5, 10, 30, 60];
const MOST_STEP_S = 0.25; // a tab that slept must not leap

export class Player {
  #frame = 0;
  #last = 0;

  /** moved(at): the moment changed, in seconds since 1970; ended(): the span is over, or playing stopped. */
  constructor({ moved, ended = () => {} }) {
    Object.assign(this, { moved, ended, from: 0, to: 0, at: 0, speed: 10, playing: false });
  }

  span(from, to) {
    Object.assign(this, { from, to });
    this.at = Math.min(to, Math.max(from, this.at));
  }

  seek(at) {
    this.at = Math.min(this.to, Math.max(this.from, at));
    this.moved(this.at);
  }

  play() {
    if (this.playing) return;
    if (this.at >= this.to) this.at = this.from;
    this.playing = true;
    this.#last = performance.now();
    const step = (now) => {
      if (!this.playing) return;
      const passed = Math.min(MOST_STEP_S, (now - this.#last) / 1000);
      this.#last = now;
      this.seek(this.at + passed * this.speed);
      if (this.at >= this.to) return this.pause();
      this.#frame = requestAnimationFrame(step);
    };
    this.#frame = requestAnimationFrame(step);
  }

  pause() {
    this.playing = false;
    cancelAnimationFrame(this.#frame);
    this.ended();
  }
}
