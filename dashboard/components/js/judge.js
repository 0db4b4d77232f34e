// What the browser makes of a row: the server's word, aged here. Nothing old is ever shown as live.

import { ELSEWHERE, NONE, ageAt } from "./frame.js";

const FADE_FROM = 0.5; // of the state's own limit
const FADED = 0.6;

/**
 * states: the table from dashboard/state_style.py, by code. secondsSince: since the frame was made. lost: the server is
 * silent. Returns {state, lastKnown, stale, opacity, age}: state and lastKnown are rows of the table (lastKnown or null).
 */
export function judge(frame, i, { states, unknown, staleConfidence, secondsSince, lost }) {
  const age = ageAt(frame, i) + secondsSince;
  let state = states[frame.state[i]] ?? unknown;
  let lastKnown = frame.lastKnown[i] === NONE ? null : states[frame.lastKnown[i]];
  const limit = state.stale_s;
  let stale = lost || frame.confidence[i] === staleConfidence;
  if (limit !== null && age > limit) {
    if (limit <= 60) {
      lastKnown = state;
      state = unknown;
    }
    stale = true;
  }
  const worn = limit === null || Number.isNaN(age) ? 0 : Math.min(1, Math.max(0, age / limit - FADE_FROM) / (1 - FADE_FROM));
  return {
    state,
    lastKnown,
    stale: stale && state !== unknown,
    opacity: state === unknown ? 0.9 : stale ? FADED + 0.15 : 1 - (1 - FADED) * worn,
    age,
    elsewhere: (frame.flags[i] & ELSEWHERE) !== 0,
  };
}
