// The map of one mower's lawn: what Python says is drawn on it; an area is drawn by a person and handed back.
import { LawnOverlay, MapView, ShapeTool } from "mowthos-draw";

export default {
  components: { MapView },
  props: { config: { type: Object, required: true }, label: { type: String, required: true } },
  emits: ["area", "stopped"],
  template: `<div class="d-holder"><map-view ref="view" :config="config" :label="label" @ready="ready"></map-view>
    <p v-if="drawing" class="d-notice" role="status">{{ config.texts.draw_hint }}</p></div>`,
  data: () => ({ drawing: false }),
  methods: {
    ready(map, again) {
      if (again) return map.fit(this.config.bounds, { most: 21 });
      this.$nextTick(() => {
        const view = this.$refs.view;
        this.overlay = new LawnOverlay(view.scenery);
        this.overlay.take(this.config.drawn);
        view.scenery.shown = { clusters: false, homes: false, retired: false };
        view.overlay(this.overlay);
        map.fit(this.config.bounds, { most: 21, time: 0 });
      });
    },
    /** Draw other shapes, another path, or the mower elsewhere: {shapes, path, share, dock, base, mower}. */
    show(told) {
      this.overlay?.take(told);
      this.$refs.view.map()?.redraw();
    },
    /** Let a person draw an area; "area" is emitted with its ring. */
    draw(on) {
      const view = this.$refs.view;
      this.drawing = on;
      if (!on) return view.use(null);
      const over = () => ((this.drawing = false), view.use(null));
      const done = (ring) => (over(), this.$emit("area", ring));
      view.use(new ShapeTool(view.map(), "polygon", { done, stopped: () => (over(), this.$emit("stopped")), colour: "#b3261e" }));
      view.$refs.canvas.focus();
    },
  },
};
