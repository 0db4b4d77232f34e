// A mower's way on the map: coloured by state, trimmed to a span, with its stops and where it was at a moment.
import { isDark } from "mowthos-live/shapes.js";

const OLD = 0.28; // opacity of what lies outside the window

export class Track {
  /** told: {t, x, y, s} arrays in time order; gap: seconds; states: looks by code; stops: [since, until, lon, lat]. */
  constructor(told, { gap, states, stops = [], minutes = "{n} min" }) {
    Object.assign(this, { ...told, gap, states, stops, minutes });
    this.from = told.t[0] ?? 0;
    this.to = told.t.at(-1) ?? 0;
    this.at = null;
    this.shown = 0; // points drawn last time, for those who want to know
  }

  get places() {
    const [low, high] = [lowerBound(this.t, this.from), lowerBound(this.t, this.to)];
    const step = Math.max(1, Math.floor((high - low) / 500));
    const places = [];
    for (let i = low; i < Math.min(high + 1, this.t.length); i += step) places.push([this.x[i], this.y[i]]);
    return places;
  }

  /** Trim to [from, to]. */
  trim(from, to) {
    Object.assign(this, { from, to });
  }

  colour(state) {
    return this.states[state]?.[isDark() ? "dark" : "light"] ?? "#888";
  }

  draw(map, context) {
    const low = lowerBound(this.t, this.from);
    const high = Math.min(this.t.length - 1, lowerBound(this.t, this.to));
    this.shown = Math.max(0, high - low + 1);
    Object.assign(context, { lineWidth: 2.2, lineJoin: "round", lineCap: "round", globalAlpha: this.at === null ? 0.9 : 0.9 });
    let open = null;
    const stroke = () => open !== null && context.stroke();
    for (let i = low; i < high; i++) {
      if (this.t[i + 1] - this.t[i] > this.gap) continue;
      const ahead = this.at !== null && this.t[i] >= this.at;
      const look = `${this.s[i]}:${ahead}`;
      if (open !== look || this.t[i] - (this.t[i - 1] ?? this.t[i]) > this.gap) {
        stroke();
        context.beginPath();
        context.strokeStyle = this.colour(this.s[i]);
        context.globalAlpha = ahead ? OLD : 0.9;
        context.moveTo(...map.toScreen([this.x[i], this.y[i]]));
        open = look;
      }
      context.lineTo(...map.toScreen([this.x[i + 1], this.y[i + 1]]));
    }
    stroke();
    context.globalAlpha = 1;
    this.drawStops(map, context);
    if (this.at !== null) this.drawMarker(map, context);
  }

  drawStops(map, context) {
    const ink = isDark() ? ["#f0bd62", "#12181a"] : ["#855300", "#ffffff"];
    for (const [since, until, longitude, latitude] of this.stops) {
      if (until < this.from || since > this.to) continue;
      const [x, y] = map.toScreen([longitude, latitude]);
      Object.assign(context, { fillStyle: ink[0], strokeStyle: ink[1], lineWidth: 2 });
      context.beginPath();
      context.roundRect(x - 8, y - 8, 16, 16, 4);
      context.fill();
      context.stroke();
      context.fillStyle = ink[1];
      context.fillRect(x - 4, y - 4, 3, 8);
      context.fillRect(x + 1, y - 4, 3, 8);
    }
  }

  drawMarker(map, context) {
    const here = wayAt(this, this.at);
    if (!here) return;
    const [x, y] = map.toScreen(here.place);
    const [tip, rim] = isDark() ? ["#12181a", "#12181a"] : ["#ffffff", "#ffffff"];
    context.save();
    context.translate(x, y);
    Object.assign(context, { fillStyle: this.colour(here.state), strokeStyle: rim, lineWidth: 2.5 });
    context.beginPath();
    context.arc(0, 0, 12, 0, 2 * Math.PI);
    context.fill();
    context.stroke();
    if (here.heading !== null) {
      context.rotate(here.heading);
      context.fillStyle = tip;
      context.beginPath();
      context.moveTo(0, -7);
      context.lineTo(5, 5);
      context.lineTo(0, 2.5);
      context.lineTo(-5, 5);
      context.closePath();
      context.fill();
    }
    context.restore();
  }
}

/** Where the mower was: {place, state, heading (radians clockwise from north, or null), known}; null before the first. */
export function wayAt({ t, x, y, s, gap }, at) {
  if (!t.length || at < t[0]) return null;
  const i = Math.min(t.length - 1, Math.max(0, upperBound(t, at) - 1));
  const next = Math.min(i + 1, t.length - 1);
  const span = t[next] - t[i];
  const joined = span > 0 && span <= gap;
  const part = joined ? Math.min(1, (at - t[i]) / span) : 0;
  const place = [x[i] + (x[next] - x[i]) * part, y[i] + (y[next] - y[i]) * part];
  let k = next;
  let back = i;
  while (back > 0 && x[k] === x[back] && y[k] === y[back]) back--;
  const east = (x[k] - x[back]) * Math.cos((y[i] * Math.PI) / 180);
  const heading = x[k] === x[back] && y[k] === y[back] ? null : Math.atan2(east, y[k] - y[back]);
  return { place, state: s[i], heading, known: at - t[i] <= gap };
}

export function lowerBound(sorted, value) {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    sorted[middle] < value ? (low = middle + 1) : (high = middle);
  }
  return low;
}

export function upperBound(sorted, value) {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    sorted[middle] <= value ? (low = middle + 1) : (high = middle);
  }
  return low;
}
