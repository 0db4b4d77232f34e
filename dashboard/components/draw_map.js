// The drawing map as an element that Python steers: which clusters show, which stands out, what is chosen.
import { AreaOverlay, ClusterOverlay, MapView, PinOverlay, ShapeTool, placeTool } from "mowthos-draw";

export default {
  components: { MapView },
  props: { config: { type: Object, required: true }, label: { type: String, required: true } },
  emits: ["pick", "cluster", "area", "place"],
  template: `<map-view ref="view" :config="config" :label="label" @ready="ready" @pick="$emit('pick', $event)" @cluster="$emit('cluster', $event.id)"></map-view>`,
  methods: {
    view() {
      return this.$refs.view;
    },
    ready(map, again) {
      if (again) return map.fit(this.bounds ?? this.config.bounds);
      this.$nextTick(() => {
        this.overlay = new ClusterOverlay(this.view().scenery);
        this.pinned = new PinOverlay(this.view().scenery);
        this.outlined = new AreaOverlay(this.view().scenery);
        this.outlined.areas = this.config.areas ?? [];
        this.view().overlay(this.outlined);
        this.view().overlay(this.overlay);
        this.view().overlay(this.pinned);
        if (this.config.group) this.group(this.config.group);
        if (this.config.chosen) this.choose(this.config.chosen, null);
      });
    },
    /** Let one cluster stand out; `bounds` brings it into sight. */
    choose(id, bounds) {
      this.view().scenery.chosen = id;
      if (bounds) this.view().map().fit(bounds, { most: 18 });
      this.view().map().redraw();
    },
    /** Leave these clusters out; fit what is left when `bounds` is given. */
    leaveOut(ids, bounds) {
      this.view().scenery.dimmed = new Set(ids);
      this.bounds = bounds ?? this.bounds;
      this.view().map().redraw();
    },
    /** Draw a group: members {id, place, part, level}, corridors, marked geometries. */
    group({ members, corridors, marked, fit }) {
      Object.assign(this.overlay, { members: members ?? [], corridors: corridors ?? [], marked: marked ?? [] });
      if (fit) this.view().map().fit(fit, { most: 18.3, time: 0 });
      this.view().map().redraw();
    },
    /** Let a person draw an area; "area" is emitted with its ring. */
    draw(kind) {
      const done = (ring) => (this.view().use(null), this.$emit("area", ring));
      this.view().use(kind ? new ShapeTool(this.view().map(), kind, { done, stopped: () => this.view().use(null) }) : null);
    },
    /** Show pins {place, kind, words}; `fit` brings them into sight. */
    pins(pins, fit) {
      this.pinned.pins = pins;
      if (fit) this.view().map().fitPlaces(pins.map(({ place }) => place), { most: 19 });
      this.view().map().redraw();
    },
    /** Show areas {shape, name, drawn}; `fit` brings a box into sight. */
    areas(areas, fit) {
      this.outlined.areas = areas;
      if (fit) this.view().map().fit(fit, { most: 18 });
      this.view().map().redraw();
    },
    /** Ask for one place by a click; "place" is emitted. */
    askPlace(on) {
      this.view().use(on ? placeTool((place) => (this.view().use(null), this.$emit("place", place))) : null);
    },
    reload() {
      this.view().reload();
    },
  },
};
