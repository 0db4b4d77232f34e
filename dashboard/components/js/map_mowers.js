// The mowers: one icon each by state and heading, groups with count and worst state, the selection, names.
import { grouped } from "./grouping.js";
import { rgba, shapeKey, shapeTurns } from "./shapes.js";

const NAMES_FROM_ZOOM = 17;
const FONT = "Roboto, system-ui, sans-serif";
const DIMMED = 0.22;

export class Mowers {
  constructor(deck, store) {
    this.deck = deck;
    this.store = store;
    this.atlas = null;
    this.groups = [];
  }

  /** Every mower with a place, judged; `placeOf(i)` may differ from the frame while gliding. */
  points(placeOf) {
    const { store } = this;
    const points = [];
    for (let i = 0; i < store.count; i++) {
      const place = placeOf(i);
      if (!place) continue;
      const judged = store.judge(i);
      const name = store.mowers[i].name;
      points.push({
        i, name, place, judged, rank: judged.state.rank, alone: name === store.selected,
        dim: store.listed && !store.listed.has(name) ? DIMMED : 1,
      });
    }
    return points;
  }

  layers(placeOf, zoom, { dark, labels }) {
    if (!this.atlas || !this.store.frame) return [];
    const { deck, store } = this;
    const { singles, groups } = grouped(this.points(placeOf), zoom);
    this.groups = groups;
    singles.sort((a, b) => b.rank - a.rank); // the worst on top
    const colour = (state, alpha = 255) => rgba(dark ? state.dark : state.light, alpha);
    const ground = rgba(store.config.ground[dark ? "dark" : "light"]);
    const size = Math.min(38, Math.max(26, 26 + (zoom - 15) * 3.4));
    const chosen = singles.find((point) => point.alone);
    const icons = {
      iconAtlas: this.atlas.canvas, iconMapping: this.atlas.mapping, sizeUnits: "pixels", alphaCutoff: 0.02,
      getIcon: (point) => shapeKey(point.judged), getPosition: (point) => point.place,
      getAngle: (point) => {
        const heading = shapeTurns(point.judged) ? store.heading(point.i) : NaN;
        return Number.isNaN(heading) ? 0 : -heading;
      },
      getColor: (point) => [255, 255, 255, 255 * point.judged.opacity * point.dim],
      updateTriggers: { getColor: [store.frames] },
    };
    const text = {
      fontFamily: FONT, fontWeight: 500, fontSettings: { sdf: false, fontSize: 48 }, characterSet: "auto", background: true,
      getBackgroundColor: [...ground.slice(0, 3), 225], getColor: dark ? [233, 239, 235] : [19, 28, 23], backgroundPadding: [6, 3, 6, 3],
      backgroundBorderRadius: 5, billboard: true, sizeUnits: "pixels",
    };
    const named = labels && zoom >= NAMES_FROM_ZOOM ? singles.filter((point) => point.dim === 1) : chosen ? [chosen] : [];
    return [
      chosen && new deck.ScatterplotLayer({
        id: "selection", data: [chosen], getPosition: (point) => point.place, radiusUnits: "pixels", getRadius: size * 0.72,
        stroked: true, filled: true, lineWidthUnits: "pixels", getLineWidth: 2.5, getFillColor: colour(chosen.judged.state, 44),
        getLineColor: colour(chosen.judged.state), updateTriggers: { getFillColor: chosen.judged.state.key, getLineColor: chosen.judged.state.key },
      }),
      new deck.IconLayer({ id: "markers", data: singles, pickable: true, getSize: size, ...icons }),
      groups.length && new deck.ScatterplotLayer({
        id: "groups", data: groups, pickable: true, getPosition: (group) => group.place, radiusUnits: "pixels",
        getRadius: (group) => 15 + 3 * Math.log2(group.members.length), stroked: true, lineWidthUnits: "pixels", getLineWidth: 3,
        getFillColor: ground, getLineColor: (group) => colour(group.worst.judged.state),
      }),
      groups.length && new deck.TextLayer({
        id: "group-counts", data: groups, getPosition: (group) => group.place, getText: (group) => String(group.members.length),
        ...text, background: false, fontWeight: 600, getSize: 14,
      }),
      groups.length && new deck.IconLayer({
        id: "group-worst", data: groups.map((group) => ({ ...group.worst, place: group.place, members: group.members.length })), ...icons,
        getSize: 20, getPixelOffset: (point) => [12 + 2 * Math.log2(point.members), -(12 + 2 * Math.log2(point.members))], getAngle: 0,
      }),
      named.length && new deck.TextLayer({
        id: "names", data: named, getPosition: (point) => point.place, getText: (point) => point.name, getSize: 12.5,
        getPixelOffset: [0, size * 0.5 + 15], ...text,
      }),
    ].filter(Boolean);
  }
}
