// The lawn editor of one lot: draw, drag, snap, cut; judged and kept by the server while one works.
import { History, ICONS, LawnTool, MapView, ShapeTool, ask, fill, lawns as shapes, placesOf, send, snapped } from "mowthos-draw";

const REST_MS = 250;
const KEEP_MS = 1200;
const LOOK_AGAIN_MS = 10000;

export default {
  components: { MapView },
  props: { config: { type: Object, required: true } },
  template: `
    <div class="w-editor" :data-kept="kept" :data-checked="checked">
      <map-view ref="view" class="c-editor-map" :config="config" :label="texts.map" :hint="texts.map_hint" @ready="ready" @data="took"></map-view>
      <div class="c-toolbar" role="toolbar" :aria-label="texts.tools">
        <button v-for="kind in ['pick', 'polygon', 'hole']" :key="kind" type="button" :aria-pressed="String(tool === kind)" :title="texts[kind + '_hint']" :data-tool="kind" @click="use(kind)"><svg viewBox="0 0 24 24" aria-hidden="true"><path :d="icons[kind]"/></svg><span>{{ texts[kind] }}</span></button>
        <i></i>
        <button type="button" :aria-pressed="String(snap)" :title="texts.snap_hint" data-snap @click="toggleSnap"><svg viewBox="0 0 24 24" aria-hidden="true"><path d="M6 4v8a6 6 0 0 0 12 0V4M6 8h4M14 8h4"/></svg><span>{{ texts.snap }}</span></button>
        <button type="button" :disabled="!chosen" data-delete @click="remove"><svg viewBox="0 0 24 24" aria-hidden="true"><path :d="icons.clear"/></svg><span>{{ texts.remove }}</span></button>
      </div>
      <section class="c-rail c-rail-left w-rail" :aria-label="texts.title">
        <header><a :href="config.back" class="c-back" :aria-label="texts.back">←</a><h1>{{ config.lot.address }}</h1></header>
        <p v-if="config.lot.estimated" class="m-notice m-notice-warn">{{ texts.estimated }}</p>
        <p v-if="others.length" class="m-notice m-notice-warn" role="alert" data-others>{{ fill(texts.others, { names: others.join(", ") }) }}</p>
        <div class="w-area" role="status"><b>{{ words(area) }}</b></div>
        <ul class="w-lawns"><li v-for="(lawn, n) in lawns" :key="n" :class="{ 'w-chosen': chosen?.lawn === n }"><button type="button" @click="chooseLawn(n)"><b>{{ fill(texts.lawn, { n: n + 1 }) }}</b><span>{{ words(shapes.lawnArea(lawn, config.scale)) }}<template v-if="lawn.rings.length > 1"> · {{ fill(texts.holes, { n: lawn.rings.length - 1 }) }}</template></span></button><button type="button" class="c-icon" :aria-label="fill(texts.remove_lawn, { n: n + 1 })" @click="change(shapes.withoutLawn(lawns, n))">×</button></li></ul>
        <p v-if="!lawns.length" class="m-muted">{{ texts.none }}</p>
        <button v-if="!lawns.length && config.lot.boundary" type="button" class="m-button m-button-quiet" data-whole @click="whole">{{ texts.whole }}</button>
        <div class="w-problems" role="status" aria-live="polite">
          <p v-if="!problems.length && checked && lawns.length" class="w-sound"><span class="c-mark" data-level="ok" aria-hidden="true">✓</span>{{ texts.sound }}</p>
          <p v-if="config.outdated && !dropped" class="m-notice m-notice-warn">{{ texts.outdated }}</p>
          <ul v-if="problems.length"><li v-for="(problem, n) in problems" :key="n"><span class="c-mark" :data-level="problem.level" aria-hidden="true">{{ problem.level === "warn" ? "!" : "✕" }}</span><button type="button" class="c-finding" :data-problem="problem.code" @click="look(problem)">{{ problem.words }}</button></li></ul>
          <button v-if="blocked" type="button" class="m-button m-button-quiet m-button-small" data-mend @click="mend">{{ texts.mend }}</button>
          <p v-if="mended" class="m-notice">{{ mended }}</p>
        </div>
        <details class="m-details"><summary>{{ texts.files }}</summary><div class="w-files">
          <label class="m-button m-button-quiet m-button-small w-file">{{ texts.read }}<input type="file" accept=".geojson,.json,.kml" data-import @change="read"></label>
          <a class="m-button m-button-quiet m-button-small" :href="config.urls.base + '/export.geojson'" download data-geojson>GeoJSON</a><a class="m-button m-button-quiet m-button-small" :href="config.urls.base + '/export.kml'" download data-kml>KML</a>
          <p class="m-muted m-small">{{ texts.export_hint }}</p></div></details>
        <p class="m-muted m-small">{{ texts.keys }}</p>
      </section>
      <footer class="c-bar w-bar">
        <button type="button" class="m-button m-button-quiet" :disabled="!canUndo" data-undo @click="travel('undo')">↶<span>{{ texts.undo }}</span></button>
        <button type="button" class="m-button m-button-quiet" :disabled="!canRedo" data-redo @click="travel('redo')">↷<span>{{ texts.redo }}</span></button>
        <p class="c-verdict" role="status" :data-level="problems.length ? 'broken' : 'none'">{{ status }}</p>
        <button v-if="config.draft && !dropped" type="button" class="m-button m-button-quiet" @click="drop">{{ texts.drop }}</button>
        <button type="button" class="m-button" :disabled="saving || blocked || !dirty" data-save @click="save">{{ texts.save }}</button>
      </footer>
      <div v-if="problem" class="c-problem m-notice m-notice-bad" role="alert"><div><b>{{ problem.message }}</b><p v-for="(reason, n) in problem.reasons ?? []" :key="n">{{ reason }}</p></div><button type="button" class="c-icon" :aria-label="texts.close" @click="problem = null">×</button></div>
    </div>`,
  data() {
    const start = this.config.draft ?? this.config.saved;
    return {
      lawns: shapes.fromGeo(start), version: this.config.version, tool: "pick", snap: true, chosen: null, problems: [], checked: 0, others: this.config.others, kept: "", said: this.config.draft ? this.config.texts.lawns.draft : "",
      canUndo: false, canRedo: false, saving: false, problem: null, mended: "", dirty: Boolean(this.config.draft), dropped: false,
    };
  },
  computed: {
    texts() {
      return this.config.texts.lawns;
    },
    area() {
      return shapes.wholeArea(this.lawns, this.config.scale);
    },
    blocked() {
      return this.problems.some(({ level }) => level !== "warn");
    },
    status() {
      if (this.problems.length) return fill(this.problems.length === 1 ? this.texts.trouble : this.texts.troubles, { n: this.problems.length });
      return this.said;
    },
  },
  created() {
    Object.assign(this, { fill, shapes, icons: ICONS, history: new History(this.lawns) });
    this.onKey = (event) => this.key(event);
    document.addEventListener("keydown", this.onKey);
    this.watching = setInterval(() => this.keep(), LOOK_AGAIN_MS); // also learns who else is at it
  },
  unmounted() {
    document.removeEventListener("keydown", this.onKey);
    clearInterval(this.watching);
    clearTimeout(this.keeping);
  },
  methods: {
    words: (value) => window.mowthos.measure("area", value),
    ready(map, again) {
      if (again) return map.fit(this.config.bounds, { most: 20.5 });
      this.$nextTick(() => {
        const view = this.$refs.view;
        this.pen = new LawnTool(map, view.scenery, {
          lines: () => this.lines(), changing: (lawns) => (this.lawns = lawns), changed: (lawns) => this.change(lawns), chose: (at) => (this.chosen = at),
        });
        this.pen.lot = this.config.lot.boundary?.coordinates[0] ?? null;
        view.overlay({ draw: (on, context) => this.pen.paint(on, context) });
        map.padding = view.$el.clientWidth > 900 ? { left: 350, right: 60, top: 70, bottom: 90 } : { left: 20, right: 20, top: 20, bottom: 20 };
        map.fit(this.config.bounds, { most: 20.5, time: 0 });
        this.use("pick");
        this.show();
        this.check();
        this.keep();
      });
    },
    took(data) {
      data.lawns.features = data.lawns.features.filter(({ properties }) => properties.lot !== this.config.lot.id);
      this.land = data;
    },
    /** What corners snap to: this lot's and its neighbours' bounds, their lawns, and the house. */
    lines() {
      const rings = (features) => features.flatMap(({ geometry }) => (geometry.type === "Polygon" ? geometry.coordinates : geometry.coordinates.flat()));
      const land = this.land ? [...rings(this.land.lots.features), ...rings(this.land.lawns.features), ...rings(this.land.houses.features)] : [];
      return this.pen.lot ? [this.config.lot.boundary.coordinates[0], ...land] : land;
    },
    use(kind) {
      this.tool = kind;
      this.pen.editing = kind === "pick";
      const view = this.$refs.view;
      if (kind === "pick") return view.use(this.pen);
      const back = () => this.use("pick");
      const done = (ring) => {
        const next = kind === "hole" ? shapes.cut(this.lawns, ring) : shapes.added(this.lawns, ring);
        if (next === this.lawns) this.problem = { message: this.texts.no_hole };
        else this.change(next);
        back();
      };
      const pen = new ShapeTool(view.map(), "polygon", { done, stopped: back, colour: kind === "hole" ? "#b3261e" : undefined });
      pen.snap = (pixel) => (this.snap ? snapped(view.map(), pixel, this.lines()) : null);
      view.use(pen);
      view.$refs.canvas.focus({ preventScroll: true });
    },
    toggleSnap() {
      this.snap = this.pen.snap = !this.snap;
    },
    show() {
      this.pen.lawns = this.lawns;
      this.pen.problems = this.problems;
      this.$refs.view.map().redraw();
    },
    change(lawns) {
      this.lawns = this.history.push(lawns);
      this.after();
    },
    travel(way) {
      this.lawns = this.history[way]();
      this.pen.choose(null);
      this.after();
    },
    after() {
      Object.assign(this, { canUndo: this.history.canUndo, canRedo: this.history.canRedo, dirty: true, said: this.texts.unsaved, mended: "" });
      this.show();
      clearTimeout(this.checking);
      this.checking = setTimeout(() => this.check(), REST_MS);
      clearTimeout(this.keeping);
      this.keeping = setTimeout(() => this.keep(), KEEP_MS);
    },
    async check() {
      const mine = (this.asked = (this.asked ?? 0) + 1);
      try {
        const answer = await send(`${this.config.urls.base}/check`, { lawns: shapes.toGeo(this.lawns) });
        if (mine !== this.asked) return;
        this.problems = answer.problems;
        this.checked += 1;
        this.show();
      } catch (error) {
        this.problem = error;
      }
    },
    /** Keep what is drawn on the server, and learn who else is drawing here. */
    async keep() {
      if (!this.dirty) return void (await this.look_round());
      try {
        const answer = await this.write("autosave", () => this.dirty && { lawns: shapes.toGeo(this.lawns), version: this.version });
        if (!answer) return;
        this.others = answer.others;
        this.kept = answer.at;
        if (!this.problems.length) this.said = this.texts.kept;
      } catch (error) {
        this.problem = error;
      }
    },
    /** Send what `told` gives, if anything, after all that was sent before: a draft kept late would undo a save or a discard. */
    write(what, told) {
      const go = () => {
        const body = told();
        return body && send(`${this.config.urls.base}/${what}`, body);
      };
      const written = (this.written ?? Promise.resolve()).then(go);
      this.written = written.catch(() => {});
      return written;
    },
    async look_round() {
      try {
        this.others = (await ask(`${this.config.urls.base}/others`)).others;
      } catch {
        // the next look will tell
      }
    },
    async save() {
      this.saving = true;
      clearTimeout(this.keeping);
      const lawns = this.lawns;
      try {
        const answer = await this.write("save", () => ({ lawns: shapes.toGeo(lawns), version: this.version }));
        Object.assign(this, { version: answer.version, dirty: this.lawns !== lawns, dropped: true, said: fill(this.texts.saved, { area: this.words(answer.area_m2) }), problem: null });
      } catch (error) {
        this.problem = error;
      } finally {
        this.saving = false;
      }
    },
    async drop() {
      clearTimeout(this.keeping);
      try {
        await this.write("drop", () => {
          this.dirty = false;
          return {};
        });
        location.reload();
      } catch (error) {
        Object.assign(this, { dirty: true, problem: error });
      }
    },
    async read(event) {
      const file = event.target.files[0];
      event.target.value = "";
      if (!file) return;
      try {
        const answer = await send(`${this.config.urls.base}/import`, { name: file.name, text: await file.text() });
        if (answer.lawns.length) this.change([...this.lawns, ...shapes.fromGeo(answer.lawns)]);
        if (answer.refused.length || answer.warnings.length) this.problem = { message: fill(this.texts.refused, { shapes: answer.refused.length }), reasons: [...answer.refused, ...answer.warnings] };
        this.$refs.view.map().fitPlaces(this.lawns.flatMap(({ rings }) => rings.flat()), { most: 20 });
      } catch (error) {
        this.problem = error;
      }
    },
    async whole() {
      const answer = await ask(`${this.config.urls.base}/start`);
      this.change(shapes.fromGeo(answer.lawns));
    },
    /** Ask for a repair and show it; undo takes it back. */
    async mend() {
      const answer = await send(`${this.config.urls.base}/repair`, { lawns: shapes.toGeo(this.lawns) });
      this.change(shapes.fromGeo(answer.lawns));
      this.mended = fill(this.texts.mended, { changes: answer.changes.join(" ") });
    },
    chooseLawn(n) {
      this.use("pick");
      this.pen.choose({ lawn: n, ring: 0, corner: 0 });
      this.$refs.view.$refs.canvas.focus({ preventScroll: true });
    },
    remove() {
      if (this.chosen.corner === null) return this.change(shapes.withoutLawn(this.lawns, this.chosen.lawn)), this.pen.choose(null);
      this.pen.remove();
    },
    look(problem) {
      if (problem.geometry) this.$refs.view.map().fitPlaces(placesOf(problem.geometry.type === "Point" ? { coordinates: [problem.geometry.coordinates] } : problem.geometry), { most: 20.5 });
    },
    key(event) {
      if (!(event.ctrlKey || event.metaKey) || !["z", "y"].includes(event.key.toLowerCase()) || event.target.tagName === "INPUT") return;
      event.preventDefault();
      const redo = event.key.toLowerCase() === "y" || event.shiftKey;
      if (redo ? this.canRedo : this.canUndo) this.travel(redo ? "redo" : "undo");
    },
  },
};
