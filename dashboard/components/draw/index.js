// Drawing on a map of our own data, without tiles: canvas, painters, tools, and the view that holds them.

export { AreaOverlay } from "./areas.js";
export { CanvasMap } from "./canvas_map.js";
export { LawnOverlay } from "./lawn_overlay.js";
export { ClusterOverlay } from "./cluster_overlay.js";
export { History } from "./history.js";
export { ask, send } from "./http.js";
export { ICONS } from "./icons.js";
export { areaM2, boxRing, drawnKind, inRing, placesOf } from "./rings.js";
export { MapView } from "./map_view.js";
export { PlanOverlay } from "./plan_overlay.js";
export { ShapeTool } from "./shape_tool.js";
export { fill, metres, squareMetres } from "./words.js";
export * as group from "./group.js";
export { Judge } from "./judge.js";
export { nearHomes } from "./near.js";
export * as lawns from "./lawn_shapes.js";
export { LawnTool } from "./lawn_tool.js";
export { snapped } from "./snap.js";
export { PinOverlay, placeTool } from "./pins.js";
