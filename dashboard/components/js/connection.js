// The live socket: connects, notices silence, comes back. Silence is judged here, not by the server.

export const LOST_AFTER_MS = 5000;
const CHECK_EVERY_MS = 500;
const SLEPT_MS = 2000; // a check this late means that the page itself stood still: what came meanwhile is not read yet
const GRACE_MS = 1500;
const SESSION_ENDED = 4401;
const PAGE_OUTDATED = 4409;
const FIRST_RETRY_MS = 400;
const MOST_RETRY_MS = 3000;
const CONNECT_PATIENCE_MS = 4000;

export class Connection {
  #socket = null;
  #retry = FIRST_RETRY_MS;
  #timer = 0;
  #watch = null;
  #heardAt = performance.now();
  #checkedAt = performance.now();
  #lostSince = null;
  #ended = false;
  #opened = false;

  /** handlers: frame(buffer), message(object), status({lost, since}), signedOut(), outdated(), back(). */
  constructor(url, handlers) {
    this.url = url;
    this.handlers = handlers;
    setInterval(() => this.#check(), CHECK_EVERY_MS);
    addEventListener("online", () => this.#now());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.#check());
    document.addEventListener("mowthos-signed-in", () => this.#signedIn());
    this.#connect();
  }

  get lost() {
    return this.#lostSince !== null;
  }

  /** Tell the server whose details to send; said again after every reconnect. */
  watch(name) {
    this.#watch = name;
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify({ watch: name }));
  }

  #connect() {
    clearTimeout(this.#timer);
    const socket = (this.#socket = new WebSocket(this.url));
    socket.binaryType = "arraybuffer";
    const patience = setTimeout(() => socket.readyState === WebSocket.CONNECTING && socket.close(), CONNECT_PATIENCE_MS);
    socket.onopen = () => {
      clearTimeout(patience);
      if (this.#watch !== null) this.watch(this.#watch);
      if (this.#opened) this.handlers.back();
      this.#opened = true;
    };
    socket.onmessage = (event) => {
      if (socket !== this.#socket) return;
      this.#heard();
      if (typeof event.data === "string") this.handlers.message(JSON.parse(event.data));
      else this.handlers.frame(event.data);
    };
    socket.onclose = (event) => {
      clearTimeout(patience);
      if (socket !== this.#socket) return;
      if (event.code === SESSION_ENDED) {
        this.#ended = true;
        this.handlers.signedOut();
      } else if (event.code === PAGE_OUTDATED) {
        this.handlers.outdated();
      } else {
        this.#timer = setTimeout(() => this.#connect(), this.#retry * (0.7 + 0.6 * Math.random()));
        this.#retry = Math.min(this.#retry * 1.7, MOST_RETRY_MS);
      }
    };
  }

  #now() {
    if (this.#ended || this.#socket?.readyState === WebSocket.OPEN) return;
    this.#retry = FIRST_RETRY_MS;
    this.#connect();
  }

  #signedIn() {
    if (!this.#ended) return;
    this.#ended = false;
    this.#now();
  }

  #heard() {
    this.#heardAt = performance.now();
    this.#retry = FIRST_RETRY_MS;
    if (this.#lostSince === null) return;
    this.#lostSince = null;
    this.handlers.status({ lost: false, since: null });
  }

  #check() {
    const now = performance.now();
    if (now - this.#checkedAt > SLEPT_MS) this.#heardAt = Math.max(this.#heardAt, now - LOST_AFTER_MS + GRACE_MS);
    this.#checkedAt = now;
    const silence = now - this.#heardAt;
    if (silence < LOST_AFTER_MS || this.#ended) return;
    if (this.#lostSince === null) {
      this.#lostSince = Date.now() - silence;
      this.handlers.status({ lost: true, since: this.#lostSince });
    }
    if (this.#socket?.readyState === WebSocket.OPEN) {
      // Open but silent: the other end is gone without a word. Give it up and start afresh.
      const dead = this.#socket;
      this.#socket = null;
      dead.close();
      this.#connect();
    }
  }
}
