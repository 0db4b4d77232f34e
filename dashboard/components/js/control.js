// What the card and the dialogs ask of the server about control: leases, options of a start, incidents, bulk orders.

/** Ask /live/control; the answer, or an Error with the server's words (and its separate reasons). */
export async function control(store, path, body) {
  let answer;
  try {
    const asked = body === undefined ? {} : { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
    answer = await fetch(`${store.config.urls.control}${path}`, asked);
  } catch {
    throw new Error(window.mowthosLook.texts.card.reasons.unreached);
  }
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) throw Object.assign(new Error(told.detail ?? String(answer.status)), { reasons: told.reasons ?? [], told });
  return told;
}

/** Open a native dialog once it is in the document. */
export const show = (dialog) => dialog && !dialog.open && dialog.showModal();

/** Where the last halt of a mower stands: null | {phase, command, seconds}. */
export function haltOf(store, name) {
  const command = store.commands.get(name)?.find((one) => one.kind === "halt");
  if (!command || command.status === "refused") return null;
  const began = Date.parse(command.requested_at) / 1000;
  const replaced = command.status === "failed" && (command.reasons ?? []).some((reason) => reason.startsWith("A later command"));
  if (replaced || store.now() - began > 900) return null;
  const over = command.finished_at ? Date.parse(command.finished_at) / 1000 : store.now();
  const phase = command.status === "done" ? "confirmed" : ["failed", "expired"].includes(command.status) ? "failed" : "unconfirmed";
  const later = store.commands.get(name).find((one) => Date.parse(one.requested_at) > Date.parse(command.requested_at) && one.status !== "refused");
  if (later && phase !== "unconfirmed") return null; // told to move on since
  return { phase, command, seconds: Math.max(0, over - began) };
}
