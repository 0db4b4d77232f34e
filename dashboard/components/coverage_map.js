// The lawn of one mower with what was cut and what was missed. Pan, wheel, pinch and keys as on every map of ours.
import { CanvasMap } from "mowthos-draw";
import { Lawn } from "mowthos-past";

export default {
  props: { label: { type: String, required: true }, lawn: { type: Object, required: true }, cut: Object, missed: Object, patches: { type: Array, default: () => [] }, texts: { type: Object, required: true } },
  template: `
    <div class="p-map">
      <canvas ref="canvas" tabindex="0" role="application" :aria-label="label"></canvas>
      <div class="p-map-tools" role="group" :aria-label="texts.view">
        <button type="button" :aria-label="texts.zoom_in" :title="texts.zoom_in" @click="map.zoomAt(1)">+</button>
        <button type="button" :aria-label="texts.zoom_out" :title="texts.zoom_out" @click="map.zoomAt(-1)">−</button>
        <button type="button" :aria-label="texts.fit" :title="texts.fit" @click="fit(350)"><svg viewBox="0 0 24 24" aria-hidden="true"><path d="M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5"/></svg></button>
      </div>
      <ul class="p-legend"><li><i class="p-cut"></i>{{ texts.cut }}</li><li><i class="p-missed"></i>{{ texts.missed }}</li></ul>
    </div>`,
  mounted() {
    const painter = new Lawn(this.lawn, { cut: this.cut, missed: this.missed, patches: this.patches });
    this.places = painter.places;
    this.map = new CanvasMap(this.$refs.canvas, { bounds: bounds(this.places) });
    this.map.padding = { left: 24, right: 24, top: 24, bottom: 24 };
    this.map.painters = [painter];
    this.fit(0);
    this.sizes = new ResizeObserver(() => this.looked || this.fit(0)); // until a person has moved it
    this.sizes.observe(this.$refs.canvas);
    for (const name of ["pointerdown", "wheel", "keydown"]) this.$refs.canvas.addEventListener(name, () => (this.looked = true), { passive: true });
  },
  unmounted() {
    this.sizes.disconnect();
    this.map.close();
  },
  methods: {
    fit(time) {
      this.map.size = [this.$refs.canvas.clientWidth || 1, this.$refs.canvas.clientHeight || 1];
      this.map.fitPlaces(this.places, { most: 21.5, time });
    },
  },
};

function bounds(places) {
  const side = (axis, pick) => pick(...places.map((place) => place[axis]));
  return [side(0, Math.min), side(1, Math.min), side(0, Math.max), side(1, Math.max)];
}
