// Asks the server to judge a group after each change: the last one only, a moment after the hand has rested.
import { send } from "./http.js";

const REST_MS = 60;

export class Judge {
  #timer = 0;
  #abort = null;

  /** took(answer, milliseconds) for the newest group; failed(error) when none came. */
  constructor(url, { took, failed, busy }) {
    Object.assign(this, { url, took, failed, busy });
  }

  ask(body) {
    clearTimeout(this.#timer);
    this.#abort?.abort();
    if (!body) return;
    this.busy(true);
    this.#timer = setTimeout(() => this.#send(body), REST_MS);
  }

  async #send(body) {
    const abort = (this.#abort = new AbortController());
    const began = performance.now();
    try {
      this.took(await send(this.url, body, { signal: abort.signal }), performance.now() - began);
      this.busy(false);
    } catch (error) {
      if (error.name === "AbortError") return;
      this.busy(false);
      this.failed(error);
    }
  }
}
