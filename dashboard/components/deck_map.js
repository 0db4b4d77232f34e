// The map with its buttons, layer panel, neighbour panel and attribution.
import { FleetMap, NoWebGl, ago, fill, fleetStore, insightLegend, shapeSvg, stateWords } from "mowthos-live";

export default {
  beforeCreate() {
    this.texts = window.mowthosLook.texts.map;
  },
  template: `
    <section class="l-map" :aria-label="texts.title">
      <div ref="canvas" class="l-canvas"></div>
      <div v-if="face && face !== 'sketch'" class="m-face l-map-face" role="status">
        <template v-if="face === 'loading'"><i class="m-skeleton" style="width:180px"></i><p>{{ texts.loading }}</p></template>
        <template v-else><h2>{{ texts[face] }}</h2><button v-if="face === 'failed'" type="button" class="m-button m-button-quiet" @click="open">{{ texts.retry }}</button></template>
      </div>
      <template v-if="!face">
        <div class="l-tools" role="toolbar" :aria-label="texts.layers">
          <button type="button" :aria-label="texts.zoom_in" :title="texts.zoom_in" @click="map().camera.zoomBy(1)">+</button>
          <button type="button" :aria-label="texts.zoom_out" :title="texts.zoom_out" @click="map().camera.zoomBy(-1)">−</button>
          <button type="button" :aria-label="texts.fit" :title="texts.fit" data-fit @click="fit"><svg viewBox="0 0 24 24" aria-hidden="true"><path d="M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5"/></svg></button>
          <button type="button" :aria-label="texts.layers" :title="texts.layers" :aria-expanded="String(panelOpen)" data-layers @click="panelOpen = !panelOpen"><svg viewBox="0 0 24 24" aria-hidden="true"><path d="m12 4 9 5-9 5-9-5zM3 14l9 5 9-5"/></svg></button>
        </div>
        <div v-if="panelOpen" class="l-panel" role="group" :aria-label="texts.layers">
          <h3>{{ texts.layers }}</h3>
          <label v-for="(on, name) in panel" :key="name" class="l-check"><input type="checkbox" :checked="on" :data-layer="name" @change="map().setLayer(name, $event.target.checked)"><span>{{ texts.layer_names[name] }}</span></label>
          <template v-if="tiles">
            <h3>{{ texts.base }}</h3>
            <label v-for="kind in ['vector', 'tiles']" :key="kind" class="l-check"><input type="radio" name="l-base" :checked="base.kind === kind" @change="map().setBase({ kind })"><span>{{ texts.bases[kind] }}</span></label>
            <label v-if="base.kind === 'tiles'" class="l-range">{{ texts.opacity }}<input type="range" min="0.2" max="1" step="0.1" :value="base.opacity" @input="map().setBase({ opacity: Number($event.target.value) })"></label>
            <p v-if="tilesDown" class="m-small m-muted">{{ texts.tiles_down }}</p>
          </template>
          <h3>{{ texts.legend }}</h3>
          <ul class="l-legend"><li v-for="state in legend" :key="state.key" :data-legend="state.key"><span v-html="state.svg"></span>{{ state.word }}</li></ul>
        </div>
        <p v-if="following" class="l-following" role="status">{{ following }}</p>
      </template>
      <section v-if="hood || hoodFailed" class="l-hood" :aria-label="texts.neighbours.title" data-neighbours>
        <header><h2>{{ hoodTitle }}</h2><button type="button" class="l-icon" :aria-label="texts.neighbours.close" @click="closeHood">×</button></header>
        <p v-if="hoodFailed" class="m-notice m-notice-bad">{{ texts.neighbours.failed }}</p>
        <template v-else>
          <p class="m-small m-muted">{{ hood.summary }}<br>{{ hood.roads }}</p>
          <p v-if="!hood.rows.length" class="m-muted">{{ texts.neighbours.none }}</p>
          <ol tabindex="0" :aria-label="hoodTitle"><li v-for="row in hood.rows" :key="row.key" :data-verdict="row.verdict"><i aria-hidden="true">{{ row.mark }}</i><b>{{ row.address }}</b><span class="m-number">{{ row.distance }}</span><small>{{ row.word }} · {{ row.reason }}</small></li></ol>
        </template>
      </section>
      <p v-if="credit" class="l-credit">{{ credit }}</p>
    </section>`,
  data: () => ({ face: "loading", panelOpen: false, version: 0 }),
  computed: {
    panel() {
      void this.version;
      return { ...this.map()?.panel };
    },
    base() {
      void this.version;
      return { ...this.map()?.base };
    },
    tiles() {
      return Boolean(fleetStore().config.tiles.url);
    },
    tilesDown() {
      void this.version;
      return this.map()?.tiles.reachable === false;
    },
    credit() {
      void this.version;
      return this.map()?.attributions.join(" · ") ?? "";
    },
    following() {
      void this.version;
      return this.map()?.following ? fill(this.texts.following, { name: fleetStore().selected }) : "";
    },
    legend() {
      const { config } = fleetStore();
      const states = [...config.states].sort((a, b) => a.rank - b.rank).map((state) => ({ ...state, svg: shapeSvg({ state, opacity: 1 }, config.shapes, 20) }));
      return [...states, ...insightLegend(this.panel, this.texts, config.hull)];
    },
    hoodFailed() {
      void this.version;
      return this.map()?.homes.failed ?? false;
    },
    hoodTitle() {
      const words = this.texts.neighbours;
      return fill(words.title, { address: this.hood?.address ?? words.point });
    },
    hood() {
      void this.version;
      const answer = this.map()?.homes.answer;
      if (!answer) return null;
      const words = this.texts.neighbours;
      const count = (verdict) => answer.candidates.filter((candidate) => candidate.verdict === verdict).length;
      return {
        address: answer.home.address ?? words.point,
        summary: fill(words.counts, { qualified: count("qualified"), blocked: count("blocked"), review: count("needs_review") }),
        roads: answer.layer ? fill(words.roads, { name: answer.layer.name, attribution: answer.layer.attribution || answer.layer.source }) : words.no_roads,
        rows: answer.candidates.map((candidate, n) => ({
          key: n, verdict: candidate.verdict, mark: { qualified: "✓", blocked: "✕", needs_review: "?" }[candidate.verdict], address: candidate.address,
          distance: window.mowthos.measure("length", candidate.distance_m), word: words.verdicts[candidate.verdict],
          reason: fill(words.reasons[candidate.reason_code], { ...candidate.reason_values, length: window.mowthos.measure("length", candidate.reason_values.length_m) }),
        })),
      };
    },
  },
  created() {
    this.opened = null;
  },
  mounted() {
    this.open();
    this.onKey = (event) => this.key(event);
    document.addEventListener("keydown", this.onKey);
    this.sizes = new ResizeObserver(() => this.pad());
    this.sizes.observe(this.$el);
  },
  unmounted() {
    document.removeEventListener("keydown", this.onKey);
    this.sizes.disconnect();
    this.ends?.forEach((end) => end());
    this.map()?.close();
  },
  methods: {
    map() {
      return this.opened;
    },
    async open() {
      this.face = "loading";
      const store = fleetStore();
      try {
        const map = await FleetMap.open(this.$refs.canvas, store, {
          padding: () => this.padding(), sketched: () => (this.face = "sketch"), changed: () => this.version++, settled: () => this.settled(), failed: () => (this.face = "no_webgl"), tooltip: (layer, object) => this.tooltip(layer, object),
        });
        this.opened = map; // not in data(): deck.gl must not be made reactive
        window.mowthosLive.map = map;
        this.face = null;
        this.pad();
        this.ends = [store.on("select", () => this.selected()), store.on("roster", () => this.$nextTick(() => this.pad()))];
        this.version++;
      } catch (error) {
        this.face = error instanceof NoWebGl ? "no_webgl" : "failed";
        if (!(error instanceof NoWebGl)) console.error("map:", error);
      }
    },
    async settled() {
      await this.$nextTick();
      this.pad();
    },
    selected() {
      this.map().camera.touched = true; // what was chosen must not be moved away by a card that opens
      this.$nextTick(() => this.pad());
    },
    pad() {
      this.map()?.setPadding(this.padding());
    },
    /** What the floating panels cover belongs to nobody's view. */
    padding() {
      const own = this.$el.getBoundingClientRect();
      const wide = own.width >= 900;
      const covers = (selector) => this.$el.closest(".l-live")?.querySelector(selector)?.getBoundingClientRect() ?? { width: 0, height: 0 };
      const [list, card, hood] = [covers(".l-list"), covers(".l-card"), covers(".l-hood")];
      const right = card.width + hood.width;
      return wide
        ? { left: list.width ? list.width + 40 : 40, right: right ? right + 84 : 72, top: 40, bottom: 48 }
        : { left: 30, right: 56, top: 30, bottom: Math.min(own.height * 0.6, Math.max(list.height, card.height, hood.height) + 24) };
    },
    fit() {
      this.map().follow(false);
      this.map().camera.release();
      this.map().fit();
    },
    closeHood() {
      this.map().homes.close();
      this.settled();
    },
    key(event) {
      if (event.defaultPrevented || event.key !== "Escape" || document.querySelector("dialog[open]")) return;
      if (this.panelOpen) this.panelOpen = false;
      else if (this.hood || this.hoodFailed) this.closeHood();
      else if (fleetStore().selected) fleetStore().select(null, { from: "key" });
    },
    tooltip(layer, object) {
      const store = fleetStore();
      if (layer === "markers") return `${object.name}\n${stateWords(object.judged, this.texts, store.unknown)} · ${ago(object.judged.age)}`;
      if (layer === "groups") return fill(this.texts.group, { n: object.members.length, state: stateWords(object.worst.judged, this.texts, store.unknown) });
      if (layer === "homes" || layer === "candidates") return `${object.address}\n${object.city ?? ""}`;
      if (layer === "temporary-no-go") return `${object.name}\n${fill(object.active ? this.texts.no_go_until : this.texts.no_go_from, { time: clockTime(object.active ? object.ends : object.starts) })}`;
      return "";
    },
  },
};

const clockTime = (seconds) => new Date(seconds * 1000).toLocaleString(document.documentElement.dataset.locale || document.documentElement.lang || undefined, { dateStyle: "short", timeStyle: "short" });
