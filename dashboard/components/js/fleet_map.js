// The map itself: puts the layers together, and draws again only when something to show has changed.
import { Camera } from "./camera.js";
import { hasWebGl, loadDeck } from "./deckgl.js";
import { boundsOf } from "./geometry.js";
import { Glide } from "./glide.js";
import { Homes } from "./map_homes.js";
import { Insights } from "./map_insights.js";
import { Mowers } from "./map_mowers.js";
import { NoGo } from "./map_no_go.js";
import { Picking } from "./map_picking.js";
import { Scenery, fetchSpec, panelOf } from "./map_scenery.js";
import { Tiles } from "./map_tiles.js";
import { Tracks } from "./map_tracks.js";
import { drawAtlas, isDark, onTheme } from "./shapes.js";
import { Sketch } from "./sketch.js";
import { ago } from "./words.js";

const PICK_RADIUS = 6;
const CLICK_MS = 1200; // a slow machine is still busy picking when the button comes up: that is a click all the same
const MOWER_ZOOM = 18.6;
const FOLLOW_ZOOM = 18;

export class NoWebGl extends Error {}

export class FleetMap {
  /** callbacks: padding() that panels take, changed() after anything they show, settled() once they show it, failed(),
   *  tooltip(layer, object, ago) -> text. */
  static async open(container, store, callbacks) {
    if (!hasWebGl()) throw new NoWebGl();
    const dark = isDark();
    const fetched = Promise.all([drawAtlas(store.config, dark), fetchSpec(store.config.urls.spec, dark)]); // while deck.gl comes
    fetched.catch(() => {}); // told below
    const sketch = new Sketch(container, store, dark, callbacks.padding);
    try {
      if (await sketch.drawn(fetched)) callbacks.sketched(); // deck.gl has the browser busy for half a second: mowers first
      const deck = await loadDeck(store.config.urls.deck);
      const map = new FleetMap(deck, container, store, callbacks);
      map.sketch = sketch;
      map.camera.padding = callbacks.padding();
      map.paint(dark, ...(await fetched));
      map.start();
      return map;
    } catch (error) {
      sketch.close();
      throw error;
    }
  }

  constructor(deck, container, store, callbacks) {
    Object.assign(this, { deck, container, store, callbacks });
    this.panel = panelOf(store);
    this.base = store.memory.choice("base", { kind: "tiles", opacity: 1 });
    this.following = false;
    this.scenery = new Scenery(deck);
    this.mowers = new Mowers(deck, store);
    this.tracks = new Tracks(deck, store);
    this.noGo = new NoGo(deck, store);
    this.homes = new Homes(deck, store, () => this.refresh());
    this.insights = new Insights(deck, store, this.panel, () => this.refresh());
    this.tiles = new Tiles(deck, store.config.tiles, () => this.refresh());
    this.glide = new Glide();
    this.camera = new Camera(store.memory, () => this.moved());
    this.picking = new Picking(this);
    this.ends = [];
    this.fitted = this.camera.view !== null;
  }

  start() {
    const { container, camera, store, deck } = this;
    camera.size = [container.clientWidth, container.clientHeight];
    if (!camera.view) this.fit({ jump: true });
    this.view = new deck.Deck({
      parent: container,
      views: new deck.MapView({ id: "map", repeat: false, controller: { dragRotate: false, touchRotate: false, scrollZoom: { speed: 0.012, smooth: false } } }),
      viewState: camera.view,
      layers: this.layers(),
      pickingRadius: PICK_RADIUS,
      eventRecognizerOptions: { click: { time: CLICK_MS }, dblclick: { time: CLICK_MS } },
      getCursor: ({ isDragging, isHovering }) => (isDragging ? "grabbing" : isHovering ? "pointer" : "grab"),
      getTooltip: (info) => this.tooltip(info),
      onViewStateChange: ({ viewState, interactionState: told }) => {
        const byHand = Object.values(told ?? {}).some(Boolean); // deck.gl also tells what it settled by itself
        if (told?.isDragging || told?.isPanning) this.follow(false);
        byHand ? camera.moved(viewState) : camera.set(viewState);
      },
      onClick: (info) => this.picking.clicked(info),
      onResize: ({ width, height }) => {
        camera.size = [width, height];
        if (!this.camera.touched) this.fit({ jump: true });
      },
      onAfterRender: () => this.rendered(),
      onError: (error) => {
        console.error("map:", error);
        if (!this.view?.isInitialized) this.callbacks.failed(); // no WebGL context to be had
      },
    });
    const hold = (down) => () => camera.hold(down);
    container.addEventListener("pointerdown", hold(true));
    addEventListener("pointerup", hold(false));
    addEventListener("pointercancel", hold(false));
    this.ends = [
      store.on("frame", () => this.frame()),
      store.on("roster", () => this.refresh()),
      store.on("second", () => this.invalidate()),
      store.on("filter", () => this.invalidate()),
      store.on("select", ({ name, from }) => this.selected(name, from)),
      store.on("fly", (name) => this.fly(name)),
      store.on("follow", (on) => this.follow(on)),
      store.on("home", (home) => this.picking.showHome(home)),
      store.on("map", (name) => this.lawnChanged(name)),
      store.on("no-go", () => this.refresh()),
      store.on("missed", () => this.invalidate()),
    ];
    onTheme((dark) => this.setTheme(dark));
    this.tracks.load(store.selected).then(() => this.invalidate());
    this.tiles.probe(camera.view);
    this.lookAround();
    if (store.frame) this.frame();
  }

  close() {
    this.ends.forEach((end) => end());
    this.insights.close();
    cancelAnimationFrame(this.drawing);
    this.sketch?.close();
    this.view?.finalize();
  }

  // --- drawing ---

  invalidate() {
    this.drawing ??= requestAnimationFrame(() => {
      this.drawing = null;
      this.view?.setProps({ layers: this.layers(), viewState: this.camera.view });
      if (this.glide.moving) this.invalidate();
    });
  }

  refresh() {
    this.invalidate();
    this.callbacks.changed();
  }

  rendered() {
    this.glide.drawn(performance.now());
    if (this.store.frame) this.sketch?.close();
  }

  get onTiles() {
    return this.base.kind === "tiles" && this.tiles.reachable === true;
  }

  layers() {
    const { zoom } = this.camera.view;
    const look = { dark: this.dark, labels: this.panel.labels };
    return [
      this.onTiles && this.tiles.layer(this.base.opacity),
      ...this.scenery.at(zoom, this.panel, this.onTiles),
      ...this.insights.under(zoom, this.camera.bounds, look),
      ...this.noGo.layers(zoom, this.panel, look),
      ...this.tracks.layers(zoom, { ...this.panel, trails: this.panel.trails && !this.panel.quality }, this.scenery.facts.docks, look),
      ...this.insights.over(zoom, look),
      ...this.homes.layers(zoom, this.panel, look),
      ...this.mowers.layers((i) => this.glide.at(i), zoom, look),
    ].filter(Boolean);
  }

  frame() {
    const places = new Map();
    for (let i = 0; i < this.store.count; i++) {
      const place = this.store.position(i);
      if (place) places.set(i, place);
    }
    this.glide.aim(places);
    if (!this.fittedToFleet && places.size) {
      this.fittedToFleet = true;
      if (!this.camera.touched) this.fit({ jump: true });
    }
    if (this.following) this.keepUp();
    this.invalidate();
  }

  async setTheme(dark) {
    const { config } = this.store;
    this.paint(dark, ...(await Promise.all([drawAtlas(config, dark), fetchSpec(config.urls.spec, dark)])));
    this.refresh();
  }

  paint(dark, atlas, spec) {
    this.dark = dark;
    this.mowers.atlas = atlas;
    this.takeSpec(spec);
    this.container.style.background = this.store.config.background[dark ? "dark" : "light"];
  }

  takeSpec(spec) {
    this.scenery.take(spec);
    this.insights.hulls.take(spec.facts.hulls);
  }

  /** A lawn map came, or clusters changed (`name` is null). */
  async lawnChanged(name) {
    if (name && name === this.store.selected) await this.tracks.load(name);
    clearTimeout(this.reloading);
    this.reloading = setTimeout(async () => {
      const spec = await fetchSpec(this.store.config.urls.spec, this.dark).catch(() => null);
      if (spec) this.takeSpec(spec); // else the present layers stay
      if (!this.fitted) this.fit({ jump: true });
      this.refresh();
    }, 1500);
  }

  // --- camera ---

  moved() {
    this.invalidate();
    clearTimeout(this.looking);
    this.looking = setTimeout(() => this.lookAround(), 200);
  }

  lookAround() {
    if (!this.view) return;
    this.homes.look(this.camera.bounds, this.camera.view.zoom);
  }

  fit({ jump = false } = {}) {
    const places = [];
    for (let i = 0; i < this.store.count; i++) {
      const place = this.store.position(i);
      if (place) places.push(place);
    }
    const bounds = boundsOf([...places, ...this.scenery.facts.docks]) ?? this.scenery.facts.bounds;
    if (bounds) this.camera.fit(bounds, { jump });
    else this.camera.set({ longitude: -40, latitude: 35, zoom: 3 });
    this.fitted = Boolean(bounds);
  }

  fly(name) {
    const place = this.placeOf(name);
    this.camera.release();
    if (place) this.camera.centre(place, { zoom: Math.max(this.camera.view.zoom, MOWER_ZOOM) });
  }

  placeOf(name) {
    const i = this.store.index.get(name);
    return i === undefined || !this.store.frame ? null : this.store.position(i);
  }

  follow(on) {
    if (on === this.following) return;
    this.following = on && this.store.selected !== null;
    this.store.emit("following", this.following);
    if (this.following) {
      this.camera.release();
      const place = this.placeOf(this.store.selected);
      if (place) this.camera.centre(place, { zoom: Math.max(this.camera.view.zoom, FOLLOW_ZOOM) });
    }
    this.callbacks.changed();
  }

  keepUp() {
    const place = this.placeOf(this.store.selected);
    if (place && !this.camera.held) this.camera.centre(place, { time: 850 });
  }

  /** What panels cover, in pixels; a view nobody has touched is fitted into what is left. */
  setPadding(padding) {
    const changed = JSON.stringify(padding) !== JSON.stringify(this.camera.padding);
    this.camera.padding = padding;
    if (changed && !this.camera.touched) this.fit({ jump: true });
  }

  // --- selection ---

  async selected(name, from) {
    if (!name) this.follow(false);
    const place = name && this.placeOf(name);
    if (place && (from === "list" || from === "banner")) this.camera.reveal(place);
    if (this.following) this.keepUp();
    this.invalidate();
    await this.tracks.load(name);
    this.invalidate();
  }

  tooltip({ layer, object }) {
    if (!object) return null;
    const text = this.callbacks.tooltip(layer.id, object, ago);
    return text ? { text, className: "l-tip", style: {} } : null;
  }

  // --- panel ---

  setLayer(name, on) {
    this.panel[name] = on;
    this.store.memory.keepChoice("layers", this.panel);
    this.insights.ask();
    this.refresh();
  }

  setBase(changes) {
    Object.assign(this.base, changes);
    this.store.memory.keepChoice("base", this.base);
    this.refresh();
  }

  get attributions() {
    const drawn = this.panel.roads || this.homes.answer ? this.scenery.facts.attributions : [];
    return this.onTiles ? [this.store.config.tiles.attribution, ...drawn].filter(Boolean) : drawn;
  }
}
