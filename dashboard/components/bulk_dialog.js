// One command for many mowers: who would be refused and why, then a row each that goes on live, and abort the rest (B4).
import { control, fleetStore, fill, isBad, isGood, isOver, newId, show } from "mowthos-live";

const KINDS = ["start", "pause", "resume", "return", "halt"];
const SERVICE = ["stop", "leave_dock", "restart"];

export default {
  beforeCreate() {
    this.texts = window.mowthosLook.texts.card;
  },
  template: `
    <dialog ref="dialog" class="l-dialog l-dialog-wide" aria-labelledby="bulk-title" @close="closed">
      <div v-if="names.length" data-bulk-dialog>
        <header><h2 id="bulk-title">{{ sentence(order ? texts.bulk.running : texts.bulk.title, { n: names.length, kind: texts.kinds[kind] }) }}</h2>
          <button type="button" class="l-icon" :aria-label="texts.close" @click="$refs.dialog.close()">×</button></header>
        <div class="l-dialog-body">
        <div v-if="!order" class="l-kinds" role="radiogroup" :aria-label="texts.commands">
          <label v-for="one in kinds" :key="one" :class="{ chosen: one === kind }"><input v-model="kind" type="radio" name="bulk-kind" :value="one">{{ texts.kinds[one] }}</label>
        </div>
        <p v-if="problem" class="m-notice m-notice-bad" role="alert">{{ problem }}</p>
        <p class="l-bulk-sum" role="status" data-bulk-sum>{{ summary }}</p>
        <div class="l-bulk-rows" tabindex="0" role="region" :aria-label="texts.bulk.rows">
          <table><thead><tr><th>{{ texts.bulk.mower }}</th><th>{{ order ? texts.bulk.state : texts.bulk.verdict }}</th></tr></thead>
          <tbody><tr v-for="row in rows" :key="row.name" :data-row="row.name" :data-row-state="row.key">
            <th>{{ row.name }}</th><td><span :class="['m-chip', row.tone]">{{ row.word }}</span> <span class="l-bulk-why">{{ row.why }}</span></td></tr></tbody></table>
        </div>
        <label v-if="mayOverride" class="l-override">{{ sentence(texts.bulk.override, { n: overridable }) }}
          <textarea v-model="reason" name="override" rows="2" maxlength="500" :placeholder="texts.start.override_hint"></textarea></label>
        </div>
        <footer v-if="!order">
          <button type="button" class="m-button m-button-quiet" @click="$refs.dialog.close()">{{ texts.cancel }}</button>
          <button type="button" class="m-button" :disabled="!preview || !going || busy" data-bulk-go @click="go">{{ sentence(texts.bulk.go, { kind: texts.kinds[kind], n: going }) }}</button>
        </footer>
        <footer v-else>
          <button type="button" class="m-button m-button-danger" :disabled="!waiting" data-bulk-abort @click="abort">{{ sentence(texts.bulk.abort, { n: waiting }) }}</button>
          <button type="button" class="m-button" data-bulk-close @click="$refs.dialog.close()">{{ texts.close }}</button>
        </footer>
      </div>
    </dialog>`,
  data: () => ({ names: [], kind: "pause", preview: null, order: null, reason: "", problem: "", busy: false, version: 0 }),
  computed: {
    store: () => fleetStore(),
    kinds() {
      return this.store.config.may.service ? [...KINDS, ...SERVICE] : KINDS;
    },
    overridable() {
      return (this.preview ?? []).filter((row) => row.overridable).length;
    },
    mayOverride() {
      return !this.order && this.overridable > 0 && this.store.config.may.override;
    },
    overriding() {
      return this.mayOverride && this.reason.trim().length >= 3;
    },
    going() {
      return (this.preview ?? []).filter((row) => !row.reason_words.length || (this.overriding && row.overridable)).length;
    },
    rows() {
      void this.version;
      return this.order ? this.order.rows.map(this.resultRow) : this.names.map(this.previewRow);
    },
    waiting() {
      return this.order ? this.rows.filter((row) => row.key === "waiting").length : 0;
    },
    summary() {
      if (!this.order) return this.preview ? fill(this.texts.bulk.preview, { n: this.going, refused: this.names.length - this.going }) : this.texts.bulk.judging;
      const count = (keys) => this.rows.filter((row) => keys.includes(row.key)).length;
      const good = count(["seen_in_telemetry", "done"]);
      const bad = count(["refused", "failed", "expired"]);
      return fill(this.texts.bulk.sum, { good, bad, aborted: count(["aborted"]), open: this.rows.length - good - bad - count(["aborted"]) });
    },
  },
  watch: {
    kind: "judge",
  },
  mounted() {
    this.ends = [
      this.store.on("bulk-dialog", (names) => this.open(names)),
      this.store.on("commands", () => this.version++),
    ];
  },
  unmounted() {
    this.ends.forEach((end) => end());
  },
  methods: {
    sentence: fill,
    async open(names) {
      Object.assign(this, { names, preview: null, order: null, reason: "", problem: "", busy: false });
      await this.$nextTick();
      show(this.$refs.dialog);
      this.judge();
    },
    closed() {
      const done = Boolean(this.order);
      this.names = [];
      if (done) this.store.emit("bulk-done");
    },
    async judge() {
      const { names, kind } = this;
      if (!names.length) return;
      this.preview = null;
      this.problem = "";
      try {
        const told = await control(this.store, "/bulk/preview", { kind, mowers: names });
        if (names === this.names && kind === this.kind) this.preview = told.rows;
      } catch (error) {
        this.problem = error.message;
      }
    },
    previewRow(name) {
      const row = this.preview?.find((one) => one.device_name === name);
      if (!row) return { name, key: "judging", word: "…", tone: "", why: "" };
      if (!row.reason_words.length) return { name, key: "goes", word: this.texts.bulk.goes, tone: "m-chip-good", why: "" };
      const over = this.overriding && row.overridable;
      return { name, key: over ? "overridden" : "refused", word: over ? this.texts.bulk.overridden : this.texts.bulk.refused, tone: over ? "m-chip-warn" : "m-chip-bad", why: row.reason_words.join(" ") };
    },
    resultRow(row) {
      const live = this.store.commands.get(row.device_name)?.find((one) => one.id === row.command_id) ?? row.command;
      if (!live) {
        const word = row.state === "aborted" ? this.texts.bulk.aborted : this.texts.bulk.waiting;
        return { name: row.device_name, key: row.state === "aborted" ? "aborted" : "waiting", word, tone: "", why: "" };
      }
      const tone = isBad(live) ? "m-chip-bad" : isGood(live) ? "m-chip-good" : "m-chip-info";
      return { name: row.device_name, key: live.status, word: this.texts.bulk.states[live.status] ?? live.status, tone, why: isOver(live) ? (live.reason_words ?? []).join(" ") : "" };
    },
    async go() {
      this.busy = true;
      this.problem = "";
      const chosen = this.preview.filter((row) => !row.reason_words.length || (this.overriding && row.overridable)).map((row) => row.device_name);
      try {
        const id = newId();
        this.order = await control(this.store, "/bulk", { id, kind: this.kind, mowers: chosen, ...(this.overriding ? { override_reason: this.reason.trim() } : {}) });
      } catch (error) {
        this.problem = error.message;
      }
      this.busy = false;
    },
    async abort() {
      try {
        this.order = await control(this.store, `/bulk/${this.order.id}/abort`, {});
      } catch (error) {
        this.problem = error.message;
        this.order = await control(this.store, `/bulk/${this.order.id}`);
      }
    },
  },
};
