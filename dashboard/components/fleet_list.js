// The list beside the map: counters that filter, sort, search, and only the rows in sight in the document.
import {
  BATTERY_BANDS, NO_FILTER, SORTS, addressParameter, counts, fill, fleetStore, setAddressParameters, shapeSvg, shortAge,
  shown, stateWords,
} from "mowthos-live";

const ROW = 60;
const SPARE = 4;

export default {
  beforeCreate() {
    this.texts = window.mowthosLook.texts.list;
  },
  template: `
    <section class="l-list" :aria-label="texts.title">
      <header class="l-list-head">
        <h2><span class="m-number">{{ store.count }}</span> {{ texts.mowers }}</h2>
        <label class="l-select"><span class="m-visually-hidden">{{ texts.sort_by }}</span>
          <select v-model="filter.sort"><option v-for="sort in sorts" :key="sort" :value="sort">{{ texts.sorts[sort] }}</option></select>
        </label>
        <label class="l-select"><span class="m-visually-hidden">{{ texts.battery }}</span>
          <select v-model="filter.battery">
            <option value="">{{ texts.any_battery }}</option>
            <option v-for="band in bands" :key="band" :value="band">{{ texts.batteries[band] }}</option>
          </select>
        </label>
      </header>
      <div class="l-counters" role="group" :aria-label="texts.filter_by_state">
        <button v-for="state in counters" :key="state.key" type="button" class="l-counter" :aria-pressed="String(filter.states.includes(state.key))"
          :data-state="state.key" @click="toggle(state.key)">
          <span v-html="state.svg"></span><b class="m-number">{{ state.count }}</b> <span>{{ state.word }}</span>
        </button>
        <button v-if="filtered" type="button" class="l-counter l-clear" @click="clear">{{ texts.clear }}</button>
        <button v-if="store.config.may.command" type="button" class="l-counter l-select-mode" :aria-pressed="String(selecting)" data-select-mode @click="selectMode(!selecting)">{{ texts.select }}</button>
      </div>
      <div v-if="selecting" class="l-picked" data-picked>
        <b>{{ sentence(texts.picked, { n: picked.length }) }}</b>
        <button type="button" class="m-button m-button-quiet m-button-small" data-pick-listed @click="pickListed">{{ texts.pick_listed }}</button>
        <label class="l-select"><span class="m-visually-hidden">{{ texts.pick_cluster }}</span>
          <select :value="''" data-pick-cluster @change="pickCluster"><option value="">{{ texts.pick_cluster }}</option>
            <option v-for="cluster in clusters" :key="cluster" :value="cluster">{{ cluster }}</option></select></label>
        <button type="button" class="m-button m-button-small" :disabled="!picked.length" data-bulk-open @click="store.emit('bulk-dialog', [...picked])">{{ texts.command_picked }}</button>
      </div>
      <div v-if="homes.length" class="l-homes">
        <h3>{{ texts.homes }}</h3>
        <button v-for="home in homes" :key="home.id" type="button" class="l-home" @click="store.emit('home', home)">
          <b>{{ home.address }}</b><span>{{ home.city }}</span>
        </button>
      </div>
      <div v-if="!store.frame" class="l-skeletons" role="status" :aria-label="texts.loading"><i v-for="n in 7" :key="n" class="m-skeleton"></i></div>
      <div v-else-if="!store.count" class="m-face"><h2>{{ texts.no_mowers }}</h2><p>{{ texts.no_mowers_hint }}</p></div>
      <div v-else-if="!rows.length" class="m-face"><h2>{{ texts.none_found }}</h2>
        <button type="button" class="m-button m-button-quiet" @click="clear">{{ texts.clear }}</button></div>
      <div v-else ref="scroller" class="l-scroll" role="listbox" tabindex="0" :aria-label="texts.title"
        :aria-activedescendant="activeId" @scroll.passive="scrolled" @keydown="key">
        <div class="l-total" role="presentation" :style="{ height: rows.length * ${ROW} + 'px' }">
          <div v-for="row in visible" :key="row.mower.name" :id="'mower-' + row.i" class="l-row" role="option"
            :aria-selected="String(selecting ? picked.includes(row.mower.name) : row.mower.name === selected)" :aria-setsize="rows.length" :aria-posinset="row.at + 1"
            :style="{ transform: 'translateY(' + row.at * ${ROW} + 'px)' }" :class="{ 'l-old': row.old }"
            :data-mower="row.mower.name" :data-state="row.key" @click="selecting ? mark(row.mower.name) : pick(row.mower.name)">
            <span v-if="selecting" class="l-mark" :class="{ on: picked.includes(row.mower.name) }" role="presentation">{{ picked.includes(row.mower.name) ? "✓" : "" }}</span>
            <span v-else class="l-icon" v-html="row.svg"></span>
            <span class="l-what"><b>{{ row.mower.name }}<i v-if="row.alarm" class="l-alarm" :data-severity="row.alarm" :title="texts.alarm">!<span class="m-visually-hidden"> {{ texts.alarm }}</span></i></b><span>{{ row.words }}<template v-if="row.mower.address"> · {{ row.mower.address }}</template></span></span>
            <span class="l-side"><span class="m-number" :class="{ 'l-low': row.battery < 25 }">{{ row.battery > 100 ? "–" : row.battery + " %" }}</span><span class="m-number">{{ row.ageText }}</span></span>
          </div>
        </div>
      </div>
      <div class="m-visually-hidden" role="status" aria-live="polite">{{ said }}</div>
    </section>`,
  data() {
    const store = Vue.markRaw(fleetStore());
    const remembered = store.memory.view("filter", {});
    const filter = { ...NO_FILTER, ...remembered, text: addressParameter("q") ?? "" };
    const states = addressParameter("state");
    if (states) filter.states = states.split(",");
    return { store, filter, homes: [], version: 0, top: 0, height: 600, selected: store.selected, said: "", selecting: false, picked: [] };
  },
  computed: {
    sorts: () => SORTS,
    bands: () => BATTERY_BANDS,
    filtered() {
      return this.filter.states.length > 0 || this.filter.battery !== "" || this.filter.text !== "";
    },
    all() {
      void this.version;
      const store = this.store;
      return Array.from({ length: store.count }, (_, i) => {
        const judged = store.judge(i);
        return {
          i, mower: store.mowers[i], judged, key: judged.state.key, rank: judged.state.rank, age: judged.age,
          battery: store.frame.battery[i],
        };
      });
    },
    counters() {
      const found = counts(this.all);
      return [...this.store.config.states]
        .sort((a, b) => a.rank - b.rank)
        .filter((state) => found.has(state.key) || this.filter.states.includes(state.key))
        .map((state) => ({ ...state, count: found.get(state.key) ?? 0, svg: this.svg({ state, opacity: 1 }, 18) }));
    },
    rows() {
      return shown(this.all, this.filter);
    },
    visible() {
      const from = Math.max(0, Math.floor(this.top / ROW) - SPARE);
      const to = Math.min(this.rows.length, Math.ceil((this.top + this.height) / ROW) + SPARE);
      return this.rows.slice(from, to).map((row, n) => ({
        ...row, at: from + n, alarm: this.store.alarms[row.mower.name], svg: this.svg(row.judged, 24), words: this.words(row),
        old: row.judged.stale || row.judged.state === this.store.unknown,
        ageText: shortAge(row.age, this.texts.ages),
      }));
    },
    clusters() {
      void this.version;
      return [...new Set(this.store.mowers.map((mower) => mower.cluster).filter(Boolean))].sort();
    },
    activeId() {
      const at = this.visible.find((row) => row.mower.name === this.selected);
      return at ? `mower-${at.i}` : null;
    },
  },
  watch: {
    filter: { deep: true, handler: "filterChanged" },
    rows() {
      this.store.listed = this.filtered ? new Set(this.rows.map((row) => row.mower.name)) : null;
    },
  },
  mounted() {
    const refresh = () => this.version++;
    this.ends = ["frame", "roster", "second"].map((name) => this.store.on(name, refresh));
    this.ends.push(this.store.on("bulk-done", () => this.selectMode(false)));
    this.ends.push(this.store.on("select", ({ name, from }) => this.selectionChanged(name, from)));
    this.onSearch = (event) => this.search(event);
    this.onKey = (event) => this.globalKey(event);
    document.addEventListener("mowthos-search", this.onSearch);
    document.addEventListener("keydown", this.onKey);
    this.sizes = new ResizeObserver(() => this.measure());
    this.sizes.observe(this.$el);
    if (this.filter.text) this.findHomes(this.filter.text);
  },
  updated() {
    if (this.$refs.scroller && this.measured !== this.$refs.scroller) {
      this.measured = this.$refs.scroller;
      this.measure();
      if (this.selected) this.reveal(this.selected);
    }
  },
  unmounted() {
    this.ends.forEach((end) => end());
    document.removeEventListener("mowthos-search", this.onSearch);
    document.removeEventListener("keydown", this.onKey);
    this.sizes.disconnect();
  },
  methods: {
    sentence: fill,
    selectMode(on) {
      Object.assign(this, { selecting: on, picked: [] });
    },
    mark(name) {
      this.picked = this.picked.includes(name) ? this.picked.filter((other) => other !== name) : [...this.picked, name];
    },
    pickListed() {
      this.picked = this.rows.map((row) => row.mower.name);
    },
    pickCluster(event) {
      const mine = this.store.mowers.filter((mower) => mower.cluster === event.target.value).map((mower) => mower.name);
      this.picked = [...new Set([...this.picked, ...mine])];
      event.target.value = "";
    },
    svg(judged, size) {
      return shapeSvg(judged, this.store.config.shapes, size);
    },
    words(row) {
      return stateWords(row.judged, this.texts, this.store.unknown);
    },
    toggle(key) {
      const states = this.filter.states;
      this.filter.states = states.includes(key) ? states.filter((other) => other !== key) : [...states, key];
    },
    clear() {
      Object.assign(this.filter, NO_FILTER, { sort: this.filter.sort, states: [] });
      this.homes = [];
      const field = document.querySelector(".m-search input");
      if (field) field.value = "";
    },
    filterChanged() {
      const { text, states, ...kept } = this.filter;
      this.store.memory.keepView("filter", { ...kept, states });
      setAddressParameters({ q: text, state: states.join(",") });
      this.$nextTick(() => {
        this.store.emit("filter");
        this.said = fill(this.texts.listed, { n: this.rows.length });
      });
    },
    pick(name) {
      this.store.select(name, { from: "list" });
    },
    selectionChanged(name, from) {
      this.selected = name;
      if (name && from !== "list") this.reveal(name);
    },
    reveal(name) {
      const at = this.rows.findIndex((row) => row.mower.name === name);
      const scroller = this.$refs.scroller;
      if (at < 0 || !scroller) return;
      const [above, below] = [at * ROW, (at + 1) * ROW];
      if (above < scroller.scrollTop) scroller.scrollTop = above;
      else if (below > scroller.scrollTop + scroller.clientHeight) scroller.scrollTop = below - scroller.clientHeight;
    },
    step(by) {
      const at = this.rows.findIndex((row) => row.mower.name === this.selected);
      this.go(at < 0 && by > 0 ? 0 : at + by);
    },
    /** Select the row at this place, or the nearest there is. */
    go(place) {
      const next = this.rows[Math.min(this.rows.length - 1, Math.max(0, place))];
      if (!next) return;
      this.pick(next.mower.name);
      this.$nextTick(() => this.reveal(next.mower.name));
    },
    key(event) {
      const moves = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 };
      const places = { Home: 0, End: this.rows.length - 1 };
      if (event.key in places) this.go(places[event.key]);
      else if (event.key in moves) this.step(moves[event.key]);
      else return;
      event.preventDefault();
    },
    globalKey(event) {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      if (/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName) || event.target.isContentEditable) return;
      if (event.key === "j") this.step(1);
      else if (event.key === "k") this.step(-1);
    },
    scrolled() {
      this.top = this.$refs.scroller.scrollTop;
    },
    measure() {
      if (this.$refs.scroller) this.height = this.$refs.scroller.clientHeight;
    },
    search(event) {
      const text = event.detail.text.trim();
      this.filter.text = text;
      if (event.detail.kind !== "submit") {
        clearTimeout(this.typing);
        this.typing = setTimeout(() => this.findHomes(text), 180);
        return;
      }
      event.preventDefault();
      this.$nextTick(async () => {
        if (this.rows.length) return this.pick(this.rows[0].mower.name), this.store.emit("fly", this.rows[0].mower.name);
        await this.findHomes(text);
        if (this.homes.length) this.store.emit("home", this.homes[0]);
      });
    },
    async findHomes(text) {
      if (!this.store.config.may.neighbours || text.length < 2) {
        this.homes = [];
        return;
      }
      try {
        const answer = await fetch(`${this.store.config.urls.search}?q=${encodeURIComponent(text)}`);
        if (answer.ok && text === this.filter.text) this.homes = (await answer.json()).homes.slice(0, 5);
      } catch {
        this.homes = []; // the banner tells that the server is away
      }
    },
  },
};
