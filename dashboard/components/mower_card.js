// The selected mower: what is known and how old it is, what it may be told, and how far the last command came.
import {
  CardHold, CardIncidents, CardSettings, CardStop, ago, ask, atExact, fill, fleetStore, isBad, isGood, isOver, shapeSvg,
  stateWords, steps,
} from "mowthos-live";

const BUTTONS = [["start", "play"], ["pause", "pause"], ["resume", "play"], ["return", "dock"]];
const SERVICE = [["stop", "cancel"], ["leave_dock", "leave"], ["restart", "restart"]];
const FREE = new Set(["halt", "pause"]); // whoever sees danger may stop a mower, whoever holds it
const ICONS = {
  play: "M8 5v14l11-7z", pause: "M7 5h4v14H7zM13 5h4v14h-4z", dock: "M12 3 3 10v11h18V10zM9 21v-7h6v7",
  cancel: "m6 6 12 12M18 6 6 18", leave: "M4 21V10l8-6 8 6v11M12 21v-9m0 0-3 3m3-3 3 3",
  restart: "M20 11a8 8 0 1 0-2.3 6.7M20 4v7h-7",
};

export default {
  components: { CardHold, CardIncidents, CardSettings, CardStop },
  beforeCreate() {
    this.texts = window.mowthosLook.texts.card;
  },
  template: `
    <aside v-if="name && known" class="l-card" :aria-label="texts.title" :data-mower="name">
      <header>
        <span class="l-card-icon" v-html="svg"></span>
        <div class="l-card-name"><h2>{{ name }}</h2><p>{{ [mower.model, mower.cluster].filter(Boolean).join(" · ") }}</p></div>
        <button type="button" class="l-icon" :aria-label="texts.close" @click="close">×</button>
      </header>
      <card-stop v-if="commands" :name="name" :tick="version" :texts="texts" :button="halt" @press="press"></card-stop>
      <card-incidents v-if="detail?.incidents?.length" :name="name" :tick="version" :texts="texts" :incidents="detail.incidents"></card-incidents>
      <div class="l-state">
        <p class="l-state-word" :style="{ color: colour }" data-card-state>{{ words }}</p>
        <p class="l-evidence"><time :title="exact">{{ ageText }}</time><template v-if="!judged.elsewhere && !past"> · {{ source }} · {{ confidence }}</template></p>
      </div>
      <div v-if="progress !== null" class="l-progress" role="progressbar" :aria-valuenow="progress" aria-valuemin="0" aria-valuemax="100" :aria-label="texts.fields.progress">
        <i :style="{ width: progress + '%', background: colour }"></i></div>
      <div v-if="commands" class="l-commands" role="group" :aria-label="texts.commands">
        <button v-for="button in buttons" :key="button.kind" type="button" :class="['l-command', 'l-command-' + button.kind]"
          :data-command="button.kind" :aria-disabled="String(!button.may)" :aria-describedby="'why-' + button.kind" :title="button.why || button.hint" @click="press(button)">
          <svg viewBox="0 0 24 24" width="18" height="18" aria-hidden="true"><path :d="button.icon"/></svg>{{ button.word }}
          <span :id="'why-' + button.kind" class="m-visually-hidden">{{ button.why || button.hint }}</span>
        </button>
        <button type="button" class="l-command l-command-wide" data-open-start @click="store.emit('start-dialog', name)">{{ texts.start.open }}</button>
        <details v-if="service.length" class="l-service" data-service><summary>{{ texts.service }}</summary>
          <div class="l-commands"><button v-for="button in service" :key="button.kind" type="button" class="l-command" :data-command="button.kind"
            :aria-disabled="String(!button.may)" :aria-describedby="'why-' + button.kind" :title="button.why || button.hint" @click="press(button)">
            <svg viewBox="0 0 24 24" width="18" height="18" aria-hidden="true" class="l-outline"><path :d="button.icon"/></svg>{{ button.word }}
            <span :id="'why-' + button.kind" class="m-visually-hidden">{{ button.why || button.hint }}</span></button></div>
        </details>
      </div>
      <p v-if="denied" class="l-denied" role="status" data-denied>{{ denied }}
        <button v-if="overridable" type="button" class="l-link" data-override @click="store.emit('start-dialog', name)">{{ texts.start.override_link }}</button></p>
      <card-hold v-if="commands && detail && 'lease' in detail" :name="name" :tick="version" :texts="texts" :lease="detail.lease"></card-hold>
      <section v-if="last && !past" class="l-line" :class="last.tone" :data-command-status="last.status" aria-live="polite">
        <h3>{{ last.title }} <time :title="last.exact">{{ last.ago }}</time></h3>
        <ol><li v-for="step in last.steps" :key="step.step" :class="{ reached: step.reached, next: step.next }">
          <span>{{ step.word }}</span><b class="m-number">{{ step.time }}</b></li></ol>
        <p v-if="last.outcome" class="l-outcome"><b>{{ last.outcome }}</b> {{ last.why }} <span v-if="last.advice">{{ last.advice }}</span></p>
      </section>
      <card-settings v-if="commands && detail && 'lease' in detail" :name="name" :tick="version" :texts="texts" :settings-at="detail.settings_at"></card-settings>
      <dl class="l-facts">
        <div v-for="fact in facts" :key="fact.key" :data-fact="fact.key"><dt>{{ fact.label }}</dt><dd :class="fact.tone">{{ fact.value }}</dd></div>
      </dl>
      <footer>
        <button type="button" class="m-button m-button-quiet m-button-small" :aria-pressed="String(following)" @click="store.emit('follow', !following)">{{ following ? texts.unfollow : texts.follow }}<kbd>f</kbd></button>
        <button type="button" class="m-button m-button-quiet m-button-small" @click="store.emit('fly', name)">{{ texts.centre }}</button>
      </footer>
    </aside>`,
  data: () => ({ version: 0, name: null, following: false, deniedKind: "" }),
  computed: {
    store: () => fleetStore(),
    i() {
      void this.version;
      return this.store.index.get(this.name) ?? -1;
    },
    known() {
      void this.version; // the row may be known before the first frame is
      return this.i >= 0 && this.store.frame !== null;
    },
    mower() {
      void this.version; // another roster may hold another mower, or say more of this one, in the same row
      return this.store.mowers[this.i];
    },
    judged() {
      void this.version;
      return this.store.judge(this.i);
    },
    detail() {
      void this.version;
      return this.store.past.on ? null : (this.store.details.get(this.name) ?? null); // details are of the present
    },
    svg() {
      return shapeSvg(this.judged, this.store.config.shapes, 34);
    },
    colour() {
      return `light-dark(${this.judged.state.light}, ${this.judged.state.dark})`;
    },
    words() {
      const words = stateWords(this.judged, this.texts, this.store.unknown);
      const code = this.detail?.in_fault ? this.detail.fault_code : null;
      if (this.judged.state.key === "fault" && code) return `${words}: ${fill(this.texts.fault_code, { code })}`;
      if (this.judged.state.key === "offline" && this.detail?.since) return fill(this.texts.offline_since, { age: ago(this.store.now() - this.detail.since) });
      return words;
    },
    ageText() {
      return Number.isNaN(this.judged.age) ? this.texts.never : fill(this.texts.heard, { age: ago(this.judged.age) });
    },
    exact() {
      return Number.isNaN(this.judged.age) ? "" : atExact(this.store.now() - this.judged.age);
    },
    source() {
      return this.texts.sources[this.detail?.source] ?? "…";
    },
    confidence() {
      const past = this.judged.stale || this.judged.state === this.store.unknown;
      return this.texts.confidences[past ? "stale" : (this.detail?.confidence ?? "none")];
    },
    progress() {
      const told = this.store.frame.progress[this.i];
      return told <= 100 && ["mowing", "paused", "returning"].includes((this.judged.lastKnown ?? this.judged.state).key) ? told : null;
    },
    facts() {
      const { reading, link } = this.detail ?? {};
      const f = this.texts.fields;
      const v = this.texts.values;
      const unit = (value, text, round = 0) => (value === null || value === undefined ? null : fill(text, { n: Number(value).toFixed(round) }));
      const measured = (kind, value) => (value === null || value === undefined ? null : window.mowthos.measure(kind, value));
      const battery = this.store.frame.battery[this.i];
      const found = [
        ["battery", battery > 100 ? null : `${battery} %${reading?.charging ? ` · ${v.charging}` : ""}`, battery < 25 ? "l-low" : ""],
        ["zone", reading?.zone],
        ["progress", this.progress === null ? null : `${this.progress} %`],
        ["time_left", unit(reading?.minutes_left, v.minutes)],
        ["area", measured("area", reading?.area_m2)],
        ["missed", this.missed],
        ["fix", reading?.position_type ? v.fixes[reading.position_type] : null],
        ["satellites", reading?.satellites],
        ["correction", unit(reading?.correction_age_s, v.seconds, 0)],
        ["signal", unit(reading?.signal_dbm, v.dbm)],
        ["blade", reading?.blade_on === null || reading === undefined || reading === null ? null : reading.blade_on ? v.on : v.off],
        ["height", measured("height", reading?.blade_height_mm)],
        ["speed", measured("speed", reading?.speed_m_s)],
        ["last_fault", this.detail?.last_fault_code || null],
        ["firmware", reading?.firmware],
        ["link", link ? `${v.links[link.state] ?? link.state}` : null, link && link.state !== "up" ? "l-low" : ""],
        ["address", this.mower.address],
      ];
      if (this.judged.elsewhere) return [];
      return found
        .filter(([, value]) => value !== null && value !== undefined && value !== "")
        .map(([key, value, tone]) => ({ key, label: f[key], value, tone }));
    },
    /** What its last finished session left uncut, in words, while the map has that layer on. */
    missed() {
      void this.version;
      const told = this.store.missed;
      if (!told?.count || told.name !== this.name || this.store.past.on) return null;
      return fill(told.count === 1 ? this.texts.values.missed_one : this.texts.values.missed, { n: told.count, area: window.mowthos.measure("area", told.area_m2) });
    },
    commands() {
      return this.store.config.may.command && !this.judged.elsewhere && !this.past;
    },
    past() {
      void this.version;
      return this.store.past.on;
    },
    buttons() {
      const state = (this.judged.lastKnown ?? this.judged.state).key;
      const fits = (kind) => !["start", "resume"].includes(kind) || (kind === "resume") === (state === "paused");
      return BUTTONS.filter(([kind]) => fits(kind)).map(this.button);
    },
    service() {
      return this.store.config.may.service ? SERVICE.map(this.button) : [];
    },
    halt() {
      return this.button(["halt", "halt"]);
    },
    /** Why the command last asked for is not given, as it stands now: a reason that is gone is no longer told. */
    denied() {
      void this.version;
      const shown = [...BUTTONS, ...SERVICE, ["halt", "halt"]].find(([kind]) => kind === this.deniedKind);
      const button = shown && this.button(shown);
      return button && !button.may ? `${button.word}: ${button.why}` : "";
    },
    overridable() {
      const against = this.detail?.reasons?.[this.deniedKind] ?? [];
      return this.deniedKind === "start" && this.store.config.may.override && against.length > 0 && against.every((reason) => this.texts.overridable.includes(reason));
    },
    last() {
      void this.version;
      const command = this.store.commands.get(this.name)?.[0];
      if (!command) return null;
      const told = steps(command);
      const next = isOver(command) ? -1 : told.findIndex((step) => !step.reached);
      const waited = this.store.now() - Date.parse(command.requested_at) / 1000;
      return {
        title: this.texts.kinds[command.kind] + (command.override ? ` · ${this.texts.overridden}` : ""), status: command.status, exact: atExact(Date.parse(command.requested_at) / 1000), ago: ago(waited),
        tone: isBad(command) ? "l-bad" : isGood(command) ? "l-good" : "",
        steps: command.status === "refused" ? [] : told.map((step, n) => ({
          ...step, next: n === next, word: this.texts.steps[step.step],
          time: step.reached ? fill(this.texts.values.seconds, { n: step.seconds.toFixed(1) }) : n === next ? fill(this.texts.values.waiting, { n: Math.max(0, Math.round(waited)) }) : "",
        })),
        outcome: this.texts.outcomes[command.status],
        why: (command.reason_words ?? (command.reasons ?? []).map((reason) => this.texts.reasons[reason] ?? reason)).join(" "),
        advice: isBad(command) ? (this.texts.advice[command.reasons?.[0]] ?? this.texts.advice[command.status] ?? "") : "",
      };
    },
  },
  mounted() {
    const refresh = () => this.version++;
    this.ends = ["frame", "roster", "second", "detail", "commands", "accounts", "status", "past", "missed"].map((name) => this.store.on(name, refresh));
    this.ends.push(
      this.store.on("select", ({ name }) => Object.assign(this, { name, deniedKind: "" })),
      this.store.on("following", (following) => (this.following = following)),
    );
    this.name = this.store.selected;
    this.onKey = (event) => this.key(event);
    document.addEventListener("keydown", this.onKey);
  },
  unmounted() {
    this.ends.forEach((end) => end());
    document.removeEventListener("keydown", this.onKey);
  },
  methods: {
    close() {
      this.store.select(null, { from: "card" });
    },
    /** A command as its button shows it: whether it may be given now, and why not. */
    button([kind, icon]) {
      const against = this.store.lost ? ["lost"] : [...(this.detail?.reasons?.[kind] ?? (kind === "halt" ? [] : ["loading"]))]; // STOP waits for nothing
      const lease = this.detail?.lease;
      const other = lease && lease.person !== this.store.config.person && lease.expires_at > this.store.now();
      if (other && !FREE.has(kind) && !this.store.lost) against.push(this.texts.held);
      return {
        kind, icon: ICONS[icon], word: this.texts.kinds[kind], hint: this.texts.hints[kind], may: !against.length,
        why: against.map((reason) => this.texts.reasons[reason] ?? reason).join(" "),
      };
    },
    press(button) {
      this.deniedKind = button.may ? "" : button.kind;
      if (button.may) ask(this.store, this.name, button.kind);
    },
    key(event) {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      if (/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName)) return;
      if (!this.name) return;
      if (event.key === "s" && this.past) this.store.past.leave(); // STOP is of the present
      if (event.key === "s" && this.commands) this.press(this.halt); // also over an open dialog
      if (document.querySelector("dialog[open]")) return;
      if (event.key === "f") this.store.emit("follow", !this.following);
      else if (event.key === "Enter" && !event.target.closest("button, a, summary")) this.$el.querySelector("button.l-command, button")?.focus();
    },
  },
};
