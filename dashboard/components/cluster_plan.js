// Proposing clusters for an area: draw it, watch plan and bound close, take what is good.
import { ICONS, MapView, PlanOverlay, ShapeTool, ask, boxRing, fill, inRing, send } from "mowthos-draw";

const LOOK_AGAIN_MS = 500;
const OVER = new Set(["optimal", "feasible", "cancelled", "failed"]);

export default {
  components: { MapView },
  props: { config: { type: Object, required: true } },
  template: `
    <div class="c-plan" :data-status="plan?.status">
      <map-view ref="view" class="c-editor-map" :config="config" :label="texts.map" :hint="texts.map_hint" @ready="ready" @data="took"></map-view>
      <section class="c-rail c-rail-left c-plan-rail" :aria-label="texts.title">
        <header><a href="/clusters" class="c-back" :aria-label="texts.back">←</a><h1>{{ texts.title }}</h1></header>
        <fieldset :disabled="running"><legend>{{ texts.area }}</legend>
          <div class="c-kinds"><button v-for="kind in ['box', 'polygon', 'view']" :key="kind" type="button" :aria-pressed="String(tool === kind)" :data-area="kind" @click="pick(kind)"><svg viewBox="0 0 24 24" aria-hidden="true"><path :d="icons[kind]"/></svg>{{ texts[kind] }}</button></div>
          <p class="m-small" :class="ring ? '' : 'm-muted'" role="status">{{ areaWords }}</p>
          <div class="c-numbers">
            <label>{{ texts.least }}<input class="m-input" type="number" min="1" :max="most" v-model.number="least" data-least></label>
            <label>{{ texts.most }}<input class="m-input" type="number" :min="least" max="12" v-model.number="most" data-most></label>
            <label>{{ texts.limit }}<select class="m-input" v-model.number="limit"><option v-for="choice in config.limits" :key="choice.seconds" :value="choice.seconds">{{ choice.words }}</option></select></label>
          </div>
          <label class="c-check"><input type="checkbox" v-model="keep"><span>{{ texts.keep }}</span></label>
        </fieldset>
        <button v-if="!running" type="button" class="m-button" :disabled="!ring || starting" data-start @click="start">{{ plan ? texts.again : texts.start }}</button>
        <p v-if="plan?.message" class="m-notice m-notice-bad" role="alert">{{ plan.message }}</p>
        <div v-if="problem" class="m-notice m-notice-bad" role="alert"><div><b>{{ problem.message }}</b><p v-for="(reason, n) in problem.reasons ?? []" :key="n">{{ reason }}</p></div></div>

        <template v-if="plan">
          <div class="c-result" role="status" aria-live="polite">
            <p class="c-big"><b>{{ fill(texts.served, { n: plan.served, all: plan.homes }) }}</b></p>
            <p>{{ fill(texts.bound, { n: plan.bound, gap: gap }) }}</p>
            <p v-if="plan.fixed" class="m-small">{{ fill(texts.fixed, { n: plan.fixed }) }}</p>
            <span class="m-chip" :class="{ 'm-chip-good': plan.status === 'optimal', 'm-chip-info': running, 'm-chip-bad': plan.status === 'failed' }">{{ plan.status_word }}</span>
          </div>
          <svg v-if="trace.length > 1" class="c-trace" viewBox="0 0 300 64" preserveAspectRatio="none" aria-hidden="true"><path class="c-trace-bound" :d="line('bound')"/><path class="c-trace-served" :d="line('served')"/></svg>
          <div v-if="running" class="c-running"><progress max="1" :value="plan.progress" :aria-label="texts.progress"></progress><button type="button" class="m-button m-button-quiet m-button-small" data-cancel @click="cancel">{{ texts.cancel }}</button></div>
          <template v-if="plan.clusters.length">
            <header class="c-listhead"><h2>{{ fill(texts.clusters, { n: plan.clusters.length }) }}</h2>
              <label class="c-check"><input type="checkbox" :checked="chosen.size === plan.clusters.length" @change="all($event.target.checked)"><span>{{ texts.all }}</span></label></header>
            <ul class="c-proposed" tabindex="0" :aria-label="texts.plan">
              <li v-for="(cluster, n) in plan.clusters" :key="n" @mouseenter="hover(n)" @mouseleave="hover(-1)">
                <label class="c-check"><input type="checkbox" :checked="chosen.has(n)" :disabled="accepted.has(n)" :data-choose="n" @change="choose(n)"><span><b>{{ cluster.host.address }}</b><small>{{ fill(texts.with, { n: cluster.neighbours.length }) }}</small></span></label>
                <a v-if="!accepted.has(n)" :href="editor(cluster)" :aria-label="fill(texts.edit, { address: cluster.host.address })">{{ texts.open }}</a><span v-else class="m-chip m-chip-good">{{ texts.taken }}</span>
              </li>
            </ul>
            <button type="button" class="m-button" :disabled="!picked || running || accepting" data-accept @click="accept">{{ fill(texts.accept, { n: picked }) }}</button>
            <p v-if="made" class="m-notice m-notice-good" role="status"><span>{{ fill(texts.made, { n: made }) }} <a href="/clusters?state=draft">{{ texts.see }}</a></span></p>
          </template>
          <details v-if="plan.left_out.length" class="m-details"><summary>{{ fill(texts.left_out, { n: plan.left_out_count }) }}</summary>
            <div v-for="[reason, homes] in reasons" :key="reason" class="c-left"><p><b>{{ homes.length }}</b> {{ reason }}</p>
              <ul><li v-for="home in homes.slice(0, 40)" :key="home.id"><button type="button" @click="look(home)">{{ home.address }}</button></li></ul></div>
          </details>
          <details v-if="next.length" class="m-details" open><summary>{{ texts.next }}</summary>
            <ol class="c-next"><li v-for="one in next" :key="one.home.id"><button type="button" @click="look(one.home)"><b>{{ one.home.address }}</b><small>{{ one.words }}</small></button></li></ol></details>
        </template>
        <p v-else class="m-muted">{{ texts.explain }}</p>
      </section>
    </div>`,
  data() {
    const { least, most, limit } = this.config.start;
    return { tool: "", ring: null, inside: null, least, most, limit, keep: true, plan: null, trace: [], chosen: new Set(), accepted: new Set(), made: 0, problem: null, starting: false, accepting: false, next: [] };
  },
  computed: {
    texts() {
      return this.config.texts.plan;
    },
    running() {
      return Boolean(this.plan && !OVER.has(this.plan.status));
    },
    areaWords() {
      if (!this.ring) return this.texts.no_area;
      return this.inside === null ? this.texts.area_chosen : fill(this.texts.area_homes, { n: this.inside });
    },
    gap() {
      return (this.plan.gap * 100).toLocaleString(document.documentElement.lang, { maximumFractionDigits: 1 });
    },
    picked() {
      return [...this.chosen].filter((n) => !this.accepted.has(n)).length;
    },
    reasons() {
      const grouped = new Map();
      for (const { home, reason } of this.plan.left_out) grouped.set(reason, [...(grouped.get(reason) ?? []), home]);
      return [...grouped].sort((a, b) => b[1].length - a[1].length);
    },
  },
  created() {
    Object.assign(this, { fill, icons: ICONS });
  },
  unmounted() {
    clearTimeout(this.timer);
  },
  methods: {
    ready(map, again) {
      if (again) return map.fit(this.config.bounds, { most: 17.5 });
      this.$nextTick(() => {
        const view = this.$refs.view;
        this.overlay = new PlanOverlay(view.scenery);
        view.overlay(this.overlay);
        map.padding = view.$el.clientWidth > 900 ? { left: 420, right: 40, top: 40, bottom: 40 } : { left: 20, right: 20, top: 20, bottom: 20 };
        map.fit(this.config.bounds, { most: 17.5, time: 0 });
        const id = new URLSearchParams(location.search).get("proposal");
        if (id) this.follow(id);
      });
    },
    took(data) {
      this.data = data;
      this.count();
    },
    /** Homes inside the area, where the map holds them one by one. */
    count() {
      this.inside = this.ring && this.data && !this.data.grid.length ? this.data.homes.features.filter(({ geometry }) => inRing(geometry.coordinates, this.ring)).length : null;
    },
    pick(kind) {
      const view = this.$refs.view;
      if (kind === "view") return this.take(boxRing(this.seen()));
      this.tool = kind;
      view.use(new ShapeTool(view.map(), kind, { done: (ring) => this.take(ring), stopped: () => this.stop() }));
      view.$refs.canvas.focus({ preventScroll: true });
    },
    /** What of the map no panel covers. */
    seen() {
      const map = this.$refs.view.map();
      const [west, north] = map.toPlace([map.padding.left - 20, 0]);
      const [east, south] = map.toPlace(map.size);
      return [west, south, east, north];
    },
    stop() {
      this.tool = "";
      this.$refs.view.use(null);
    },
    take(ring) {
      this.stop();
      this.ring = this.overlay.ring = ring;
      this.count();
      this.$refs.view.map().redraw();
    },
    async start() {
      this.starting = true;
      this.problem = null;
      try {
        const plan = await send(this.config.urls.proposals, { ring: this.ring, least: this.least, most: this.most, limit_s: this.limit, keep: this.keep });
        Object.assign(this, { trace: [], accepted: new Set(), made: 0, next: [] });
        window.history.replaceState(null, "", `?proposal=${plan.id}`);
        this.show(plan);
      } catch (error) {
        this.problem = error;
      } finally {
        this.starting = false;
      }
    },
    async follow(id) {
      try {
        this.show(await ask(`${this.config.urls.proposals}/${id}`));
      } catch (error) {
        this.problem = error;
      }
    },
    show(plan) {
      const fresh = !this.plan || this.plan.clusters.length !== plan.clusters.length || plan.served !== this.plan.served;
      this.plan = plan;
      this.trace.push({ at: plan.elapsed_s, served: plan.served, bound: plan.bound });
      if (fresh) this.chosen = new Set(plan.clusters.map((_, n) => n));
      this.accepted = new Set(plan.clusters.flatMap(({ draft }, n) => (draft ? [n] : [])));
      this.draw();
      clearTimeout(this.timer);
      if (this.running) this.timer = setTimeout(() => this.follow(plan.id), LOOK_AGAIN_MS);
      else this.ended(plan);
    },
    async ended(plan) {
      if (this.fitted === plan.id) return;
      this.fitted = plan.id;
      if (plan.clusters.length) this.$refs.view.map().fitPlaces(plan.clusters.flatMap(({ host, neighbours }) => [host, ...neighbours]).map(({ place }) => place));
      try {
        this.next = (await ask(`${this.config.urls.proposals}/${plan.id}/next`)).homes;
      } catch {
        this.next = [];
      }
    },
    draw() {
      this.overlay.clusters = this.plan.clusters.map((cluster, n) => ({ ...cluster, chosen: this.chosen.has(n) }));
      this.overlay.leftOut = this.plan.left_out.map(({ home }) => home);
      this.$refs.view.map().redraw();
    },
    hover(n) {
      this.overlay.hover = n;
      this.$refs.view.map().redraw();
    },
    all(on) {
      this.chosen = new Set(on ? this.plan.clusters.map((_, n) => n) : []);
      this.draw();
    },
    choose(n) {
      const next = new Set(this.chosen);
      next.has(n) ? next.delete(n) : next.add(n);
      this.chosen = next;
      this.draw();
    },
    editor({ host, neighbours }) {
      return `/clusters/new?host=${host.id}&homes=${neighbours.map(({ id }) => id).join(",")}`;
    },
    async cancel() {
      this.show(await send(`${this.config.urls.proposals}/${this.plan.id}/cancel`, {}));
    },
    async accept() {
      this.accepting = true;
      this.problem = null;
      const wanted = [...this.chosen].filter((n) => !this.accepted.has(n)).sort((a, b) => a - b);
      try {
        const { made, refused } = await send(`${this.config.urls.proposals}/${this.plan.id}/accept`, { clusters: wanted.map((n) => this.plan.clusters[n].number) });
        this.made = made.length;
        if (refused.length) this.problem = { message: fill(this.texts.refused, { n: refused.length }), reasons: refused.map(({ words }) => words) };
        this.show(await ask(`${this.config.urls.proposals}/${this.plan.id}`));
        this.$refs.view.reload();
      } catch (error) {
        this.problem = error;
      } finally {
        this.accepting = false;
      }
    },
    look({ place }) {
      this.$refs.view.map().fitPlaces([place], { most: 17.5 });
    },
    /** The path of one number over time, in a box of 300 x 64. */
    line(name) {
      const values = this.trace.flatMap(({ served, bound }) => [served, bound]);
      const [low, high, last] = [Math.min(...values), Math.max(...values), this.trace.at(-1).at || 1];
      return `M${this.trace.map((step) => `${((step.at / last) * 300).toFixed(1)} ${(60 - ((step[name] - low) / (high - low || 1)) * 56).toFixed(1)}`).join("L")}`;
    },
  },
};
