// The live map's browser code; Vue components beside this folder import from here.

export { CardHold, CardIncidents, CardSettings, CardStop } from "./card_control.js";
export { ask, isBad, isGood, isOver, newId, steps, STEPS } from "./commanding.js";
export { control, haltOf, show } from "./control.js";
export { BATTERY_BANDS, NO_FILTER, SORTS, counts, shown } from "./list_rules.js";
export { insightLegend } from "./map_insights.js";
export { loadDeck } from "./deckgl.js";
export { addressParameter, setAddressParameters } from "./memory.js";
export { FLEET_SPEEDS } from "./past_fleet.js";
export { fieldNumber, fieldRange, ownUnit, typedNumber } from "./settings_units.js";
export { shapeSvg } from "./shapes.js";
export { fleetStore } from "./store.js";
export { troubles } from "./troubles.js";
export { ago, atClock, atExact, fill, shortAge, stateWords } from "./words.js";
export { FleetMap, NoWebGl } from "./fleet_map.js";
