// Asking for a command, and telling how far it came. A command is a success only when telemetry shows it.

export const STEPS = ["requested", "sent", "acknowledged", "seen_in_telemetry"];
const TIMES = {
  requested: "requested_at",
  queued: "queued_at",
  sent: "sent_at",
  acknowledged: "acknowledged_at",
  seen_in_telemetry: "seen_at",
};
const OVER = new Set(["refused", "done", "failed", "expired"]);
const GOOD = new Set(["seen_in_telemetry", "done"]);

export const newId = () =>
  crypto.randomUUID?.() ??
  "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (c) =>
    (c ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (c / 4)))).toString(16),
  );

export const isOver = (command) => OVER.has(command.status);
export const isGood = (command) => GOOD.has(command.status);
export const isBad = (command) => OVER.has(command.status) && command.status !== "done";

/** The steps with their seconds after the request: [{step, seconds | null, reached}]. */
export function steps(command) {
  const began = Date.parse(command.requested_at);
  return STEPS.map((step) => {
    const at = command[TIMES[step]];
    return { step, reached: Boolean(at), seconds: at ? Math.max(0, (Date.parse(at) - began) / 1000) : null };
  });
}

/** Ask; the answer, or what went wrong, ends up in the store like every other change of a command. ``more`` may hold
 * how to start, and the reason typed over the start guard. */
export async function ask(store, mower, kind, more = {}) {
  const id = newId();
  const asked = { id, device_name: mower, kind, status: "requested", requested_at: new Date(store.now() * 1000).toISOString() };
  store.addCommand(asked);
  try {
    const answer = await fetch(store.config.urls.commands, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ id, mower, kind, ...more }),
    });
    const told = await answer.json();
    const present = store.commands.get(mower)?.find((command) => command.id === id);
    if (told.command) {
      if (!present || present.status === "requested") store.addCommand(told.command);
    } else {
      store.addCommand({ ...asked, status: "failed", reasons: [told.detail ?? String(answer.status)] });
    }
  } catch {
    store.addCommand({ ...asked, status: "failed", reasons: ["unreached"] });
  }
}
