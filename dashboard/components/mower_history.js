// One mower's past: charts and track share one time axis and one moment; a brush trims both; a player moves the moment.
import { CanvasMap } from "mowthos-draw";
import { fill } from "mowthos-live";
import { Charts, Lawn, Player, SPEEDS, Track, dayClock, upperBound, wayAt } from "mowthos-past";

const TABLE_ROWS = 24;
const REFETCH_MS = 250;
const FINER = 0.6; // a window smaller than this share of what was fetched is fetched again, finer

export default {
  props: { config: { type: Object, required: true } },
  template: `
    <div class="p-history" :data-ready="ready ? '' : null">
      <div class="p-span">
        <div class="p-periods" role="group" :aria-label="texts.period">
          <button v-for="[key, seconds] in periods" :key="key" type="button" :data-period="key" :aria-pressed="String(key === period)" @click="choose(key, seconds)">{{ texts.periods[key] }}</button>
        </div>
        <form class="p-dates" @submit.prevent="between">
          <label>{{ texts.from }}<input type="datetime-local" class="m-input" v-model="fromText" required></label>
          <label>{{ texts.to }}<input type="datetime-local" class="m-input" v-model="toText" required></label>
          <button type="submit" class="m-button m-button-quiet">{{ texts.show }}</button>
        </form>
      </div>
      <p v-if="failed" class="m-notice m-notice-bad" role="alert"><span>{{ failed }}</span><button type="button" class="m-button m-button-quiet m-button-small" @click="load(true)">{{ texts.retry }}</button></p>
      <dl class="p-tiles" :aria-label="texts.totals">
        <div v-for="tile in tiles" :key="tile.key" :data-tile="tile.key"><dt>{{ tile.word }}</dt><dd class="m-number">{{ tile.value }}<span v-if="tile.unit" class="m-unit">{{ tile.unit }}</span></dd></div>
      </dl>
      <section class="m-card m-card-flush p-stage" :aria-label="texts.stage" :aria-busy="String(busy)">
        <div class="p-map">
          <canvas ref="map" tabindex="0" role="application" :aria-label="texts.map"></canvas>
          <div class="p-map-tools" role="group" :aria-label="texts.view">
            <button type="button" :aria-label="texts.zoom_in" :title="texts.zoom_in" @click="chart.zoomAt(1)">+</button>
            <button type="button" :aria-label="texts.zoom_out" :title="texts.zoom_out" @click="chart.zoomAt(-1)">−</button>
            <button type="button" :aria-label="texts.fit" :title="texts.fit" @click="fit(350)"><svg viewBox="0 0 24 24" aria-hidden="true"><path d="M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5"/></svg></button>
            <button type="button" :aria-label="texts.centre" :title="texts.centre" :aria-pressed="String(centring)" data-centre @click="centre"><svg viewBox="0 0 24 24" aria-hidden="true"><circle cx="12" cy="12" r="3"/><path d="M12 3v4M12 17v4M3 12h4M17 12h4"/></svg></button>
          </div>
          <p v-if="ready && !readings" class="p-empty">{{ texts.empty }}</p>
          <p class="p-here" v-if="here"><i :style="{ background: here.colour }"></i><b>{{ here.word }}</b> <span class="m-number">{{ here.battery }}</span></p>
        </div>
        <div class="p-player" role="group" :aria-label="texts.player">
          <button type="button" class="p-play" :aria-label="playing ? texts.pause : texts.play" :title="playing ? texts.pause : texts.play" data-play @click="toggle">
            <svg viewBox="0 0 24 24" aria-hidden="true"><path :d="playing ? 'M7 5h4v14H7zM13 5h4v14h-4z' : 'M8 5v14l11-7z'"/></svg></button>
          <input type="range" class="p-slider" :min="window.from" :max="window.to" step="1" :value="at ?? window.from" :aria-label="texts.moment" :aria-valuetext="clock" @input="seek(Number($event.target.value))">
          <output class="p-clock m-number" data-clock>{{ clock }}</output>
          <label class="p-speed">{{ texts.speed }}<select :value="speed" @change="setSpeed(Number($event.target.value))"><option v-for="one in speeds" :key="one" :value="one">{{ one }}×</option></select></label>
        </div>
        <div class="p-charts">
          <div class="p-charts-head"><p class="m-small m-muted">{{ note }}</p>
            <button v-if="trimmed" type="button" class="m-button m-button-quiet m-button-small" data-whole @click="whole">{{ texts.whole }}</button></div>
          <ul v-if="legend.length" class="p-states" :aria-label="texts.states"><li v-for="one in legend" :key="one.key"><i :style="{ background: 'light-dark(' + one.light + ',' + one.dark + ')' }"></i>{{ one.word }}</li></ul>
          <canvas ref="charts" :style="{ height: height + 'px' }" tabindex="0" role="img" :aria-label="summary" @keydown="chartKey"></canvas>
          <details class="m-details p-table"><summary>{{ texts.table }}</summary>
            <div class="m-table-scroll" tabindex="0" role="region" :aria-label="texts.table"><table class="m-table"><thead><tr><th scope="col">{{ texts.time }}</th><th scope="col">{{ texts.state }}</th><th v-for="line in lines" :key="line.key" scope="col" class="m-number">{{ texts.fields[line.key] }}<template v-if="line.unit"> ({{ line.unit }})</template></th></tr></thead>
              <tbody><tr v-for="row in rows" :key="row.t"><th scope="row">{{ row.time }}</th><td>{{ row.state }}</td><td v-for="(cell, n) in row.cells" :key="n" class="m-number">{{ cell }}</td></tr></tbody></table></div>
          </details>
        </div>
      </section>
    </div>`,
  data() {
    return {
      ready: false, busy: false, failed: "", readings: 0, byMinute: false, counted: 0, lines: [], totals: null, stops: 0, drawnMs: 0,
      span: { from: 0, to: 1 }, window: { from: 0, to: 1 }, at: null, playing: false, speed: 10, centring: false, period: "", fromText: "", toText: "",
    };
  },
  computed: {
    texts() {
      return this.config.texts;
    },
    speeds: () => SPEEDS,
    periods() {
      return Object.entries(this.config.periods);
    },
    height() {
      return Charts.height(this.config.rows);
    },
    trimmed() {
      return this.window.from > this.span.from || this.window.to < this.span.to;
    },
    clock() {
      return this.at === null ? "–" : dayClock(this.at);
    },
    note() {
      if (!this.ready) return this.texts.loading;
      return fill(this.byMinute ? this.texts.by_minute : this.texts.by_reading, { n: this.readings.toLocaleString(document.documentElement.lang || undefined) });
    },
    summary() {
      return fill(this.texts.summary, { from: dayClock(this.window.from), to: dayClock(this.window.to) });
    },
    here() {
      void this.at;
      const found = this.track && this.at !== null ? wayAt(this.track, this.at) : null;
      if (!found) return null;
      const battery = this.valueAt("battery", this.at);
      return { word: this.config.states[found.state]?.word ?? "", colour: this.track.colour(found.state), battery: battery === null ? "" : `${battery} %` };
    },
    tiles() {
      const t = this.texts.tiles;
      const totals = this.totals;
      const value = (text) => (totals ? text : "–");
      return [
        { key: "distance", word: t.distance, value: value(window.mowthos.measure("length", totals?.distance_m ?? 0)) },
        { key: "moving", word: t.moving, value: value(this.lasting(totals?.moving_s)) },
        { key: "idle", word: t.idle, value: value(this.lasting(totals?.idle_s)) },
        { key: "unknown", word: t.unknown, value: value(this.lasting(totals?.unknown_s)) },
        { key: "stops", word: t.stops, value: this.byMinute ? "–" : value(String(this.stops)) },
      ];
    },
    legend() {
      void this.readings;
      const seen = new Set((this.ready ? this.series.bands : []).map(([, , state]) => state));
      return this.config.states.filter((_, code) => seen.has(code));
    },
    rows() {
      if (!this.ready || !this.lines.length) return [];
      const step = (this.window.to - this.window.from) / TABLE_ROWS;
      return Array.from({ length: TABLE_ROWS }, (_, n) => this.window.from + step * (n + 0.5)).map((t) => ({
        t, time: dayClock(t), state: this.stateAt(t), cells: this.lines.map((line) => this.valueAt(line.key, t) ?? "–"),
      }));
    },
  },
  created() {
    this.track = null; // not in data(): thousands of points must not be made reactive
    this.series = null;
    this.fetched = null;
    this.loads = 0;
  },
  mounted() {
    const { lawn, since, until, period } = this.config;
    this.lawn = new Lawn(lawn);
    const start = this.lawn.places.length ? boundsOf(this.lawn.places) : [-92.62, 43.9, -92.36, 44.12];
    this.chart = new CanvasMap(this.$refs.map, { bounds: start });
    this.chart.padding = { left: 28, right: 60, top: 28, bottom: 28 };
    this.chart.painters = [this.lawn, { draw: (map, context) => this.track?.draw(map, context) }];
    this.charts = new Charts(this.$refs.charts, {
      hovered: (at, pressed) => this.hover(at, pressed), brushed: (from, to) => this.brush(from, to), names: this.texts.fields, states: this.config.states,
    });
    this.player = new Player({ moved: (at) => this.show(at), ended: () => (this.playing = false) });
    this.player.speed = this.speed;
    this.sizes = new ResizeObserver(() => this.looked || this.fit(0));
    this.sizes.observe(this.$refs.map);
    for (const name of ["pointerdown", "wheel"]) this.$refs.map.addEventListener(name, () => ((this.looked = true), (this.centring = false)), { passive: true });
    this.onKey = (event) => this.key(event);
    document.addEventListener("keydown", this.onKey);
    this.period = period;
    this.look(since, until);
    this.load(true);
    this.$el.mowthosHistory = this;
  },
  unmounted() {
    document.removeEventListener("keydown", this.onKey);
    clearTimeout(this.refetching);
    this.player.pause();
    this.sizes.disconnect();
    this.charts.close();
    this.chart.close();
  },
  methods: {
    // --- span ---
    choose(key, seconds) {
      this.period = key;
      const until = Math.ceil(Date.now() / 1000);
      this.look(until - seconds, until);
      this.remember({ period: key, since: null, until: null });
      this.load(true);
    },
    between() {
      const [from, to] = [this.fromText, this.toText].map((text) => new Date(text).getTime() / 1000);
      if (!(to > from)) return (this.failed = this.texts.backwards);
      this.period = "";
      this.look(from, to);
      this.remember({ period: null, since: Math.round(from), until: Math.round(to) });
      this.load(true);
    },
    look(from, to) {
      this.span = { from, to };
      this.window = { from, to };
      [this.fromText, this.toText] = [local(from), local(to)];
      this.looked = false;
    },
    remember(changes) {
      const url = new URL(location.href);
      for (const [name, value] of Object.entries(changes)) value === null ? url.searchParams.delete(name) : url.searchParams.set(name, value);
      history.replaceState(history.state, "", url);
    },
    // --- data ---
    async load(fresh) {
      const [mine, began] = [++this.loads, performance.now()];
      this.busy = true;
      const { from, to } = this.window;
      const query = new URLSearchParams({ mower: this.config.mower, since: from, until: to });
      try {
        const answer = await fetch(`${this.config.url}?${query}`);
        const told = await answer.json();
        if (mine !== this.loads) return;
        if (!answer.ok) throw new Error(told.detail);
        this.take(told, fresh);
        this.failed = "";
        requestAnimationFrame(() => requestAnimationFrame(() => (this.drawnMs = performance.now() - began)));
      } catch (error) {
        if (mine === this.loads) this.failed = error.message && error.message !== "Failed to fetch" ? error.message : this.texts.failed;
      } finally {
        if (mine === this.loads) this.busy = false;
      }
    },
    take(told, fresh) {
      this.series = told;
      this.fetched = { from: told.since, to: told.until };
      Object.assign(this, { readings: told.readings, byMinute: told.by_minute, lines: told.lines.map(({ key, unit }) => ({ key, unit })), totals: told.totals, stops: told.stops.length });
      this.track = new Track(told.track, { gap: told.gap, states: this.config.states, stops: told.stops });
      this.track.trim(this.window.from, this.window.to);
      this.charts.show(told, this.window.from, this.window.to);
      this.player.span(this.window.from, this.window.to);
      if (this.at !== null && (this.at < this.window.from || this.at > this.window.to)) this.at = null;
      if (this.at === null && told.track.t.length) this.at = this.player.at = fresh ? told.track.t[0] : this.window.from;
      this.show(this.at);
      this.ready = true;
      if (fresh || !this.looked) this.fit(0);
    },
    brush(from, to) {
      if (to - from < 5) return;
      this.window = { from, to };
      this.player.pause();
      this.track?.trim(from, to);
      this.charts.show(this.series, from, to);
      this.player.span(from, to);
      this.at = this.player.at;
      this.show(this.at);
      clearTimeout(this.refetching);
      if (to - from < (this.fetched.to - this.fetched.from) * FINER || from < this.fetched.from || to > this.fetched.to) {
        this.refetching = setTimeout(() => this.load(false), REFETCH_MS);
      }
    },
    whole() {
      this.window = { ...this.span };
      this.load(false);
    },
    // --- the moment ---
    show(at) {
      this.at = at;
      if (this.track) this.track.at = at;
      this.charts.cursor(at);
      if (this.centring && at !== null) this.follow();
      this.chart.redraw();
    },
    hover(at, pressed = false) {
      if (at === null || this.playing || !this.series) return;
      this.player.at = at;
      this.show(at);
      if (pressed) this.player.seek(at);
    },
    seek(at) {
      this.player.seek(at);
    },
    toggle() {
      this.playing ? this.player.pause() : this.player.play();
      this.playing = this.player.playing;
    },
    setSpeed(speed) {
      this.speed = this.player.speed = speed;
    },
    centre() {
      this.centring = !this.centring;
      if (this.centring) this.follow(true);
    },
    follow(closer = false) {
      const here = wayAt(this.track, this.at);
      if (!here) return;
      const zoom = closer ? Math.max(this.chart.view.zoom, 19.5) : this.chart.view.zoom;
      this.chart.look({ longitude: here.place[0], latitude: here.place[1], zoom });
    },
    fit(time) {
      this.chart.size = [this.$refs.map.clientWidth || 1, this.$refs.map.clientHeight || 1];
      const places = [...this.lawn.places, ...(this.track?.places ?? [])];
      if (places.length) this.chart.fitPlaces(places, { most: 21, time });
    },
    key(event) {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.target.closest?.("input, textarea, select, button, a, summary, [role=application]") || document.querySelector("dialog[open]")) return;
      if (event.key !== " ") return;
      event.preventDefault();
      this.toggle();
    },
    chartKey(event) {
      const steps = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10 };
      if (!(event.key in steps) || this.at === null) return;
      event.preventDefault();
      this.seek(this.at + (steps[event.key] * (this.window.to - this.window.from)) / 200);
    },
    // --- words ---
    valueAt(key, at) {
      const line = this.series?.lines.find((one) => one.key === key);
      const i = line ? upperBound(line.t, at) - 1 : -1;
      return i < 0 ? null : line.v[i];
    },
    stateAt(at) {
      const band = this.series?.bands.find(([since, until]) => since <= at && at <= until);
      return band ? (this.config.states[band[2]]?.word ?? "") : this.texts.no_data;
    },
    lasting(seconds) {
      if (seconds === undefined) return "";
      const minutes = Math.round(seconds / 60);
      if (minutes < 60) return fill(this.texts.minutes, { n: minutes });
      return fill(this.texts.hours, { h: Math.floor(minutes / 60), m: String(minutes % 60).padStart(2, "0") });
    },
  },
};

function boundsOf(places) {
  const side = (axis, pick) => places.reduce((found, place) => pick(found, place[axis]), places[0][axis]);
  return [side(0, Math.min), side(1, Math.min), side(0, Math.max), side(1, Math.max)];
}

/** A moment as a datetime-local field shows it. */
function local(seconds) {
  const at = new Date(seconds * 1000);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60000).toISOString().slice(0, 16);
}
