// Looking back: the lawn with a track on it, charts over time, and the player that moves through both.

export { Charts } from "./charts.js";
export { Lawn } from "./lawn.js";
export { Player, SPEEDS } from "./player.js";
export { Track, lowerBound, upperBound, wayAt } from "./track.js";
export { dayClock, daySpan, niceTicks } from "./times.js";
