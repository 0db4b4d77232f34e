// The map with its buttons, legend, tooltip and faces; whoever uses it adds overlays and tools of their own.
import { CanvasMap } from "./canvas_map.js";
import { Scenery } from "./scenery.js";
import { BoxSource } from "./source.js";

const NEAR_PX = 14;

/** config: {url, bounds, palette, looks, texts, clusters, focus}; events: ready, data, pick, cluster, hover. */
export const MapView = {
  props: { config: { type: Object, required: true }, label: { type: String, required: true }, hint: { type: String, default: "" } },
  emits: ["ready", "data", "pick", "cluster"],
  template: `
    <div class="d-map" :data-ready="loaded ? '' : null">
      <canvas ref="canvas" tabindex="0" role="application" :aria-label="label" :aria-describedby="hint ? id : null" :style="{ cursor }"></canvas>
      <p v-if="hint" :id="id" class="m-visually-hidden">{{ hint }}</p>
      <div v-if="tip" class="d-tip" :style="{ left: tip.x + 'px', top: tip.y + 'px' }" aria-hidden="true"><b>{{ tip.title }}</b><span v-if="tip.words">{{ tip.words }}</span></div>
      <div class="d-tools" role="group" :aria-label="texts.view">
        <button type="button" :aria-label="texts.zoom_in" :title="texts.zoom_in" @click="map().zoomAt(1)">+</button>
        <button type="button" :aria-label="texts.zoom_out" :title="texts.zoom_out" @click="map().zoomAt(-1)">−</button>
        <button type="button" :aria-label="texts.fit" :title="texts.fit" data-fit @click="$emit('ready', map(), true)"><svg viewBox="0 0 24 24" aria-hidden="true"><path d="M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5"/></svg></button>
      </div>
      <details v-if="config.legend" class="d-legend"><summary>{{ texts.legend }}</summary>
        <ul><li v-for="look in config.looks" :key="look.key"><span v-html="look.swatch"></span>{{ look.word }}</li></ul></details>
      <p v-if="notice" class="d-notice" role="status">{{ notice }}</p>
      <div v-if="failed" class="d-failed" role="alert"><span>{{ texts.failed }}</span><button type="button" class="m-button m-button-quiet m-button-small" @click="again">{{ texts.retry }}</button></div>
      <p v-if="credit" class="d-credit">{{ credit }}</p>
      <div v-if="busy" class="d-busy" aria-hidden="true"></div>
    </div>`,
  data: () => ({ tip: null, busy: false, failed: false, loaded: false, notice: "", credit: "", cursor: "grab", id: `d-${Math.random().toString(36).slice(2, 8)}` }),
  computed: {
    texts() {
      return this.config.texts;
    },
  },
  created() {
    this.opened = null;
  },
  mounted() {
    const { bounds, palette, looks, url } = this.config;
    this.scenery = new Scenery(palette, looks, this.texts);
    this.scenery.shown.clusters = this.config.clusters !== false;
    this.scenery.shown.retired = Boolean(this.config.retired);
    this.opened = new CanvasMap(this.$refs.canvas, { bounds, changed: () => this.moved(), hovered: (at) => this.hover(at) });
    this.opened.painters = [this.scenery];
    this.source = new BoxSource(url, { took: (data) => this.took(data), failed: () => (this.failed = true), busy: (on) => (this.busy = on) });
    this.opened.tool = this.pickTool();
    this.$emit("ready", this.opened, false);
    this.source.want(this.opened.bounds, this.opened.view.zoom, { force: true });
    this.$refs.canvas.mowthosMap = this.opened;
  },
  unmounted() {
    this.source.close();
    this.opened.close();
  },
  methods: {
    map() {
      return this.opened;
    },
    /** Draw above the land, in the order added. */
    overlay(painter) {
      this.opened.painters.push(painter);
    },
    use(tool) {
      this.opened.tool = tool ?? this.pickTool();
      this.cursor = tool?.cursor ?? "grab";
      this.opened.redraw();
    },
    reload() {
      this.source.want(this.opened.bounds, this.opened.view.zoom, { force: true });
    },
    again() {
      this.failed = false;
      this.reload();
    },
    moved() {
      this.tip = null;
      this.source?.want(this.opened.bounds, this.opened.view.zoom);
    },
    took(data) {
      this.failed = false;
      this.loaded = true;
      this.scenery.data = data;
      this.notice = data.grid.length ? this.texts.many.replace("{n}", data.count.toLocaleString(document.documentElement.lang)) : data.count ? "" : this.texts.none;
      this.credit = [...new Set(data.roads.features.map((road) => road.properties.attribution).filter(Boolean))].join(" · ");
      this.opened.redraw();
      this.$emit("data", data);
    },
    pickTool() {
      return {
        click: (at) => {
          const home = this.homeAt(at);
          if (home) return this.$emit("pick", home);
          const cluster = this.clusterAt(at);
          if (cluster) this.$emit("cluster", cluster.properties);
        },
      };
    },
    homeAt({ pixel, touch }) {
      const reach = touch ? 22 : NEAR_PX;
      let [best, least] = [null, reach];
      for (const home of this.scenery.data?.homes.features ?? []) {
        const [x, y] = this.opened.toScreen(home.geometry.coordinates);
        const distance = Math.hypot(x - pixel[0], y - pixel[1]);
        if (distance < least) [best, least] = [home, distance];
      }
      return best && { ...best.properties, place: best.geometry.coordinates };
    },
    clusterAt({ pixel }) {
      if (!this.scenery.shown.clusters) return null;
      const map = this.opened;
      const [x, y] = pixel;
      return (this.scenery.data ? this.scenery.clusters : []).findLast(({ geometry }) => {
        const outline = new Path2D();
        geometry.coordinates[0].forEach((place, n) => outline[n ? "lineTo" : "moveTo"](...map.toScreen(place)));
        map.context.save();
        map.context.setTransform(1, 0, 0, 1, 0, 0);
        const inside = map.context.isPointInPath(outline, x, y);
        map.context.restore();
        return inside;
      });
    },
    hover(at) {
      const home = at && this.homeAt(at);
      const cluster = at && !home && this.clusterAt(at);
      if (!this.opened.tool.cursor) this.cursor = home || cluster ? "pointer" : "grab";
      if (!home && !cluster) return void (this.tip = null);
      const [x, y] = at.pixel;
      const words = home ? home.city : `${this.scenery.looks[cluster.properties.state].word} · ${cluster.properties.neighbours}/${cluster.properties.most}`;
      this.tip = { x: Math.min(x + 14, this.opened.size[0] - 160), y: y + 14, title: home ? home.address : `${cluster.properties.code} ${cluster.properties.name}`, words };
    },
  },
};
