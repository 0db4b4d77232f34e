// Start with chosen zones in a chosen order, and how to mow; over the start guard with a typed reason (B5, B7).
import { ask, control, fill, fieldNumber, fieldRange, fleetStore, ownUnit, show, typedNumber } from "mowthos-live";

const NUMBERS = ["blade_height_mm", "speed_m_s", "angle_deg", "spacing_cm", "border_laps"];
const FRESH_MS = 3_000; // reasons and areas come and go while somebody chooses
const RANGES = { blade_height_mm: [15, 100, 1], speed_m_s: [0.1, 1.2, 0.05], angle_deg: [0, 359, 1], spacing_cm: [5, 40, 1], border_laps: [0, 4, 1] };

export default {
  beforeCreate() {
    this.texts = window.mowthosLook.texts.card;
  },
  template: `
    <dialog ref="dialog" class="l-dialog" aria-labelledby="start-title" @close="name = null">
      <form v-if="name" method="dialog" data-start-dialog @submit.prevent="start">
        <header><h2 id="start-title">{{ sentence(texts.start.title, { name }) }}</h2>
          <button type="button" class="l-icon" :aria-label="texts.close" @click="close">×</button></header>
        <div class="l-dialog-body">
        <p v-if="problem" class="m-notice m-notice-bad" role="alert">{{ problem }}</p>
        <div v-if="!options && !problem" class="l-skeletons" role="status" :aria-label="texts.start.loading"><i v-for="n in 4" :key="n" class="m-skeleton"></i></div>
        <template v-if="options">
          <div v-if="against.length" class="m-notice m-notice-warn" data-against>
            <div><b>{{ texts.start.against }}</b><ul><li v-for="word in against" :key="word">{{ word }}</li></ul>
              <p v-if="options.quiet_until">{{ sentence(texts.start.quiet_until, { time: options.quiet_until }) }}</p></div>
          </div>
          <fieldset><legend>{{ texts.start.areas }}</legend>
            <p class="l-hint">{{ options.areas.length ? texts.start.areas_hint : texts.start.no_areas }}</p>
            <div class="l-areas">
              <button v-for="area in options.areas" :key="area.number" type="button" class="l-area" :data-area="area.name" :aria-pressed="String(chosen.includes(area.number))" @click="toggle(area.number)">
                <i v-if="chosen.includes(area.number)">{{ chosen.indexOf(area.number) + 1 }}</i>{{ area.name }}<em v-if="area.no_go">{{ texts.start.no_go }}</em></button>
            </div>
          </fieldset>
          <fieldset><legend>{{ texts.start.how }}</legend>
            <div class="l-numbers">
              <label v-for="number in numbers" :key="number">{{ texts.settings.names[number] }}
                <span><input v-model="values[number]" type="number" inputmode="decimal" :name="number" :min="ranges[number][0]" :max="ranges[number][1]" :step="ranges[number][2]" :placeholder="texts.start.auto"><em>{{ units[number] }}</em></span></label>
            </div>
            <button v-if="hasLast" type="button" class="m-button m-button-quiet m-button-small" data-use-last @click="useLast">{{ texts.start.use_last }}</button>
          </fieldset>
          <label v-if="mayOverride" class="l-override">{{ texts.start.override }}
            <textarea v-model="reason" name="override" rows="2" maxlength="500" :placeholder="texts.start.override_hint"></textarea></label>
          <p v-else-if="blocked" class="l-hint">{{ texts.start.no_override }}</p>
        </template>
        </div>
        <footer>
          <button type="button" class="m-button m-button-quiet" @click="close">{{ texts.cancel }}</button>
          <button class="m-button" :disabled="!ready" data-start-go>{{ blocked ? texts.start.go_anyway : texts.start.go }}</button>
        </footer>
      </form>
    </dialog>`,
  data: () => ({ name: null, options: null, chosen: [], values: {}, lastUsed: {}, reason: "", problem: "" }),
  computed: {
    store: () => fleetStore(),
    numbers: () => NUMBERS,
    ranges: () => Object.fromEntries(NUMBERS.map((name) => [name, fieldRange(name, RANGES[name])])),
    units() {
      return Object.fromEntries(NUMBERS.map((name) => [name, ownUnit(name)?.word ?? this.texts.start.units[name]]));
    },
    against() {
      const { reason_words: always = [], areas = [], no_go_words: noGo } = this.options ?? {};
      const mown = this.chosen.length ? areas.filter((area) => this.chosen.includes(area.number)) : areas;
      return mown.some((area) => area.no_go) && !always.includes(noGo) ? [...always, noGo] : always;
    },
    blocked() {
      return this.against.length > 0;
    },
    mayOverride() {
      const { reason_words: always, overridable } = this.options ?? {};
      return this.blocked && (overridable || !always.length) && this.store.config.may.override;
    },
    ready() {
      return Boolean(this.options) && (!this.blocked || (this.mayOverride && this.reason.trim().length >= 3));
    },
    hasLast() {
      return Object.keys(this.options?.last ?? {}).length > 0;
    },
  },
  mounted() {
    this.ends = [this.store.on("start-dialog", (name) => this.open(name))];
  },
  unmounted() {
    this.ends.forEach((end) => end());
    clearInterval(this.refreshing);
  },
  methods: {
    sentence: fill,
    async open(name) {
      Object.assign(this, { name, options: null, chosen: [], values: {}, lastUsed: {}, reason: "", problem: "" });
      await this.$nextTick();
      show(this.$refs.dialog);
      await this.refresh(name);
      clearInterval(this.refreshing);
      this.refreshing = setInterval(() => (this.name ? this.refresh(this.name) : clearInterval(this.refreshing)), FRESH_MS);
    },
    async refresh(name) {
      try {
        const told = await control(this.store, `/mower?mower=${encodeURIComponent(name)}`);
        if (name !== this.name) return;
        const known = new Set(told.options.areas.map((area) => area.number));
        Object.assign(this, { options: told.options, problem: "", chosen: this.chosen.filter((number) => known.has(number)) });
      } catch (error) {
        if (name === this.name) this.problem = error.message;
      }
    },
    close() {
      this.$refs.dialog.close();
    },
    toggle(number) {
      this.chosen = this.chosen.includes(number) ? this.chosen.filter((other) => other !== number) : [...this.chosen, number];
    },
    useLast() {
      const { areas, ...values } = this.options.last;
      const known = new Set(this.options.areas.map((area) => area.number));
      this.chosen = (areas ?? []).filter((number) => known.has(number));
      this.values = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, fieldNumber(name, value)]));
      this.lastUsed = values;
    },
    start() {
      const given = NUMBERS.filter((name) => this.values[name] !== "" && this.values[name] !== undefined);
      const chosen = Object.fromEntries(given.map((name) => [name, typedNumber(name, this.values[name], RANGES[name][2], this.lastUsed[name])]));
      if (this.chosen.length) chosen.areas = this.chosen;
      ask(this.store, this.name, "start", { start: chosen, ...(this.mayOverride ? { override_reason: this.reason.trim() } : {}) });
      this.close();
    },
  },
};
