// Areas on the map: their outlines with their names; the one that is drawn stands out.
import { placesOf } from "./rings.js";
import { halo } from "./scenery.js";

const INKS = { kept: ["#683ca0", "#c8aef8"], drawn: ["#0d7544", "#45c486"] };

export class AreaOverlay {
  constructor(scenery) {
    this.scenery = scenery;
    this.areas = []; // {shape, name, drawn}
  }

  draw(map, context) {
    const side = this.scenery.side === "dark" ? 1 : 0;
    map.inUnits((pixel) => {
      for (const { shape, drawn } of this.areas) {
        const path = map.path(shape);
        context.fillStyle = context.strokeStyle = INKS[drawn ? "drawn" : "kept"][side];
        context.globalAlpha = drawn ? 0.22 : 0.1;
        context.fill(path, "evenodd");
        context.globalAlpha = 1;
        context.lineWidth = (drawn ? 3 : 2) * pixel;
        context.setLineDash(drawn ? [] : [8 * pixel, 5 * pixel]);
        context.stroke(path);
        context.setLineDash([]);
      }
    });
    context.font = "600 13px system-ui, sans-serif";
    context.textAlign = "center";
    for (const { shape, name, drawn } of this.areas) {
      const [x, y] = map.toScreen(placesOf(shape).reduce((top, place) => (place[1] > top[1] ? place : top)));
      halo(context, name, x, y + 16, INKS[drawn ? "drawn" : "kept"][side], this.scenery.colour("paper"), 3);
    }
  }
}
