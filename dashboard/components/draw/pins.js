// Single places that matter: the home one speaks of, and its dock.
import { halo } from "./scenery.js";

const INKS = { home: ["#0b5c8a", "#6cc4f5"], dock: ["#0d7544", "#45c486"] };

export class PinOverlay {
  constructor(scenery) {
    this.scenery = scenery;
    this.pins = []; // {place, kind: home | dock, words}
  }

  draw(map, context) {
    const paper = this.scenery.colour("paper");
    for (const { place, kind, words } of this.pins) {
      const [x, y] = map.toScreen(place);
      const ink = INKS[kind][this.scenery.side === "dark" ? 1 : 0];
      context.beginPath();
      context.moveTo(x, y);
      context.bezierCurveTo(x - 4, y - 9, x - 11, y - 14, x - 11, y - 22);
      context.arc(x, y - 22, 11, Math.PI, 0);
      context.bezierCurveTo(x + 11, y - 14, x + 4, y - 9, x, y);
      context.lineWidth = 4;
      context.strokeStyle = paper;
      context.stroke();
      context.fillStyle = ink;
      context.fill();
      context.fillStyle = paper;
      context.beginPath();
      if (kind === "dock") context.roundRect(x - 4.5, y - 26.5, 9, 9, 2);
      else context.arc(x, y - 22, 4, 0, 7);
      context.fill();
      context.font = "600 12px Roboto, system-ui, sans-serif";
      context.textAlign = "center";
      if (words) halo(context, words, x, y + 15, ink, paper, 4);
    }
  }
}

/** A tool that asks for one place. */
export function placeTool(done) {
  return { cursor: "crosshair", click: (at) => done(at.place) };
}
