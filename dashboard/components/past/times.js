// Times of day and ticks of an axis. Pure, but for the browser's own formats.

const lang = () => document.documentElement.dataset.locale || document.documentElement.lang || undefined;
const STEPS_S = [1, 5, 10, 30, 60, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400, 172800, 604800, 1209600, 2592000, 5184000];

/** "14:05:09 Tue": a moment, in seconds since 1970. */
export const dayClock = (seconds) =>
  new Intl.DateTimeFormat(lang(), { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", second: "2-digit" }).format(seconds * 1000);

/** What a span is called on an axis tick. */
export function daySpan(seconds, step) {
  const style = step >= 86400 ? { day: "numeric", month: "short" } : step >= 60 ? { hour: "2-digit", minute: "2-digit" } : { hour: "2-digit", minute: "2-digit", second: "2-digit" };
  const at = new Date(seconds * 1000);
  if (step < 86400 && at.getHours() === 0 && at.getMinutes() === 0 && at.getSeconds() === 0) Object.assign(style, { hour: undefined, minute: undefined, second: undefined, day: "numeric", month: "short" });
  return new Intl.DateTimeFormat(lang(), style).format(at);
}

/** About `most` round moments between two, in the viewer's own zone: {step, ticks}. */
export function niceTicks(from, to, most) {
  const step = STEPS_S.find((candidate) => (to - from) / candidate <= most) ?? STEPS_S.at(-1);
  const shift = new Date(from * 1000).getTimezoneOffset() * 60;
  const ticks = [];
  for (let at = Math.ceil((from - shift) / step) * step + shift; at <= to; at += step) ticks.push(at);
  return { step, ticks };
}
