// Temporary no-go ground on the live map. Each has a start and an end: the server's clock says what is drawn now.

const FROM_ZOOM = 14.5;
const SOON_S = 86400; // what begins within a day is drawn faintly

export class NoGo {
  constructor(deck, store) {
    this.deck = deck;
    this.store = store;
  }

  /** [{name, ring, starts, ends}] that are active now or begin within a day, active ones marked so. */
  drawn() {
    const now = this.store.now();
    return this.store.noGo
      .filter(({ starts, ends }) => ends > now && starts < now + SOON_S)
      .map((one) => ({ ...one, active: one.starts <= now }));
  }

  layers(zoom, panel, { dark }) {
    const data = panel["no-go"] && zoom >= FROM_ZOOM ? this.drawn() : [];
    if (!data.length) return [];
    const red = dark ? [255, 138, 128] : [179, 38, 30];
    const amber = dark ? [242, 184, 79] : [138, 83, 0];
    const ink = (one, alpha) => [...(one.active ? red : amber), alpha];
    return [
      new this.deck.PolygonLayer({
        id: "temporary-no-go", data, pickable: true, getPolygon: ({ ring }) => ring, filled: true, stroked: true,
        getFillColor: (one) => ink(one, one.active ? 80 : 26), getLineColor: (one) => ink(one, one.active ? 255 : 150),
        lineWidthUnits: "pixels", getLineWidth: (one) => (one.active ? 2.5 : 1.5),
        updateTriggers: { getFillColor: dark, getLineColor: dark },
      }),
    ];
  }
}
