// The time bar of the live page: live, or any past minute of the whole fleet, with play, steps and speed.
import { FLEET_SPEEDS, addressParameter, atExact, fill, fleetStore, setAddressParameters } from "mowthos-live";

const DAY = 86400;
const MINUTE = 60;

export default {
  beforeCreate() {
    this.texts = window.mowthosLook.texts.time;
  },
  template: `
    <section class="l-time" :class="{ 'l-time-past': on }" :aria-label="texts.title" :data-past="on ? '' : null">
      <template v-if="!on">
        <span class="l-live-now" :class="{ 'l-not-live': lost }"><i aria-hidden="true"></i>{{ lost ? texts.not_live : texts.live }}</span>
        <button type="button" class="l-time-open" data-look-back @click="open"><svg viewBox="0 0 24 24" aria-hidden="true"><path d="M4 12a8 8 0 1 0 2.6-5.9M4 4v4.5h4.5M12 8v4.5l3 2"/></svg>{{ texts.look_back }}</button>
      </template>
      <template v-else>
        <div class="l-time-head">
          <p class="l-time-at" role="status" data-as-at :title="exact">{{ asAt }}</p>
          <p v-if="failed" class="l-time-failed" role="alert">{{ texts.failed }}</p>
          <button type="button" class="m-button m-button-small" data-back-to-live @click="back">{{ texts.back }}<kbd>b</kbd></button>
        </div>
        <div class="l-time-row">
          <button type="button" class="l-time-play" :aria-label="playing ? texts.pause : texts.play" :title="playing ? texts.pause : texts.play" data-play-fleet @click="toggle"><svg viewBox="0 0 24 24" aria-hidden="true"><path :d="playing ? 'M7 5h4v14H7zM13 5h4v14h-4z' : 'M8 5v14l11-7z'"/></svg></button>
          <button type="button" class="l-time-step" :aria-label="texts.minute_back" :title="texts.minute_back" data-step-back @click="step(-1)">−1</button>
          <input type="range" class="l-time-slider" :min="day" :max="dayEnd" step="60" :value="at" :aria-label="texts.moment" :aria-valuetext="asAt" @input="seek(Number($event.target.value))">
          <button type="button" class="l-time-step" :aria-label="texts.minute_on" :title="texts.minute_on" data-step-on @click="step(1)">+1</button>
        </div>
        <div class="l-time-row l-time-more">
          <label><span class="m-visually-hidden">{{ texts.day }}</span><input type="date" :value="date" :max="today" :min="first" @change="setDay($event.target.value)"></label>
          <label>{{ texts.speed }}<select :value="speed" @change="setSpeed(Number($event.target.value))"><option v-for="one in speeds" :key="one" :value="one">{{ one }}×</option></select></label>
          <label class="l-time-known" :title="texts.known_hint"><input type="checkbox" :checked="known" data-known @change="setKnown($event.target.checked)">{{ texts.known }}</label>
        </div>
      </template>
    </section>`,
  data: () => ({ on: false, at: 0, playing: false, known: false, speed: 60, failed: false, first: "", lost: false }),
  computed: {
    speeds: () => FLEET_SPEEDS,
    day() {
      const at = new Date(this.at * 1000);
      return new Date(at.getFullYear(), at.getMonth(), at.getDate()).getTime() / 1000;
    },
    dayEnd() {
      void this.at;
      return Math.max(this.day + MINUTE, Math.min(this.day + DAY - MINUTE, Math.floor(this.store().liveNow() / MINUTE) * MINUTE));
    },
    date() {
      return localDate(this.at);
    },
    today() {
      void this.at;
      return localDate(this.store().liveNow());
    },
    asAt() {
      const lang = document.documentElement.dataset.locale || document.documentElement.lang || undefined;
      const at = new Date(this.at * 1000);
      const time = new Intl.DateTimeFormat(lang, { hour: "2-digit", minute: "2-digit" }).format(at);
      const day = new Intl.DateTimeFormat(lang, { weekday: "long", day: "numeric", month: "short" }).format(at);
      return fill(this.texts.as_at, { time, day });
    },
    exact() {
      return atExact(this.at);
    },
  },
  mounted() {
    this.ends = [this.store().on("past", () => this.look()), this.store().on("status", () => (this.lost = this.store().lost))];
    this.onKey = (event) => this.key(event);
    document.addEventListener("keydown", this.onKey);
    const linked = Number(addressParameter("at"));
    if (linked > 0) this.open(null, linked);
  },
  unmounted() {
    this.ends.forEach((end) => end());
    document.removeEventListener("keydown", this.onKey);
    this.store().past.pause();
  },
  methods: {
    store() {
      return fleetStore();
    },
    past() {
      return fleetStore().past;
    },
    look() {
      const { on, at, playing, known, speed, failed } = this.past();
      Object.assign(this, { on, playing, known, speed, failed });
      if (at !== null) this.at = at;
      this.$el.closest(".l-live")?.toggleAttribute("data-past", on);
      clearTimeout(this.keeping);
      this.keeping = setTimeout(() => setAddressParameters({ at: on ? String(Math.round(at)) : null }), 400);
    },
    async open(_event, at = Math.floor(this.store().liveNow() / MINUTE - 10) * MINUTE) {
      this.past().seek(at);
      try {
        const answer = await fetch(this.store().config.urls.past_span);
        const { first } = await answer.json();
        if (first) this.first = localDate(first);
      } catch {
        // without it any day can be chosen; days without history say so by unknown mowers
      }
    },
    back() {
      this.past().leave();
    },
    toggle() {
      this.playing ? this.past().pause() : this.past().play();
    },
    step(minutes) {
      this.past().pause();
      this.past().seek(Math.floor(this.past().at / MINUTE + minutes) * MINUTE);
    },
    seek(at) {
      this.past().seek(at);
    },
    setDay(text) {
      const [year, month, day] = text.split("-").map(Number);
      if (!day) return;
      const at = new Date(this.at * 1000);
      this.seek(new Date(year, month - 1, day, at.getHours(), at.getMinutes()).getTime() / 1000);
    },
    setSpeed(speed) {
      this.speed = this.past().speed = speed;
    },
    setKnown(known) {
      this.past().setKnown(known);
    },
    key(event) {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      if (/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName) && event.target.type !== "range") return;
      if (document.querySelector("dialog[open]")) return;
      if (event.key === "b" && this.on) this.back();
      else if (event.key === "b") this.open();
      else if (!this.on) return;
      else if (event.key === ",") this.step(-1);
      else if (event.key === ".") this.step(1);
      else if (event.key === "p") this.toggle();
      else return;
      event.preventDefault();
    },
  },
};

function localDate(seconds) {
  const at = new Date(seconds * 1000);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60000).toISOString().slice(0, 10);
}
