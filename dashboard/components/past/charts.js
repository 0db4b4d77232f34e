// Lines over one time axis on a canvas: a band of states on top, one row a field. Hover shows a moment, dragging a span.
import { isDark } from "mowthos-live/shapes.js";
import { lowerBound, upperBound } from "./track.js";
import { daySpan, niceTicks } from "./times.js";

const [LEFT, RIGHT, TOP, BAND, ROW, GAP, AXIS] = [46, 14, 8, 18, 74, 30, 24];
const DRAG_PX = 6;
const INK = {
  light: { line: "#1b5cb8", fill: "rgb(27 92 184 / 9%)", grid: "#e1e7e3", text: "#46554c", strong: "#131c17", cursor: "#131c17", brush: "rgb(13 117 68 / 14%)", edge: "#0d7544", paper: "#ffffff" },
  dark: { line: "#8ab8ff", fill: "rgb(138 184 255 / 12%)", grid: "#27322d", text: "#b4c1ba", strong: "#e9efeb", cursor: "#e9efeb", brush: "rgb(69 196 134 / 20%)", edge: "#45c486", paper: "#151c19" },
};

export class Charts {
  #brush = null;
  #frame = 0;

  /** hovered(at | null), brushed(from, to); names: {key: word}; states: looks by code. */
  constructor(canvas, { hovered, brushed, names, states }) {
    Object.assign(this, { canvas, hovered, brushed, names, states, lines: [], bands: [], from: 0, to: 1, at: null, gap: 180 });
    this.context = canvas.getContext("2d");
    this.ends = new AbortController();
    const on = (name, handler) => canvas.addEventListener(name, handler, { signal: this.ends.signal });
    on("pointerdown", (event) => this.#down(event));
    on("pointermove", (event) => this.#move(event));
    on("pointerup", (event) => this.#up(event));
    on("pointercancel", () => ((this.#brush = null), this.redraw()));
    on("pointerleave", () => this.#brush || this.hovered(null));
    this.sizes = new ResizeObserver(() => this.redraw());
    this.sizes.observe(canvas);
    document.addEventListener("mowthos-theme", () => this.redraw(), { signal: this.ends.signal });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.redraw(), { signal: this.ends.signal });
  }

  close() {
    this.ends.abort();
    this.sizes.disconnect();
    cancelAnimationFrame(this.#frame);
  }

  /** Height that shows every row. */
  static height(rows) {
    return TOP + BAND + GAP + rows * (ROW + GAP) + AXIS - GAP;
  }

  show({ lines, bands, gap }, from, to) {
    Object.assign(this, { lines, bands, gap, from, to });
    this.redraw();
  }

  cursor(at) {
    this.at = at;
    this.redraw();
  }

  redraw() {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      this.draw();
    });
  }

  // --- places ---
  get width() {
    return Math.max(1, this.canvas.clientWidth - LEFT - RIGHT);
  }

  x(at) {
    return LEFT + ((at - this.from) / (this.to - this.from)) * this.width;
  }

  time(x) {
    return this.from + (Math.min(this.width, Math.max(0, x - LEFT)) / this.width) * (this.to - this.from);
  }

  // --- drawing ---
  draw() {
    const { canvas, context } = this;
    const ratio = window.devicePixelRatio || 1;
    const [width, height] = [canvas.clientWidth, canvas.clientHeight];
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
      Object.assign(canvas, { width: Math.round(width * ratio), height: Math.round(height * ratio) });
    }
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    const ink = INK[isDark() ? "dark" : "light"];
    this.axis(ink, height);
    this.drawBands(ink);
    this.lines.forEach((line, n) => this.drawLine(line, TOP + BAND + GAP + n * (ROW + GAP), ink));
    this.drawBrush(ink, height);
    if (this.at !== null && this.at >= this.from && this.at <= this.to) this.drawCursor(ink, height);
  }

  axis(ink, height) {
    const { context } = this;
    const { step, ticks } = niceTicks(this.from, this.to, Math.max(2, Math.floor(this.width / 92)));
    Object.assign(context, { strokeStyle: ink.grid, lineWidth: 1, fillStyle: ink.text, font: "12px Roboto, sans-serif", textAlign: "center", textBaseline: "alphabetic" });
    for (const tick of ticks) {
      const x = Math.round(this.x(tick)) + 0.5;
      context.beginPath();
      context.moveTo(x, TOP);
      context.lineTo(x, height - AXIS + 2);
      context.stroke();
      if (x > LEFT + 14 && x < LEFT + this.width - 14) context.fillText(daySpan(tick, step), x, height - 7);
    }
  }

  drawBands(ink) {
    const side = isDark() ? "dark" : "light";
    this.context.fillStyle = ink.grid;
    this.context.fillRect(LEFT, TOP + BAND / 2 - 1, this.width, 2);
    for (const [since, until, state] of this.bands) {
      if (until < this.from || since > this.to) continue;
      const [a, b] = [Math.max(LEFT, this.x(since)), Math.min(LEFT + this.width, this.x(until))];
      this.context.fillStyle = this.states[state]?.[side] ?? ink.text;
      this.context.fillRect(a, TOP, Math.max(1, b - a), BAND);
    }
  }

  drawLine({ key, unit, t, v }, top, ink) {
    const { context } = this;
    const [low, high] = this.#range(v, unit);
    const y = (value) => top + ROW - ((value - low) / (high - low)) * ROW;
    Object.assign(context, { strokeStyle: ink.grid, lineWidth: 1, fillStyle: ink.text, font: "11.5px Roboto, sans-serif", textAlign: "right", textBaseline: "middle" });
    for (const value of [low, high]) {
      context.beginPath();
      context.moveTo(LEFT, Math.round(y(value)) + 0.5);
      context.lineTo(LEFT + this.width, Math.round(y(value)) + 0.5);
      context.stroke();
      context.fillText(short(value), LEFT - 6, y(value));
    }
    Object.assign(context, { fillStyle: ink.strong, font: "500 12px Roboto, sans-serif", textAlign: "left", textBaseline: "alphabetic" });
    context.fillText(`${this.names[key] ?? key}${unit ? ` (${unit})` : ""}`, LEFT, top - 9);
    const first = Math.max(0, lowerBound(t, this.from) - 1);
    const last = Math.min(t.length - 1, upperBound(t, this.to));
    context.save();
    context.beginPath();
    context.rect(LEFT, top - 2, this.width, ROW + 4);
    context.clip();
    Object.assign(context, { strokeStyle: ink.line, lineWidth: 1.6, lineJoin: "round" });
    context.beginPath();
    const sparse = Math.max(this.gap, (this.to - this.from) / 40); // values told on change only are joined further
    for (let i = first; i <= last; i++) {
      const [x, at] = [this.x(t[i]), y(v[i])];
      i > first && t[i] - t[i - 1] <= sparse ? context.lineTo(x, at) : context.moveTo(x, at);
    }
    context.stroke();
    context.restore();
  }

  #range(values, unit) {
    if (unit === "%") return [0, 100];
    if (!values.length) return [0, 1];
    let [low, high] = [Infinity, -Infinity];
    for (const value of values) {
      if (value < low) low = value;
      if (value > high) high = value;
    }
    if (unit === "m/s") return [0, Math.max(0.5, Math.ceil(high * 10) / 10)];
    return high - low < 1 ? [Math.floor(low) - 1, Math.ceil(high) + 1] : [Math.floor(low), Math.ceil(high)];
  }

  drawCursor(ink, height) {
    const { context } = this;
    const x = Math.round(this.x(this.at)) + 0.5;
    Object.assign(context, { strokeStyle: ink.cursor, lineWidth: 1, globalAlpha: 0.7 });
    context.beginPath();
    context.moveTo(x, TOP);
    context.lineTo(x, height - AXIS + 2);
    context.stroke();
    context.globalAlpha = 1;
    this.lines.forEach(({ t, v, unit }, n) => {
      const i = upperBound(t, this.at) - 1;
      if (i < 0) return;
      const top = TOP + BAND + GAP + n * (ROW + GAP);
      const [low, high] = this.#range(v, unit);
      const y = top + ROW - ((v[i] - low) / (high - low)) * ROW;
      Object.assign(context, { fillStyle: ink.line, strokeStyle: ink.paper, lineWidth: 2 });
      context.beginPath();
      context.arc(x, y, 4, 0, 2 * Math.PI);
      context.fill();
      context.stroke();
      const words = `${short(v[i])}${unit ? ` ${unit}` : ""}`;
      Object.assign(context, { font: "600 12px Roboto, sans-serif", textAlign: x > LEFT + this.width - 70 ? "right" : "left", textBaseline: "alphabetic", lineWidth: 3, strokeStyle: ink.paper, fillStyle: ink.strong });
      const at = x + (context.textAlign === "right" ? -8 : 8);
      context.strokeText(words, at, top + 10);
      context.fillText(words, at, top + 10);
    });
  }

  drawBrush(ink, height) {
    if (!this.#brush) return;
    const [a, b] = [this.#brush.start, this.#brush.x].sort((p, q) => p - q);
    Object.assign(this.context, { fillStyle: ink.brush, strokeStyle: ink.edge, lineWidth: 1 });
    this.context.fillRect(a, TOP, b - a, height - AXIS - TOP);
    this.context.strokeRect(a + 0.5, TOP + 0.5, b - a, height - AXIS - TOP);
  }

  // --- pointers ---
  #x(event) {
    return event.clientX - this.canvas.getBoundingClientRect().left;
  }

  #down(event) {
    if (event.button > 0) return;
    this.canvas.setPointerCapture(event.pointerId);
    const x = Math.min(LEFT + this.width, Math.max(LEFT, this.#x(event)));
    this.#brush = { start: x, x };
  }

  #move(event) {
    const x = this.#x(event);
    if (this.#brush) {
      this.#brush.x = Math.min(LEFT + this.width, Math.max(LEFT, x));
      this.redraw();
    }
    this.hovered(this.time(x));
  }

  #up(event) {
    const brush = this.#brush;
    this.#brush = null;
    if (!brush) return;
    const [a, b] = [brush.start, brush.x].sort((p, q) => p - q);
    if (b - a > DRAG_PX) this.brushed(this.time(a), this.time(b));
    else this.hovered(this.time(this.#x(event)), true);
    this.redraw();
  }
}

function short(value) {
  return Number.isInteger(value) ? String(value) : value.toFixed(Math.abs(value) < 10 ? 2 : 1);
}
