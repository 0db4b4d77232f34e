// Drawing an area on the map: a box or a lasso by dragging, a polygon by clicking its corners.
import { boxOf, boxRing } from "./rings.js";

const NEAR_PX = 12;
const LASSO_STEP_PX = 4;

export class ShapeTool {
  /** kind: box | lasso | polygon; done(ring) once with at least three corners; stopped() when given up. */
  constructor(map, kind, { done, stopped = () => {}, colour = "#0d7544" }) {
    Object.assign(this, { map, kind, done, stopped, colour });
    this.corners = [];
    this.over = null;
    this.cursor = "crosshair";
  }

  down(at) {
    if (this.kind === "polygon") return false; // the map may be moved between two corners
    this.anchor = at.place;
    this.corners = [at.place];
    this.last = at.pixel;
    return true;
  }

  drag(at) {
    if (this.kind === "box") this.corners = boxRing(boxOf([this.anchor, at.place]));
    else if (Math.hypot(at.pixel[0] - this.last[0], at.pixel[1] - this.last[1]) > LASSO_STEP_PX) {
      this.corners.push(at.place);
      this.last = at.pixel;
    }
    this.map.redraw();
  }

  drop() {
    this.finish();
  }

  click(at) {
    if (this.kind !== "polygon") return;
    const pixels = this.corners.map((place) => this.map.toScreen(place));
    const near = (pixel) => pixel && Math.hypot(pixel[0] - at.pixel[0], pixel[1] - at.pixel[1]) < NEAR_PX;
    if (pixels.length > 2 && near(pixels[0])) return this.finish();
    if (near(pixels.at(-1))) return;
    this.corners.push(this.snap?.(at.pixel) ?? at.place);
    this.map.redraw();
  }

  doubleClick() {
    if (this.kind === "polygon") this.finish();
    return true;
  }

  move(at) {
    this.over = this.snap?.(at.pixel) ?? at.place;
    if (this.kind === "polygon" && this.corners.length) this.map.redraw();
  }

  key(event) {
    if (event.key === "Escape") {
      if (this.corners.length) this.cancel();
      else this.stopped();
      return true;
    }
    if (event.key === "Enter" && this.corners.length > 2) {
      this.finish();
      return true;
    }
    if (event.key === "Backspace" && this.corners.length) {
      this.corners.pop();
      this.map.redraw();
      return true;
    }
    return false;
  }

  cancel() {
    this.corners = [];
    this.map.redraw();
  }

  finish() {
    const ring = this.corners;
    this.corners = [];
    this.map.redraw();
    if (ring.length > 2) this.done(ring);
  }

  draw(map, context) {
    if (!this.corners.length) return;
    const line = [...this.corners, ...(this.kind === "polygon" && this.over ? [this.over] : [])].map((place) => map.toScreen(place));
    context.beginPath();
    line.forEach(([x, y], n) => (n ? context.lineTo(x, y) : context.moveTo(x, y)));
    context.closePath();
    context.globalAlpha = 0.14;
    context.fillStyle = context.strokeStyle = this.colour;
    context.fill();
    context.globalAlpha = 1;
    context.lineWidth = 2;
    context.setLineDash([6, 4]);
    context.stroke();
    context.setLineDash([]);
    if (this.kind !== "polygon") return;
    this.corners.forEach((place, n) => {
      const [x, y] = map.toScreen(place);
      context.beginPath();
      context.arc(x, y, n ? 4 : 6, 0, 7);
      context.fill();
    });
  }
}
