// Visits in lanes, by the week or by the day: opened, dragged, or moved by keys; where each may stand the server says.
const STEP = 15, HOUR = 60, FAR = 6, ASK_AFTER_MS = 140;
const clamp = (value, least, most) => Math.min(most, Math.max(least, value));

export default {
  props: { config: { type: Object, required: true } },
  emits: ["open", "check", "move"],
  template: `
    <div class="v-board" :class="'v-board-' + config.view" :style="{ '--v-days': config.days.length }" @keydown="key">
      <p id="v-keys" class="m-visually-hidden">{{ texts.keys }}</p>
      <p class="m-visually-hidden" role="status" data-said>{{ said }}</p>
      <div class="v-head" aria-hidden="true"><span></span>
        <template v-if="week"><span v-for="day in config.days" :key="day.date" :class="{ 'v-today': day.today }">{{ day.words }}</span></template>
        <span v-else class="v-hours"><i v-for="tick in config.ticks" :key="tick.minute" :style="{ left: share(tick.minute) }">{{ tick.words }}</i></span>
      </div>
      <section v-for="lane in config.lanes" :key="lane.key" class="v-lane" :style="{ '--v-rows': lane.rows }" :aria-label="lane.title">
        <h3>{{ lane.title }}<small>{{ lane.sub }}</small></h3>
        <div v-for="(day, d) in config.days" :key="day.date" class="v-cell" :class="{ 'v-closed': lane.days[d].closed, 'v-today': week && day.today, 'v-over': held?.lane === lane.key && held.day === d && moved }" :data-lane="lane.key" :data-day="d">
          <p class="m-visually-hidden">{{ day.words }}: {{ lane.days[d].words }}</p>
          <div class="v-strip" aria-hidden="true"><i v-for="(ban, n) in lane.days[d].bans" :key="n" class="v-ban" :style="place(ban)" :title="ban.words"><span v-if="!week">{{ ban.words }}</span></i></div>
          <button v-for="visit in lane.visits.filter((one) => one.day === d)" :key="visit.id" type="button" class="v-visit" :class="['v-' + visit.tone, { 'v-held': held?.id === visit.id && moved, 'v-still': !visit.movable }]" :style="week ? {} : place(visit, true)" :data-visit="visit.id" :aria-label="visit.label" :aria-describedby="visit.movable ? 'v-keys' : null" @click="click(visit)" @blur="drop" @pointerdown="grab($event, visit, lane)" @pointermove="drag($event)" @pointerup="release($event)" @pointercancel="drop">
            <span class="v-when"><i class="q-icon notranslate material-icons-outlined" aria-hidden="true">{{ visit.icon }}</i>{{ week ? visit.time : clock(visit.from) }}<i v-if="visit.pinned" class="q-icon notranslate material-icons-outlined v-pin" aria-hidden="true">push_pin</i></span>
            <span class="v-where">{{ visit.address }}</span><span class="v-state">{{ visit.word }}<template v-if="visit.why"> · {{ visit.why }}</template></span>
          </button>
          <div v-if="held?.lane === lane.key && held.day === d && moved" class="v-ghost" :class="{ 'v-refused': hint?.reasons.length }" :style="week ? {} : place({ from: held.minute, to: held.minute + held.lasts })">{{ clock(held.minute) }}</div>
        </div>
      </section>
      <div v-if="hint" class="m-notice v-hint" :class="hint.reasons.length ? 'm-notice-bad' : hint.words ? 'm-notice-good' : ''" :role="hint.final && hint.reasons.length ? 'alert' : null" data-hint>
        <div><b>{{ hint.words }}</b><p v-for="reason in hint.reasons" :key="reason">{{ reason }}</p></div>
        <button v-if="hint.final" type="button" class="m-button m-button-quiet m-button-small" @click="hint = null">{{ texts.close }}</button>
      </div>
    </div>`,
  data: () => ({ held: null, hint: null, said: "", asked: 0 }),
  computed: {
    texts() {
      return this.config.texts;
    },
    week() {
      return this.config.view === "week";
    },
    moved() {
      return this.held && (this.held.day !== this.held.was.day || this.held.minute !== this.held.was.minute);
    },
  },
  watch: {
    config() {
      if (!this.back) return;
      const id = this.back;
      this.back = null;
      this.$nextTick(() => this.$el.querySelector(`[data-visit="${id}"]`)?.focus());
    },
  },
  methods: {
    share(minute) {
      const [first, last] = this.config.range;
      return `${clamp(((minute - first) / (last - first)) * 100, 0, 100)}%`;
    },
    place(span, visit = false) {
      const [first, last] = this.week ? [0, 1440] : this.config.range;
      const from = clamp(span.from, first, last), to = clamp(span.to, first, last), row = visit ? { top: `${6 + span.row * 62}px` } : {};
      return { left: `${((from - first) / (last - first)) * 100}%`, width: `${((to - from) / (last - first)) * 100}%`, ...row };
    },
    clock(minute) {
      const at = new Date(2000, 0, 1, 0, minute);
      return at.toLocaleTimeString(document.documentElement.dataset.locale || "en", { hour: "numeric", minute: "2-digit" });
    },
    hold(visit, lane) {
      const at = { day: visit.day, minute: visit.from };
      this.held = { id: visit.id, version: visit.version, lane: lane.key, lasts: visit.to - visit.from, address: visit.address, ...at, was: at };
      this.hint = null;
    },
    put(day, minute) {
      const held = this.held;
      day = clamp(day, 0, this.config.days.length - 1);
      minute = clamp(minute, 0, 1440 - STEP);
      if (day === held.day && minute === held.minute) return;
      held.day = day;
      held.minute = minute;
      this.hint = null;
      clearTimeout(this.waits);
      if (this.moved) this.waits = setTimeout(() => this.held && this.$emit("check", { ...this.wish(), n: ++this.asked }), ASK_AFTER_MS);
      this.said = this.fill(this.texts.at, { day: this.config.days[day].words, time: this.clock(minute) });
    },
    wish() {
      const { id, day, minute, version } = this.held;
      return { id, minute, version, date: this.config.days[day].date };
    },
    fill: (words, values) => words.replace(/{(\w+)}/g, (_all, name) => values[name]),
    /** What the server says of the place under the hand. */
    told({ n, words, reasons }) {
      if (n !== this.asked || !this.held) return;
      this.hint = { words, reasons, final: false };
      this.said = [words, ...reasons].join(". ");
    },
    /** What became of a move. */
    settled({ words, reasons }) {
      this.held = null;
      this.hint = { words, reasons, final: true };
      this.said = reasons.length ? "" : words;
    },
    apply() {
      clearTimeout(this.waits);
      this.asked += 1;
      this.back = this.held.id;
      this.$emit("move", this.wish());
    },
    drop() {
      clearTimeout(this.waits);
      if (this.held && !this.hint?.final) this.hint = null;
      this.held = null;
      this.start = null;
    },
    // --- by hand ---
    grab(event, visit, lane) {
      if (event.button || !visit.movable || event.pointerType === "touch") return;
      this.start = { x: event.clientX, y: event.clientY, visit, lane, dragging: false };
    },
    drag(event) {
      const start = this.start;
      if (!start) return;
      if (!start.dragging) {
        if (Math.hypot(event.clientX - start.x, event.clientY - start.y) < FAR) return;
        start.dragging = true;
        event.target.closest("button").setPointerCapture(event.pointerId);
        this.hold(start.visit, start.lane);
      }
      if (!this.held) return;
      if (this.week) {
        const cell = document.elementsFromPoint(event.clientX, event.clientY).find((one) => one.dataset?.lane === start.lane.key);
        if (cell) this.put(Number(cell.dataset.day), start.visit.from);
        return;
      }
      const [first, last] = this.config.range;
      const wide = event.target.closest(".v-cell").getBoundingClientRect().width;
      const minutes = ((event.clientX - start.x) / wide) * (last - first);
      this.put(start.visit.day, Math.round((start.visit.from + minutes) / STEP) * STEP);
    },
    release(event) {
      const start = this.start;
      this.start = null;
      if (!start?.dragging) return;
      event.preventDefault();
      this.dragged = true; // the click that follows a drag opens nothing
      setTimeout(() => (this.dragged = false), 50);
      if (this.held && this.moved) this.apply();
      else this.drop();
    },
    click(visit) {
      if (this.dragged || this.held) return;
      this.$emit("open", { id: visit.id });
    },
    // --- by keys ---
    key(event) {
      const id = event.target.dataset?.visit;
      if (!id || event.altKey || event.ctrlKey || event.metaKey) return;
      if (this.held && event.key === "Escape") {
        event.stopPropagation();
        this.drop();
        this.said = this.texts.stays;
        return;
      }
      if (this.held && event.key === "Enter") {
        event.preventDefault();
        if (this.moved) this.apply();
        else this.drop();
        return;
      }
      const [days, minutes] = this.steps(event.key);
      if (!days && !minutes) return;
      const lane = this.config.lanes.find((one) => one.visits.some((visit) => visit.id === id));
      const visit = lane.visits.find((one) => one.id === id);
      if (!visit.movable) return;
      event.preventDefault();
      if (!this.held) this.hold(visit, lane);
      this.put(this.held.day + days, this.held.minute + minutes);
    },
    steps(key) {
      if (this.week) return { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] }[key] ?? [0, 0];
      return { ArrowLeft: [0, -STEP], ArrowRight: [0, STEP], ArrowUp: [0, -HOUR], ArrowDown: [0, HOUR] }[key] ?? [0, 0];
    },
  },
};
