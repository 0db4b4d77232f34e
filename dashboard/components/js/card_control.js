// Parts of the card about control: STOP that is red until standstill is proven, who holds the mower, what befell it,
// and what it says it does beside what it was asked.
import { control, haltOf } from "./control.js";
import { settingWords } from "./settings_units.js";
import { fleetStore } from "./store.js";
import { ago, atClock, fill } from "./words.js";

const STOP_ICON = "M8 3h8l5 5v8l-5 5H8l-5-5V8z";

/** Always on screen while a mower is selected. */
export const CardStop = {
  props: ["name", "tick", "texts", "button"],
  emits: ["press"],
  template: `
    <div class="l-stop" :data-stop="phase">
      <button type="button" class="l-command l-command-halt" data-command="halt" :aria-disabled="String(!button.may)" aria-describedby="why-halt" :title="button.why || button.hint" @click="$emit('press', button)">
        <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true"><path d="${STOP_ICON}"/></svg>{{ texts.stop.word }}<kbd>s</kbd>
      </button>
      <p id="why-halt" class="l-stop-line" role="status">{{ line }}</p>
    </div>`,
  computed: {
    halt() {
      void this.tick;
      return haltOf(fleetStore(), this.name);
    },
    phase() {
      return this.halt?.phase ?? "ready";
    },
    line() {
      if (!this.halt) return this.button.why || this.texts.stop.hint;
      const { seconds, command } = this.halt;
      const n = this.phase === "unconfirmed" ? Math.round(seconds) : seconds.toFixed(1);
      return fill(this.texts.stop[this.phase], { n, times: Math.max(1, command.sends ?? 1) });
    },
  },
};

/** Who holds the controls; taking over is a second, explicit press. */
export const CardHold = {
  props: ["name", "tick", "texts", "lease"],
  template: `
    <div v-if="store.config.may.command" class="l-hold" :data-hold="mine ? 'mine' : held ? 'other' : 'nobody'">
      <p v-if="asking" class="l-hold-ask"><b>{{ sentence(texts.hold.sure, { holder: lease.holder }) }}</b></p>
      <p v-else>{{ words }}</p>
      <span class="m-row">
        <button v-if="asking" type="button" class="m-button m-button-small" data-hold-move="confirm" @click="move('take_over')">{{ texts.hold.take_over }}</button>
        <button v-if="asking" type="button" class="m-button m-button-quiet m-button-small" @click="asking = false">{{ texts.cancel }}</button>
        <button v-else-if="mine" type="button" class="m-button m-button-quiet m-button-small" data-hold-move="release" @click="move('release')">{{ texts.hold.release }}</button>
        <button v-else-if="held" type="button" class="m-button m-button-quiet m-button-small" data-hold-move="take_over" @click="asking = true">{{ texts.hold.take_over }} …</button>
        <button v-else type="button" class="m-button m-button-quiet m-button-small" data-hold-move="take" @click="move('take')">{{ texts.hold.take }}</button>
      </span>
      <p v-if="problem" class="l-denied" role="alert">{{ problem }}</p>
    </div>`,
  data: () => ({ asking: false, problem: "" }),
  computed: {
    store: () => fleetStore(),
    held() {
      void this.tick;
      return Boolean(this.lease) && this.lease.expires_at > this.store.now();
    },
    mine() {
      return this.held && this.lease.person === this.store.config.person;
    },
    words() {
      if (!this.held) return this.texts.hold.nobody;
      const time = atClock(this.lease.expires_at);
      return this.mine ? fill(this.texts.hold.mine, { time }) : fill(this.texts.hold.other, { holder: this.lease.holder, time });
    },
  },
  watch: {
    name() {
      Object.assign(this, { asking: false, problem: "" });
    },
  },
  methods: {
    sentence: fill,
    async move(move) {
      this.asking = false;
      this.problem = "";
      try {
        await control(this.store, "/lease", { mower: this.name, move });
      } catch (error) {
        this.problem = error.message;
      }
    },
  },
};

/** Left its ground, lifted, taken: since when, and the way to end it with a reason. */
export const CardIncidents = {
  props: ["name", "tick", "texts", "incidents"],
  template: `
    <div v-for="one in incidents" :key="one.id" class="l-incident" role="alert" :data-incident="one.kind">
      <p><b>{{ texts.incidents[one.kind] }}</b> <time>{{ since(one) }}</time></p>
      <p v-if="one.by_person" class="l-incident-note">{{ texts.incidents.tracked }}</p>
      <form v-if="one.by_person && store.config.may.incidents" class="l-incident-end" @submit.prevent="end(one)">
        <label class="m-visually-hidden" :for="'end-' + one.id">{{ texts.incidents.reason }}</label>
        <input :id="'end-' + one.id" v-model="reasons[one.id]" minlength="3" maxlength="500" required :placeholder="texts.incidents.reason">
        <button class="m-button m-button-small">{{ texts.incidents.end }}</button>
      </form>
      <p v-if="problem" class="l-denied">{{ problem }}</p>
    </div>`,
  data: () => ({ reasons: {}, problem: "" }),
  computed: { store: () => fleetStore() },
  methods: {
    since(one) {
      void this.tick;
      return ago(this.store.now() - one.began_at);
    },
    async end(one) {
      this.problem = "";
      try {
        await control(this.store, `/incidents/${one.id}/end`, { reason: this.reasons[one.id] ?? "" });
      } catch (error) {
        this.problem = error.message;
      }
    },
  },
};

/** Asked beside reported, until they agree; and how quick STOP was so far. */
export const CardSettings = {
  props: ["name", "tick", "texts", "settingsAt"],
  template: `
    <div class="l-told">
      <section v-if="told?.settings.settings.length" class="l-pairs" :data-agrees="String(told.settings.agrees)">
        <h3>{{ texts.settings.title }} <span :class="['m-chip', chip[0]]">{{ chip[1] }}</span></h3>
        <table><thead><tr><th></th><th>{{ texts.settings.asked }}</th><th>{{ texts.settings.reported }}</th></tr></thead>
        <tbody><tr v-for="pair in told.settings.settings" :key="pair.name" :data-pair="pair.name" :class="{ 'l-differs': pair.agrees === false }">
          <th>{{ texts.settings.names[pair.name] }}</th><td>{{ value(pair.name, pair.requested) }}</td>
          <td><template v-if="pair.agrees === false">≠ </template>{{ value(pair.name, pair.reported) }}</td></tr></tbody></table>
      </section>
      <p v-if="figures" class="l-figures" data-stop-figures>{{ figures }}</p>
    </div>`,
  data: () => ({ told: null, asked: "" }),
  computed: {
    store: () => fleetStore(),
    mark() {
      void this.tick;
      const newest = this.store.commands.get(this.name)?.[0];
      const height = this.store.details.get(this.name)?.reading?.blade_height_mm;
      return [this.name, newest?.id, newest?.status, this.settingsAt, height].join("/");
    },
    chip() {
      const agrees = this.told.settings.agrees;
      const { agree, differ, waiting } = this.texts.settings;
      return agrees === true ? ["m-chip-good", agree] : agrees === false ? ["m-chip-bad", differ] : ["m-chip-warn", waiting];
    },
    figures() {
      const all = this.told?.figures.all;
      if (!all?.asked) return "";
      const n = (seconds) => (seconds === null ? "–" : seconds.toFixed(1));
      return fill(this.texts.settings.figures, { p50: n(all.p50_s), p95: n(all.p95_s), proven: all.proven, asked: all.asked });
    },
  },
  watch: {
    mark: { immediate: true, handler: "load" },
  },
  methods: {
    async load(mark) {
      if (!this.name || !this.store.config.may.command) return;
      if (this.told && this.told.mower !== this.name) this.told = null;
      try {
        const told = await control(this.store, `/mower?mower=${encodeURIComponent(this.name)}`);
        if (mark === this.mark) this.told = told;
      } catch {
        // the banner tells that the server is away; the next change asks again
      }
    },
    value(name, told) {
      if (told === null || told === undefined) return this.texts.settings.unknown;
      if (name !== "areas") return settingWords(name, told, fill(this.texts.settings.units[name], { n: told }));
      const names = new Map(this.told.options.areas.map((area) => [area.number, area.name]));
      return told.map((number) => names.get(number) ?? "?").join(" → ");
    },
  },
};
