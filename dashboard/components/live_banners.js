// The four honest banners: which one, since when, what it means, what to do.
import { ago, atClock, atExact, fill, fleetStore, troubles } from "mowthos-live";

export default {
  beforeCreate() {
    this.texts = window.mowthosLook.texts.banners;
  },
  template: `
    <div class="l-banners">
      <p v-for="trouble in found" :key="trouble.key" class="l-banner" :class="'l-banner-' + trouble.tone" :data-trouble="trouble.kind">
        <b>{{ trouble.title }}</b>
        <time :title="trouble.exact" aria-hidden="true">{{ trouble.since }}</time><span class="m-visually-hidden">{{ trouble.exact }}</span>
        <span>{{ trouble.meaning }}</span>
        <button v-if="trouble.mower" type="button" class="l-link" @click="show(trouble.mower)">{{ texts.show }}</button>
      </p>
    </div>`,
  data: () => ({ found: [] }),
  mounted() {
    this.store = fleetStore();
    const look = () => this.look();
    this.ends = ["second", "status", "accounts", "roster"].map((name) => this.store.on(name, look));
    look();
  },
  unmounted() {
    this.ends.forEach((end) => end());
  },
  methods: {
    look() {
      this.found = troubles(this.store).map((trouble) => this.told(trouble));
    },
    told(trouble) {
      const texts = this.texts[trouble.kind];
      const one = trouble.silent?.length === 1 ? trouble.silent[0] : null;
      const names = trouble.silent?.slice(0, 3).map(({ mower }) => mower.name).join(", ");
      const gaps = {
        account: trouble.account, n: trouble.silent?.length ?? trouble.devices,
        names: trouble.silent?.length > 3 ? `${names} …` : names, state: one?.was.word.toLowerCase(),
      };
      return {
        kind: trouble.kind, key: trouble.kind + (trouble.account ?? ""),
        tone: trouble.kind === "silent" ? "warn" : "bad",
        title: fill(one ? texts.one : texts.title, gaps),
        meaning: fill(texts.meaning, gaps),
        since: fill(this.texts.since, { time: atClock(trouble.since), age: ago(this.store.now() - trouble.since) }),
        exact: atExact(trouble.since), mower: trouble.silent?.[0].mower.name,
      };
    },
    show(name) {
      this.store.select(name, { from: "banner" });
      this.store.emit("fly", name);
    },
  },
};
