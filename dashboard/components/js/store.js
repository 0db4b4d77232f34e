// The one place where this page's live fleet lives. List, map, counters and card read it; nothing live passes through
// props. Events: "frame" (something to show changed), "roster", "select", "filter", "status", "accounts", "commands",
// "detail", "map", "missed", "mowing-ended" and "second" (time passed).

import { Connection } from "./connection.js";
import { Emitter } from "./emitter.js";
import { FLEET, decodeFrame, headingAt, positionAt } from "./frame.js";
import { judge } from "./judge.js";
import { PastFleet } from "./past_fleet.js";
import { Memory, addressParameter, setAddressParameters } from "./memory.js";
import { Trails } from "./trails.js";

const MOST_COMMANDS = 30;
const FEW_MOWERS = 300; // a larger fleet's trails are told by name only

export class FleetStore extends Emitter {
  constructor(config) {
    super();
    this.config = config;
    this.memory = new Memory(config.person);
    this.mowers = []; // roster rows, in the frame's order
    this.index = new Map(); // name -> row number
    this.frame = null; // the last fleet frame that fits the roster
    this.noGo = []; // temporary no-go areas to come, with their times
    this.accounts = [];
    this.cutOffSince = null; // seconds since 1970, while no news comes from the processes that own the mowers
    this.alarms = {}; // mower -> severity of its worst open alarm
    this.commands = new Map(); // mower -> newest first
    this.details = new Map(); // mower -> last detail told
    this.trails = new Trails();
    this.fixes = false; // whether trails are asked for with their position fixes
    this.missed = null; // what the selected mower's last finished session left uncut
    this.clusters = null; // the version of the clusters' outlines that the map has
    this.lost = false;
    this.lostSince = null;
    this.skew = 0; // server time minus ours, seconds
    this.receivedAt = 0; // our monotonic time of the last frame, ms
    this.selected = addressParameter("mower");
    this.frames = 0;
    this.epoch = null;
    this.waiting = null; // a frame of an epoch whose roster is on its way
    this.unknown = config.states.find((state) => state.key === "unknown");
    this.judged = new Map();
    this.past = new PastFleet(this);
    this.connection = new Connection(socketUrl(config.urls.ws), {
      frame: (buffer) => this.takeFrame(buffer),
      message: (message) => this.takeMessage(message),
      status: ({ lost, since }) => this.setLost(lost, since),
      signedOut: () => (window.mowthos?.toSignIn ? window.mowthos.toSignIn() : location.reload()),
      outdated: () => location.reload(),
      back: () => document.dispatchEvent(new Event("mowthos-back")),
    });
    if (this.selected) this.connection.watch(this.selected);
    setInterval(() => {
      this.judged.clear();
      this.emit("second");
    }, 1000);
  }

  // --- time ---

  /** The moment that the page shows: the server's time now, or the past one looked at. Seconds since 1970. */
  now() {
    return this.past.on ? this.past.at : this.liveNow();
  }

  liveNow() {
    return Date.now() / 1000 + this.skew;
  }

  secondsSinceFrame() {
    if (this.past.on) return 0;
    return this.receivedAt ? (performance.now() - this.receivedAt) / 1000 : 0;
  }

  // --- frames ---

  takeFrame(buffer) {
    const frame = decodeFrame(buffer);
    this.skew = frame.now - Date.now() / 1000;
    if (frame.kind !== FLEET) {
      if (this.frame && frame.epoch === this.epoch) return; // alive, and nothing changed: ages run on from the last frame
      return;
    }
    if (frame.epoch !== this.epoch) {
      this.waiting = frame;
      this.loadRoster(frame.epoch);
      return;
    }
    this.show(frame);
  }

  show(frame) {
    if (this.past.on) this.past.kept = frame;
    else this.showLive(frame);
  }

  /** A frame of a past moment, in the format of the live ones; of another roster it is asked for again. */
  showPast(buffer) {
    const frame = decodeFrame(buffer);
    if (frame.epoch !== this.epoch) {
      if (this.epoch !== null) this.loadRoster(frame.epoch);
      this.past.shownAt = null;
      return;
    }
    this.showLive(frame);
  }

  showLive(frame) {
    this.frame = frame;
    this.receivedAt = performance.now();
    this.judged.clear();
    this.frames += 1;
    this.trails.add(frame, this.mowers);
    this.emit("frame");
  }

  async loadRoster(epoch) {
    if (this.loading) return;
    this.loading = true;
    try {
      const answer = await fetch(this.config.urls.roster, { cache: "no-cache" });
      if (!answer.ok) throw new Error(`roster: ${answer.status}`);
      const roster = await answer.json();
      this.epoch = roster.epoch;
      this.mowers = roster.mowers;
      this.index = new Map(roster.mowers.map((mower, i) => [mower.name, i]));
      this.trails.restart();
      this.loadTrails();
      this.emit("roster");
    } catch {
      await new Promise((done) => setTimeout(done, 1000)); // the next frame asks again
    } finally {
      this.loading = false;
    }
    const waiting = this.waiting;
    if (waiting && waiting.epoch === this.epoch) {
      this.waiting = null;
      this.show(waiting);
    } else if (waiting && waiting.epoch !== epoch) {
      this.loadRoster(waiting.epoch);
    }
  }

  async loadTrails({ mower = null } = {}) {
    try {
      const url = new URL(this.config.urls.trails, location.href);
      if (this.fixes) url.searchParams.set("fix", "true");
      if (mower) url.searchParams.append("mower", mower);
      const answer = await fetch(url);
      if (answer.ok) this.trails.seed(await answer.json());
      this.emit("frame");
    } catch {
      // Trails grow by themselves from here on.
    }
  }

  /** Trails with their position fixes: asked for once they are shown, in a large fleet for the selected mower. */
  showFixes(on) {
    const fresh = on && !this.fixes;
    this.fixes = on;
    if (!on || this.past.on || this.epoch === null) return;
    const told = this.selected && this.trails.paths.get(this.selected)?.[0]?.[3] !== undefined;
    if (fresh) this.loadTrails();
    if (this.selected && !told && this.mowers.length > FEW_MOWERS) this.loadTrails({ mower: this.selected });
  }

  setMissed(told) {
    if (told === this.missed) return;
    this.missed = told;
    this.emit("missed");
  }

  // --- rows ---

  get count() {
    return this.frame ? this.mowers.length : 0;
  }

  position(i) {
    return positionAt(this.frame, i);
  }

  heading(i) {
    return headingAt(this.frame, i);
  }

  /** The row's state as this browser may show it now. */
  judge(i) {
    let judged = this.judged.get(i);
    if (!judged) {
      judged = judge(this.frame, i, {
        states: this.config.states,
        unknown: this.unknown,
        staleConfidence: this.config.stale_confidence,
        secondsSince: this.secondsSinceFrame(),
        lost: this.lost && !this.past.on,
      });
      this.judged.set(i, judged);
    }
    return judged;
  }

  // --- selection ---

  select(name, { from = "" } = {}) {
    if (name === this.selected) return;
    this.selected = name;
    setAddressParameters({ mower: name });
    this.connection.watch(name);
    if (name) this.loadCommands(name);
    this.emit("select", { name, from });
  }

  get selectedIndex() {
    return this.selected === null ? -1 : (this.index.get(this.selected) ?? -1);
  }

  // --- messages ---

  takeMessage(message) {
    if (message.type === "accounts") {
      this.accounts = message.accounts;
      this.emit("accounts");
    } else if (message.type === "bus") {
      this.cutOffSince = message.down_since;
      this.emit("accounts");
    } else if (message.type === "alarms") {
      this.alarms = message.mowers;
      this.emit("frame");
    } else if (message.type === "command") {
      this.addCommand(message.command);
    } else if (message.type === "detail") {
      this.details.set(message.mower.name, message.mower);
      this.emit("detail", message.mower.name);
    } else if (message.type === "no_go") {
      this.noGo = message.areas;
      this.emit("no-go");
    } else if (message.type === "map") {
      this.emit("map", message.mower);
    } else if (message.type === "session") {
      this.emit("mowing-ended", message.mower);
    } else if (message.type === "clusters") {
      if (this.clusters !== null && this.clusters !== message.version) this.emit("map", null);
      this.clusters = message.version;
    } else if (message.type === "bell") {
      window.mowthos?.bell?.(message.unread, message.said);
    }
  }

  addCommand(command) {
    const mine = (this.commands.get(command.device_name) ?? []).filter((other) => other.id !== command.id);
    mine.push(command);
    mine.sort((a, b) => Date.parse(b.requested_at) - Date.parse(a.requested_at));
    this.commands.set(command.device_name, mine.slice(0, MOST_COMMANDS));
    this.emit("commands", command.device_name);
  }

  async loadCommands(name) {
    if (!this.config.may.command) return;
    try {
      const answer = await fetch(`${this.config.urls.commands}?mower=${encodeURIComponent(name)}`);
      if (answer.ok) for (const command of (await answer.json()).commands) this.addCommand(command);
    } catch {
      // The banner tells that the server is away; the line fills when it is back.
    }
  }

  setLost(lost, since) {
    this.lost = lost;
    this.lostSince = since;
    this.judged.clear();
    if (!lost && this.selected) this.loadCommands(this.selected);
    this.emit("status");
    this.emit("frame");
  }
}

function socketUrl(path) {
  const url = new URL(path, location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url.href;
}

let shared = null;

/** The page's store; its configuration stands in the page's head, the look of states in a script all pages share. */
export function fleetStore() {
  if (!shared) {
    const own = JSON.parse(document.getElementById("mowthos-live").textContent);
    shared = new FleetStore({ ...window.mowthosLook, ...own });
    window.mowthosLive = shared; // for tests and for the curious
    if (shared.selected) shared.loadCommands(shared.selected);
  }
  return shared;
}
