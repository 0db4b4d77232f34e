// A proposed plan: each host with spokes to its neighbours, homes left out crossed, the area asked for.
const INKS = { plan: ["#0d7544", "#45c486"], out: ["#b3261e", "#ff8a80"], area: ["#0b5c8a", "#6cc4f5"], off: ["#7d8a83", "#76857c"] };

export class PlanOverlay {
  constructor(scenery) {
    this.scenery = scenery;
    this.clusters = []; // {host: {place}, neighbours: [{place}], chosen}
    this.leftOut = [];
    this.ring = null;
    this.hover = -1;
  }

  ink(name) {
    return INKS[name][this.scenery.side === "dark" ? 1 : 0];
  }

  draw(map, context) {
    this.area(map, context);
    const small = map.view.zoom < 15.5;
    this.clusters.forEach((cluster, n) => this.cluster(map, context, cluster, n === this.hover, small));
    context.strokeStyle = this.ink("out");
    context.lineWidth = small ? 1.4 : 2;
    const arm = small ? 2.5 : 4.5;
    for (const { place } of this.leftOut) {
      const [x, y] = map.toScreen(place);
      context.beginPath();
      context.moveTo(x - arm, y - arm);
      context.lineTo(x + arm, y + arm);
      context.moveTo(x + arm, y - arm);
      context.lineTo(x - arm, y + arm);
      context.stroke();
    }
  }

  area(map, context) {
    if (!this.ring) return;
    context.beginPath();
    this.ring.forEach((place, n) => context[n ? "lineTo" : "moveTo"](...map.toScreen(place)));
    context.closePath();
    context.fillStyle = context.strokeStyle = this.ink("area");
    context.globalAlpha = 0.06;
    context.fill();
    context.globalAlpha = 0.9;
    context.lineWidth = 2;
    context.setLineDash([8, 5]);
    context.stroke();
    context.setLineDash([]);
    context.globalAlpha = 1;
  }

  cluster(map, context, { host, neighbours, chosen }, hovered, small) {
    const colour = this.ink(chosen ? "plan" : "off");
    const [x, y] = map.toScreen(host.place);
    context.strokeStyle = context.fillStyle = colour;
    context.lineWidth = hovered ? 4 : small ? 1.4 : 2.4;
    for (const { place } of neighbours) {
      const [a, b] = map.toScreen(place);
      context.beginPath();
      context.moveTo(x, y);
      context.lineTo(a, b);
      context.stroke();
    }
    context.lineWidth = small ? 1 : 2;
    context.strokeStyle = this.scenery.colour("paper");
    for (const { place } of neighbours) {
      context.beginPath();
      context.arc(...map.toScreen(place), small ? 2.6 : 6, 0, 7);
      context.fill();
      context.stroke();
    }
    const half = small ? 3.6 : 9;
    context.beginPath();
    context.roundRect(x - half, y - half, 2 * half, 2 * half, half / 2.2);
    context.fill();
    context.stroke();
  }
}
