// Homes of the address book in sight, fetched by box, and the neighbours of the one that was clicked.

const FROM_ZOOM = 15.8;
const NUMBERS_FROM_ZOOM = 18;
const GRID_DEG = 0.004;
const CIRCLE_M = 80;
const FONT = "Roboto, system-ui, sans-serif";
const VERDICTS = {
  qualified: { light: [11, 110, 63], dark: [79, 211, 137] },
  blocked: { light: [194, 36, 43], dark: [255, 122, 112] },
  needs_review: { light: [143, 82, 0], dark: [245, 176, 74] },
};

export class Homes {
  constructor(deck, store, changed) {
    Object.assign(this, { deck, store, changed, homes: [], box: null, answer: null, failed: false });
  }

  /** The camera rests: fetch what is in sight, rounded to a grid so that small moves ask nothing. */
  async look(bounds, zoom) {
    if (!this.store.config.may.neighbours || zoom < FROM_ZOOM) return;
    const snap = (value, up) => (up ? Math.ceil(value / GRID_DEG) : Math.floor(value / GRID_DEG)) * GRID_DEG;
    const box = [snap(bounds[0]), snap(bounds[1]), snap(bounds[2], true), snap(bounds[3], true)].map((value) => value.toFixed(6));
    if (String(box) === String(this.box)) return;
    this.box = box;
    try {
      const query = new URLSearchParams({ west: box[0], south: box[1], east: box[2], north: box[3] });
      const answer = await fetch(`${this.store.config.urls.homes}?${query}`);
      if (!answer.ok) throw new Error(`homes: ${answer.status}`);
      const { homes } = await answer.json();
      if (box !== this.box) return;
      this.homes = homes.map(([id, address, city, longitude, latitude]) => ({ id, address, city, longitude, latitude }));
      this.changed();
    } catch {
      this.box = null; // asked again at the next move
    }
  }

  async open({ longitude, latitude }) {
    this.failed = false;
    try {
      const query = new URLSearchParams({ longitude, latitude });
      const answer = await fetch(`${this.store.config.urls.neighbours}?${query}`);
      if (!answer.ok) throw new Error(`neighbours: ${answer.status}`);
      this.answer = await answer.json();
    } catch {
      this.failed = true;
    }
    this.changed();
  }

  close() {
    this.answer = null;
    this.failed = false;
    this.changed();
  }

  layers(zoom, panel, { dark }) {
    const { deck } = this;
    const ink = dark ? [200, 190, 178] : [96, 84, 72];
    const shown = this.store.config.may.neighbours && panel.homes && zoom >= FROM_ZOOM;
    const place = (home) => [home.longitude, home.latitude];
    return [
      shown && new deck.ScatterplotLayer({
        id: "homes", data: this.homes, pickable: true, getPosition: place, radiusUnits: "meters", getRadius: 1.3, radiusMinPixels: 2.2,
        radiusMaxPixels: 6, getFillColor: [...ink, 150], updateTriggers: { getFillColor: dark }, autoHighlight: true, highlightColor: [31, 111, 235, 200],
      }),
      shown && zoom >= NUMBERS_FROM_ZOOM && new deck.TextLayer({
        id: "house-numbers", data: this.homes, getPosition: place, getText: (home) => home.address.split(" ")[0], getSize: 11.5, getColor: [...ink, 255],
        fontFamily: FONT, fontWeight: 500, getPixelOffset: [0, -12], updateTriggers: { getColor: dark },
      }),
      ...(this.answer ? this.neighbourLayers(dark) : []),
    ].filter(Boolean);
  }

  neighbourLayers(dark) {
    const { deck, answer } = this;
    const colour = (verdict, alpha = 255) => [...VERDICTS[verdict][dark ? "dark" : "light"], alpha];
    const home = [answer.home.longitude, answer.home.latitude];
    const place = (candidate) => [candidate.longitude, candidate.latitude];
    const blockers = answer.candidates.filter((candidate) => candidate.blocked_by);
    const roads = [...new Map(blockers.map((candidate) => [JSON.stringify(candidate.blocked_by.geometry), candidate.blocked_by])).values()];
    const triggers = { updateTriggers: { getColor: dark, getFillColor: dark, getLineColor: dark } };
    return [
      new deck.ScatterplotLayer({
        id: "circle", data: [home], getPosition: (d) => d, radiusUnits: "meters", getRadius: CIRCLE_M, stroked: true, lineWidthUnits: "pixels",
        getLineWidth: 2, getFillColor: dark ? [121, 176, 255, 26] : [31, 111, 235, 22], getLineColor: dark ? [121, 176, 255, 220] : [31, 111, 235, 220], ...triggers,
      }),
      new deck.PathLayer({
        id: "blocking-roads", data: roads, getPath: (road) => road.geometry.coordinates, getColor: colour("blocked", 130), widthUnits: "meters",
        getWidth: 6, widthMinPixels: 4, capRounded: true, jointRounded: true, ...triggers,
      }),
      new deck.PathLayer({
        id: "ways", data: answer.candidates, getPath: (candidate) => candidate.route?.coordinates ?? [home, place(candidate)], widthUnits: "pixels",
        getWidth: 2.5, getColor: (candidate) => colour(candidate.verdict, 200), capRounded: true, jointRounded: true, ...triggers,
      }),
      new deck.ScatterplotLayer({
        id: "crossings", data: blockers, getPosition: ({ blocked_by: { crossing } }) => [crossing.longitude, crossing.latitude], radiusUnits: "pixels",
        getRadius: 5, stroked: true, lineWidthUnits: "pixels", getLineWidth: 2.5, getFillColor: dark ? [13, 19, 16] : [255, 255, 255], getLineColor: colour("blocked"), ...triggers,
      }),
      new deck.ScatterplotLayer({
        id: "candidates", data: answer.candidates, pickable: true, getPosition: place, radiusUnits: "pixels", getRadius: 7, stroked: true,
        lineWidthUnits: "pixels", getLineWidth: 2, getFillColor: (candidate) => colour(candidate.verdict), getLineColor: dark ? [13, 19, 16] : [255, 255, 255], ...triggers,
      }),
      new deck.ScatterplotLayer({
        id: "asked-home", data: [home], getPosition: (d) => d, radiusUnits: "pixels", getRadius: 9, stroked: true, lineWidthUnits: "pixels", getLineWidth: 3,
        getFillColor: dark ? [121, 176, 255] : [31, 111, 235], getLineColor: dark ? [13, 19, 16] : [255, 255, 255], ...triggers,
      }),
    ];
  }
}
