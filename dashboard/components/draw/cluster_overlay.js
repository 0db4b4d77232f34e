// The group being drawn: corridors, barriers, host, neighbours, and what is wrong with each.
import { halo } from "./scenery.js";

const INKS = { ok: ["#0d7544", "#45c486"], warn: ["#9a6200", "#f0bd62"], broken: ["#b3261e", "#ff8a80"], host: ["#0b5c8a", "#6cc4f5"] };

export class ClusterOverlay {
  constructor(scenery) {
    this.scenery = scenery;
    this.members = []; // {id, place, part, level, address}
    this.corridors = [];
    this.marked = []; // geometries of findings
    this.hover = null;
    this.radius = null; // {place, metres}
  }

  ink(name) {
    return INKS[name][this.scenery.side === "dark" ? 1 : 0];
  }

  draw(map, context) {
    this.scenery.taken = new Set(this.members.map(({ id }) => id));
    this.circle(map, context);
    map.inUnits((pixel) => {
      context.lineCap = context.lineJoin = "round";
      for (const corridor of this.corridors) this.corridor(map, context, corridor, pixel);
      for (const { geometry } of this.marked) {
        if (geometry.type === "Point") continue;
        context.setLineDash([7 * pixel, 5 * pixel]);
        this.line(map, context, geometry, this.ink("broken"), 3 * pixel, pixel);
        context.setLineDash([]);
      }
    });
    this.members.forEach((member, n) => this.member(map, context, member, n));
  }

  circle(map, context) {
    if (!this.radius) return;
    const [x, y] = map.toScreen(this.radius.place);
    context.beginPath();
    context.arc(x, y, this.radius.metres * map.pixelsPerMetre, 0, 7);
    context.strokeStyle = this.ink("host");
    context.globalAlpha = 0.55;
    context.setLineDash([2, 6]);
    context.lineWidth = 1.6;
    context.stroke();
    context.globalAlpha = 0.045;
    context.fillStyle = this.ink("host");
    context.fill();
    context.globalAlpha = 1;
    context.setLineDash([]);
  }

  corridor(map, context, { route, barrier, verdict }, pixel) {
    if (verdict === "blocked") {
      if (barrier) this.line(map, context, barrier, this.ink("broken"), 5 * pixel, pixel);
    } else if (route) {
      const colour = this.ink(verdict === "qualified" ? "ok" : "warn");
      if (verdict !== "qualified") context.setLineDash([8 * pixel, 6 * pixel]);
      this.line(map, context, route, colour, 3.4 * pixel, pixel);
      context.setLineDash([]);
    }
  }

  line(map, context, geometry, colour, width, pixel) {
    const path = map.path(geometry);
    context.strokeStyle = this.scenery.colour("paper");
    context.globalAlpha = 0.8;
    context.lineWidth = width + 3 * pixel;
    context.stroke(path);
    context.globalAlpha = 1;
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.stroke(path);
  }

  member(map, context, { place, part, level, id, address }, n) {
    const [x, y] = map.toScreen(place);
    const colour = this.ink(level === "ok" && part === "host" ? "host" : level);
    const paper = this.scenery.colour("paper");
    context.lineWidth = 3;
    context.strokeStyle = paper;
    context.fillStyle = colour;
    context.beginPath();
    if (part === "host") context.roundRect(x - 13, y - 13, 26, 26, 7);
    else context.arc(x, y, 11, 0, 7);
    context.stroke();
    context.fill();
    context.fillStyle = context.strokeStyle = paper;
    if (part === "host") house(context, x, y);
    else {
      context.font = "600 12px Roboto, system-ui, sans-serif";
      context.textAlign = "center";
      context.textBaseline = "middle";
      context.fillText(String(n), x, y + 0.5);
      context.textBaseline = "alphabetic";
    }
    if (address && map.view.zoom > 17) number(context, address.split(" ")[0], x, y + 27, this.scenery.colour("home"), paper);
    if (level !== "ok") badge(context, x + 11, y - 11, level === "broken" ? "✕" : "!", colour, paper);
    if (this.hover === id) {
      context.strokeStyle = this.ink("host");
      context.lineWidth = 2;
      context.beginPath();
      context.arc(x, y, 19, 0, 7);
      context.stroke();
    }
  }
}

function number(context, words, x, y, ink, paper) {
  context.font = "600 11px Roboto, system-ui, sans-serif";
  context.textAlign = "center";
  halo(context, words, x, y, ink, paper, 3);
}

function house(context, x, y) {
  context.beginPath();
  context.moveTo(x - 7.5, y);
  context.lineTo(x, y - 7);
  context.lineTo(x + 7.5, y);
  context.moveTo(x - 5, y - 1);
  context.lineTo(x - 5, y + 6.5);
  context.lineTo(x + 5, y + 6.5);
  context.lineTo(x + 5, y - 1);
  context.lineWidth = 2;
  context.lineCap = context.lineJoin = "round";
  context.stroke();
}

function badge(context, x, y, sign, colour, paper) {
  context.beginPath();
  context.arc(x, y, 7, 0, 7);
  context.fillStyle = paper;
  context.fill();
  context.font = "700 11px Roboto, system-ui, sans-serif";
  context.textAlign = "center";
  halo(context, sign, x, y + 4, colour, paper, 2);
}
