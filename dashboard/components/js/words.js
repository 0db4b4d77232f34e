// Texts come translated from the server; here their gaps are filled, and numbers get their units.

export function fill(text, values = {}) {
  return (text ?? "").replace(/\{(\w+)\}/g, (gap, name) => (name in values ? String(values[name]) : gap));
}

/** "12 s ago", in the frame's own words. */
export const ago = (seconds) => (Number.isNaN(seconds) || seconds === null ? "" : (window.mowthos?.age(seconds) ?? ""));

/** "12 s", "4 min", "2 h": short, for lists. */
export function shortAge(seconds, texts) {
  if (Number.isNaN(seconds) || seconds === null) return "–";
  if (seconds < 120) return fill(texts.seconds, { n: Math.max(0, Math.round(seconds)) });
  if (seconds < 7200) return fill(texts.minutes, { n: Math.round(seconds / 60) });
  if (seconds < 172800) return fill(texts.hours, { n: Math.round(seconds / 3600) });
  return fill(texts.days, { n: Math.round(seconds / 86400) });
}

/** The reader's locale for times: with 12 or 24 hours, as they chose. */
export const spoken = document.documentElement.dataset.locale || document.documentElement.lang || undefined;

const clock = new Intl.DateTimeFormat(spoken, { timeStyle: "medium" });
const exact = new Intl.DateTimeFormat(spoken, { dateStyle: "medium", timeStyle: "long" });
export const atClock = (seconds) => clock.format(seconds * 1000);
export const atExact = (seconds) => exact.format(seconds * 1000);

/** The state of a judged row in words: "Mowing", "Last known: mowing". */
export function stateWords(judged, texts, unknown) {
  if (judged.elsewhere) return texts.elsewhere;
  if (judged.state === unknown) {
    return judged.lastKnown ? fill(texts.last_known, { state: judged.lastKnown.word.toLowerCase() }) : unknown.word;
  }
  return judged.stale ? fill(texts.last_known, { state: judged.state.word.toLowerCase() }) : judged.state.word;
}
