// What the selected mower's last finished session left uncut: asked for when the layer is on, told by the card too.

const FROM_ZOOM = 15.4;
const EDGES_FROM_ZOOM = 17;
const AREAS_FROM_ZOOM = 18.2;
const FONT = "Roboto, system-ui, sans-serif";
export const MISSED_INK = { light: [140, 0, 90], dark: [255, 150, 215] };

export class Missed {
  constructor(deck, store) {
    this.deck = deck;
    this.store = store;
  }

  /** Ask for the selected mower, or forget: nothing is asked while the layer is off. */
  async load(on) {
    const { store } = this;
    const name = store.selected;
    if (!on || !name) return store.setMissed(null);
    if (store.missed?.name !== name) store.setMissed(null);
    try {
      const answer = await fetch(`${store.config.urls.missed}?mower=${encodeURIComponent(name)}`);
      if (!answer.ok) throw new Error(`missed: ${answer.status}`);
      const told = await answer.json();
      if (name === store.selected) store.setMissed(told);
    } catch {
      // Nothing is drawn; the banner tells that the server is away.
    }
  }

  layers(zoom, panel, { dark }) {
    const { deck, store } = this;
    const told = store.missed;
    if (!panel.missed || zoom < FROM_ZOOM || !told?.patches.length || told.name !== store.selected || store.past.on) return [];
    const ink = MISSED_INK[dark ? "dark" : "light"];
    return [
      new deck.PolygonLayer({
        id: "missed-patches", data: told.patches, getPolygon: ({ outline }) => outline, filled: true, stroked: zoom >= EDGES_FROM_ZOOM,
        getFillColor: [...ink, 90], getLineColor: ink, lineWidthUnits: "pixels", getLineWidth: 2, updateTriggers: { getFillColor: dark, getLineColor: dark },
      }),
      zoom >= AREAS_FROM_ZOOM && new deck.TextLayer({
        id: "missed-areas", data: told.patches, getPosition: ({ middle }) => middle, getText: ({ area_m2 }) => window.mowthos.measure("area", area_m2),
        getColor: ink, getSize: 12, sizeUnits: "pixels", fontFamily: FONT, fontWeight: 600, characterSet: "auto", background: true,
        getBackgroundColor: dark ? [13, 19, 16, 215] : [255, 255, 255, 215], backgroundPadding: [4, 1, 4, 1], backgroundBorderRadius: 4,
        updateTriggers: { getColor: dark, getBackgroundColor: dark },
      }),
    ].filter(Boolean);
  }
}
