// The mowers at once, on a plain canvas, while deck.gl is still on its way; the map draws the same picture over it.
import { Camera } from "./camera.js";
import { boundsOf, screenPixel } from "./geometry.js";
import { grouped } from "./grouping.js";
import { Mowers } from "./map_mowers.js";
import { shapeKey, shapeTurns } from "./shapes.js";

const PATIENCE_MS = 1200; // a fleet that is not there by then does not hold up the map
const SIZE = 28;

export class Sketch {
  constructor(container, store, dark, padding) {
    Object.assign(this, { container, store, dark, padding });
    this.canvas = Object.assign(document.createElement("canvas"), { className: "l-sketch" });
    container.append(this.canvas);
    container.style.background = store.config.background[dark ? "dark" : "light"];
  }

  /** True once mowers are on screen, false when there is no more reason to wait for them. `fetched`: [atlas, spec]. */
  async drawn(fetched) {
    const heard = new Promise((done) => (this.end = this.store.on("frame", done)));
    const late = new Promise((done) => setTimeout(done, PATIENCE_MS));
    const ready = await Promise.race([Promise.all([fetched, this.store.frame ? null : heard]), late]).catch(() => null);
    this.end();
    if (!ready || !this.store.frame) return false;
    const [[atlas, { facts }]] = ready;
    await new Promise((done) => requestAnimationFrame(done));
    this.draw(atlas, facts);
    this.end = this.store.on("frame", () => this.draw(atlas, facts)); // what is shown stays true however long deck.gl takes
    await new Promise((done) => requestAnimationFrame(() => setTimeout(done))); // painted
    performance.mark("mowthos:mowers");
    return true;
  }

  draw(atlas, facts) {
    const { container, canvas, store } = this;
    const points = new Mowers(null, store).points((i) => store.position(i));
    const camera = new Camera(store.memory, () => {});
    camera.size = [container.clientWidth, container.clientHeight];
    camera.padding = this.padding();
    const bounds = boundsOf([...points.map(({ place }) => place), ...facts.docks]);
    const view = camera.view ?? (bounds && camera.viewOf(bounds));
    if (!view) return;
    const ratio = devicePixelRatio;
    Object.assign(canvas, { width: camera.size[0] * ratio, height: camera.size[1] * ratio });
    const pen = canvas.getContext("2d");
    pen.scale(ratio, ratio);
    const { singles, groups } = grouped(points, view.zoom);
    singles.sort((a, b) => b.rank - a.rank); // the worst on top
    for (const point of singles) this.stamp(pen, atlas, point, screenPixel(point.place, view, camera.size));
    for (const group of groups) this.ring(pen, group, screenPixel(group.place, view, camera.size));
  }

  ring(pen, { members, worst }, [x, y]) {
    const { ground } = this.store.config;
    const tone = this.dark ? "dark" : "light";
    pen.beginPath();
    pen.arc(x, y, 15 + 3 * Math.log2(members.length), 0, 2 * Math.PI);
    Object.assign(pen, { fillStyle: ground[tone], strokeStyle: worst.judged.state[tone], lineWidth: 3 });
    pen.fill();
    pen.stroke();
    Object.assign(pen, { fillStyle: this.dark ? "#e9efeb" : "#131c17", font: "600 14px Roboto, system-ui, sans-serif", textAlign: "center", textBaseline: "middle" });
    pen.fillText(String(members.length), x, y);
  }

  stamp(pen, { canvas, mapping }, { i, judged, dim }, [x, y]) {
    const { x: left, y: top, width, height } = mapping[shapeKey(judged)];
    const heading = shapeTurns(judged) ? this.store.heading(i) : NaN;
    pen.save();
    pen.translate(x, y);
    if (!Number.isNaN(heading)) pen.rotate((heading * Math.PI) / 180);
    pen.globalAlpha = judged.opacity * dim;
    pen.drawImage(canvas, left, top, width, height, -SIZE / 2, -SIZE / 2, SIZE, SIZE);
    pen.restore();
  }

  close() {
    this.end();
    this.canvas.remove();
  }
}
