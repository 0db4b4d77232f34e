// The cluster editor: the map from edge to edge, rules at its left, homes at its right, undo and saving below.
import { ClusterOverlay, History, ICONS, Judge, MapView, ShapeTool, ask, fill, group, inRing, metres, nearHomes, placesOf, send, squareMetres } from "mowthos-draw";

export default {
  components: { MapView },
  props: { config: { type: Object, required: true } },
  template: `
    <div class="c-editor" :data-judged="judged" :data-busy="judging ? '' : null">
      <map-view ref="view" class="c-editor-map" :config="config" :label="texts.map" :hint="texts.map_hint" @ready="ready" @data="took" @pick="toggle"></map-view>
      <div class="c-toolbar" role="toolbar" :aria-label="texts.tools">
        <button v-for="kind in ['pick', 'lasso', 'polygon']" :key="kind" type="button" :aria-pressed="String(tool === kind)" :title="texts[kind + '_hint']" :data-tool="kind" @click="use(kind)"><svg viewBox="0 0 24 24" aria-hidden="true"><path :d="icons[kind]"/></svg><span>{{ texts[kind] }}</span></button>
        <i></i>
        <button type="button" :disabled="group.homes.length < 2" :title="texts.best_host_hint" data-best-host @click="bestHost"><svg viewBox="0 0 24 24" aria-hidden="true"><path :d="icons.best"/></svg><span>{{ texts.best_host }}</span></button>
        <button type="button" :disabled="!group.homes.length" @click="change({ host: null, homes: [] })"><svg viewBox="0 0 24 24" aria-hidden="true"><path :d="icons.clear"/></svg><span>{{ texts.clear }}</span></button>
      </div>

      <section class="c-rail c-rail-left" :aria-label="texts.rules">
        <header><a :href="cluster ? '/clusters/' + cluster.id : '/clusters'" class="c-back" :aria-label="texts.back">←</a><h1>{{ title }}</h1></header>
        <label class="c-name"><span>{{ texts.name }}</span><input class="m-input" maxlength="120" v-model="name" :placeholder="texts.name_hint" @input="dirty = true"></label>
        <p v-if="config.note" class="m-notice m-notice-warn">{{ config.note }}</p>
        <h2>{{ texts.rules }}</h2>
        <p v-if="!rules.length" class="m-muted">{{ texts.start }}</p>
        <ul class="c-rules">
          <li v-for="rule in rules" :key="rule.rule" :data-rule="rule.rule" :data-level="rule.level">
            <span class="c-mark" :data-level="rule.level" aria-hidden="true">{{ marks[rule.level] }}</span>
            <div><b>{{ rule.title }}</b><span class="m-visually-hidden">: {{ rule.word }}</span>
              <template v-for="(finding, n) in rule.findings" :key="n">
                <button v-if="finding.geometry && finding.level !== 'ok'" type="button" class="c-finding" @click="look(finding)">{{ finding.words }}</button>
                <p v-else :class="{ 'm-muted': finding.level === 'ok' }">{{ finding.words }}</p>
              </template>
            </div>
          </li>
        </ul>
      </section>

      <section class="c-rail c-rail-right" :aria-label="texts.members">
        <header><h2>{{ texts.members }}</h2><span class="c-count" :class="{ 'c-over': neighbours > config.rules.most }"><b>{{ neighbours }}</b>/{{ config.rules.most }}</span></header>
        <ol class="c-members">
          <li v-for="(member, n) in members" :key="member.id" :data-home="member.id" :data-part="member.part" @mouseenter="hover(member.id)" @mouseleave="hover(null)">
            <span class="c-number" :data-part="member.part" :data-level="member.level" aria-hidden="true">{{ member.part === 'host' ? '⌂' : n }}</span>
            <div class="c-member">
              <b>{{ member.address }}</b><span v-if="member.part === 'host'" class="m-chip m-chip-info">{{ texts.host }}</span>
              <dl><div v-if="member.part !== 'host'"><dt>{{ texts.distance }}</dt><dd>{{ metres(member.distance_m) }}</dd></div><div v-if="member.part !== 'host'"><dt>{{ texts.corridor }}</dt><dd>{{ metres(member.length_m) }}</dd></div><div><dt>{{ texts.lawn }}</dt><dd :title="member.lawn ? null : texts.lawn_unknown">{{ squareMetres(member.lawn || null) }}</dd></div></dl>
              <small v-if="member.part !== 'host' && member.length_m && member.consent_words" :class="{ 'c-warn': member.consent === 'missing' }">{{ member.consent_words }}</small>
              <p v-for="(words, k) in member.troubles" :key="k" class="c-trouble" :data-level="member.level">{{ words }}</p>
            </div>
            <div class="c-member-acts">
              <button v-if="member.part !== 'host'" type="button" class="c-icon" :aria-label="fill(texts.make_host, { address: member.address })" :title="fill(texts.make_host, { address: member.address })" @click="change(ops.hosted(group, member.id))">⌂</button>
              <button type="button" class="c-icon" :aria-label="fill(texts.remove, { address: member.address })" :title="fill(texts.remove, { address: member.address })" @click="change(ops.without(group, member.id))">×</button>
            </div>
          </li>
        </ol>
        <p v-if="hostWords" class="m-notice" role="status">{{ hostWords }}</p>
        <div class="c-add">
          <label :for="'c-add'">{{ texts.add }}</label>
          <input id="c-add" ref="add" class="m-input" type="search" autocomplete="off" v-model="sought" :placeholder="texts.add_hint" @keydown.enter.prevent="addFirst" @keydown.down.prevent="$refs.offers?.querySelector('button')?.focus()">
          <ul ref="offers" class="c-offers" @keydown.down.prevent="step(1)" @keydown.up.prevent="step(-1)">
            <li v-for="home in offers" :key="home.id"><button type="button" :data-offer="home.id" @mouseenter="hover(home.id)" @focus="hover(home.id)" @click="toggle(home)"><b>{{ home.address }}</b><span>{{ home.metres === null ? home.city : metres(home.metres) }}</span></button></li>
          </ul>
          <p v-if="!offers.length" class="m-muted m-small">{{ texts.none_near }}</p>
        </div>
      </section>

      <footer class="c-bar">
        <button type="button" class="m-button m-button-quiet" :disabled="!canUndo" :title="texts.undo + ' (Ctrl Z)'" data-undo @click="travel('undo')">↶<span>{{ texts.undo }}</span></button>
        <button type="button" class="m-button m-button-quiet" :disabled="!canRedo" :title="texts.redo + ' (Ctrl Shift Z)'" data-redo @click="travel('redo')">↷<span>{{ texts.redo }}</span></button>
        <p class="c-verdict" role="status" :data-level="verdict.level">{{ verdict.words }}</p>
        <button type="button" class="m-button m-button-quiet" :disabled="!group.homes.length || saving" data-save @click="save">{{ texts.save }}</button>
        <button type="button" class="m-button" :disabled="!ready_to_submit || saving" :title="ready_to_submit ? null : texts.not_yet" data-submit @click="submit">{{ texts.submit }}</button>
      </footer>
      <div v-if="problem" class="c-problem m-notice m-notice-bad" role="alert"><div><b>{{ problem.words }}</b><p v-for="(reason, n) in problem.reasons" :key="n">{{ reason }}</p><a v-if="problem.conflict && cluster" :href="'/clusters/' + cluster.id">{{ texts.see_theirs }}</a></div><button type="button" class="c-icon" :aria-label="texts.close" @click="problem = null">×</button></div>
    </div>`,
  data() {
    const { cluster, start } = this.config;
    return {
      group: group.withAll({ host: start.host, homes: [] }, start.homes.map((home) => home.id)), cluster, name: cluster?.name ?? "", tool: "pick", answer: null, judging: false, judged: 0,
      sought: "", served: [], homes: start.homes, centre: null, canUndo: false, canRedo: false, dirty: Boolean(!cluster && start.homes.length), saving: false, problem: null, said: "", hostWords: "", answerMs: null,
    };
  },
  computed: {
    texts() {
      return this.config.texts.editor;
    },
    title() {
      return this.cluster ? fill(this.texts.title_edit, { code: this.cluster.code }) : this.texts.title_new;
    },
    known() {
      return new Map(this.homes.map((home) => [home.id, home]));
    },
    neighbours() {
      return Math.max(0, this.group.homes.length - 1);
    },
    rules() {
      return this.answer && this.group.homes.length ? this.answer.rules : [];
    },
    levels() {
      return group.levels(this.rules.flatMap((rule) => rule.findings));
    },
    members() {
      const told = new Map((this.answer?.members ?? []).map((member) => [member.id, member]));
      const findings = this.rules.flatMap((rule) => rule.findings);
      return group.ordered(this.group).map((id) => ({
        ...this.known.get(id), ...told.get(id), id, part: id === this.group.host ? "host" : "neighbour", level: this.levels.get(id) ?? "ok", lawn: this.known.get(id)?.lawn ?? null,
        troubles: findings.filter((finding) => finding.home === id && finding.level !== "ok").map((finding) => finding.words),
      }));
    },
    offers() {
      const taken = this.group.homes;
      const around = this.known.get(this.group.host)?.place ?? this.centre;
      const near = nearHomes(this.homes, { around, text: this.sought, taken });
      const more = this.sought.trim().length > 1 ? this.served.filter((home) => !taken.includes(home.id) && !near.some(({ id }) => id === home.id)) : [];
      return [...near, ...more.map((home) => ({ ...home, metres: null }))].slice(0, 12);
    },
    broken() {
      return this.rules.filter((rule) => rule.level === "broken").length;
    },
    ready_to_submit() {
      return Boolean(this.group.homes.length > 1 && this.answer && !this.judging && !this.broken);
    },
    verdict() {
      const words = this.texts;
      if (this.said) return { words: this.said, level: "ok" };
      if (!this.group.homes.length) return { words: words.start, level: "none" };
      if (!this.answer) return { words: words.judging, level: "none" };
      if (this.broken) return { words: fill(this.broken === 1 ? words.broken_one : words.broken_many, { n: this.broken }), level: "broken" };
      return this.rules.some((rule) => rule.level === "warn") ? { words: words.warned, level: "warn" } : { words: words.kept, level: "ok" };
    },
  },
  watch: {
    sought: "search",
    group: "drawn",
    answer: "drawn",
  },
  created() {
    Object.assign(this, { metres, squareMetres, fill, ops: group, marks: { ok: "✓", warn: "!", broken: "✕" }, history: new History(this.group), icons: ICONS });
    this.judge = new Judge(this.config.urls.check, {
      busy: (on) => (this.judging = on),
      took: (answer, ms) => Object.assign(this, { answer, answerMs: ms, judged: Math.round(ms), problem: this.problem?.conflict ? this.problem : null }),
      failed: (error) => this.told(error),
    });
    this.onKey = (event) => this.key(event);
    this.onLeave = (event) => this.dirty && event.preventDefault();
    document.addEventListener("keydown", this.onKey);
    window.addEventListener("beforeunload", this.onLeave);
  },
  unmounted() {
    document.removeEventListener("keydown", this.onKey);
    window.removeEventListener("beforeunload", this.onLeave);
  },
  methods: {
    ready(map, again) {
      const places = this.members.map(({ place }) => place).filter(Boolean);
      if (again) return places.length ? map.fitPlaces(places, { most: 18 }) : map.fit(this.config.bounds);
      this.$nextTick(() => {
        const view = this.$refs.view;
        this.overlay = new ClusterOverlay(view.scenery);
        view.overlay(this.overlay);
        if (this.cluster) view.scenery.dimmed = new Set([this.cluster.id]);
        const wide = view.$el.clientWidth > 900;
        map.padding = wide ? { left: 340, right: 380, top: 70, bottom: 80 } : { left: 30, right: 30, top: 60, bottom: 30 };
        places.length ? map.fitPlaces(places, { most: 18, time: 0 }) : map.fit(this.config.bounds, { time: 0, most: 17.5 });
        this.ask();
        this.drawn();
      });
    },
    took(data) {
      const lawns = new Map(data.lots.features.map(({ properties }) => [properties.id, properties.lawn_m2]));
      const fresh = data.homes.features.map(({ properties, geometry }) => ({ ...properties, place: geometry.coordinates, lawn: lawns.get(properties.lot) ?? null }));
      const kept = this.homes.filter((home) => this.group.homes.includes(home.id) && !fresh.some(({ id }) => id === home.id));
      this.homes = [...fresh, ...kept];
      const { longitude, latitude } = this.$refs.view.map().view;
      this.centre = [longitude, latitude];
    },
    toggle(home) {
      if (!this.known.has(home.id)) this.homes = [...this.homes, home];
      this.change(group.toggled(this.group, home.id));
      this.sought = "";
    },
    addFirst() {
      if (!this.offers.length) return;
      this.toggle(this.offers[0]);
      this.$refs.view.map().fitPlaces(this.members.map(({ place }) => place), { most: 18 });
    },
    step(by) {
      const buttons = [...this.$refs.offers.querySelectorAll("button")];
      const next = buttons.indexOf(document.activeElement) + by;
      next < 0 ? this.$refs.add.focus() : buttons[Math.min(next, buttons.length - 1)]?.focus();
    },
    change(next) {
      if (group.same(next, this.group)) return;
      this.group = this.history.push(next);
      this.dirty = true;
      this.hostWords = "";
      this.ask();
    },
    travel(way) {
      this.group = this.history[way]();
      this.dirty = true;
      this.ask();
    },
    ask() {
      Object.assign(this, { canUndo: this.history.canUndo, canRedo: this.history.canRedo, said: "" });
      if (!this.group.homes.length) Object.assign(this, { answer: null, judging: false });
      this.judge.ask(this.group.homes.length ? this.body() : null);
    },
    body() {
      return { host: this.group.host, homes: group.ordered(this.group).slice(1), cluster: this.cluster?.id ?? null };
    },
    drawn() {
      if (!this.overlay) return;
      const host = this.known.get(this.group.host);
      const current = (item) => this.group.homes.includes(item.home);
      Object.assign(this.overlay, {
        members: this.members.filter(({ place }) => place),
        corridors: (this.answer?.corridors ?? []).filter(current),
        marked: this.rules.flatMap((rule) => rule.findings).filter((finding) => finding.level === "broken" && finding.geometry && finding.rule === "radius"),
        radius: host ? { place: host.place, metres: this.config.rules.radius_m } : null,
      });
      this.$refs.view.map().redraw();
    },
    hover(id) {
      this.overlay.hover = id;
      this.$refs.view.map().redraw();
    },
    look(finding) {
      this.$refs.view.map().fitPlaces([...placesOf(finding.geometry), ...this.members.map(({ place }) => place)], { most: 18 });
    },
    use(kind) {
      this.tool = kind;
      const view = this.$refs.view;
      const back = () => this.use("pick");
      view.use(kind === "pick" ? null : new ShapeTool(view.map(), kind, { done: (ring) => (this.surround(ring), back()), stopped: back }));
      view.$refs.canvas.focus({ preventScroll: true });
    },
    async surround(ring) {
      const inside = this.homes.filter(({ place }) => inRing(place, ring)).map(({ id }) => id);
      if (!inside.length) return void (this.said = this.texts.none_inside);
      const first = this.group.host === null;
      this.change(group.withAll(this.group, inside));
      if (first && inside.length > 1) await this.bestHost({ replace: true });
    },
    async bestHost({ replace = false } = {}) {
      try {
        const best = await send(this.config.urls.best_host, { homes: this.group.homes });
        if (replace) this.history.undo();
        this.change(group.hosted(group.withAll(this.group, []), best.home));
        this.hostWords = best.words;
      } catch (error) {
        this.told(error);
      }
    },
    async search() {
      clearTimeout(this.searching);
      const text = this.sought.trim();
      if (text.length < 2) return void (this.served = []);
      this.searching = setTimeout(async () => {
        const { homes } = await ask(`${this.config.urls.homes}?q=${encodeURIComponent(text)}`);
        if (this.sought.trim() === text) this.served = homes;
      }, 150);
    },
    async save() {
      this.saving = true;
      try {
        this.cluster = await send(this.config.urls.save, { ...this.body(), name: this.name, version: this.cluster?.version ?? null });
        Object.assign(this, { dirty: false, problem: null, said: fill(this.texts.saved, { code: this.cluster.code }) });
        window.history.replaceState(null, "", `/clusters/${this.cluster.id}/edit`);
        this.$refs.view.scenery.dimmed = new Set([this.cluster.id]);
        return true;
      } catch (error) {
        return this.told(error);
      } finally {
        this.saving = false;
      }
    },
    told(error) {
      this.problem = { words: error.message, reasons: error.reasons ?? [], conflict: error.status === 409 };
      return false;
    },
    async submit() {
      if ((this.dirty || !this.cluster) && !(await this.save())) return;
      this.saving = true;
      try {
        await send(`/clusters/data/${this.cluster.id}/submit`, { version: this.cluster.version });
        location.href = `/clusters/${this.cluster.id}`;
      } catch (error) {
        this.saving = this.told(error);
      }
    },
    key(event) {
      const typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
      if ((event.ctrlKey || event.metaKey) && ["z", "y"].includes(event.key.toLowerCase()) && !typing) {
        event.preventDefault();
        const redo = event.key.toLowerCase() === "y" || event.shiftKey;
        if (redo ? this.canRedo : this.canUndo) this.travel(redo ? "redo" : "undo");
      }
    },
  },
};
