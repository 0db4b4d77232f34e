// The banners: server lost, news cut off between our processes, broker down, account blocked, mower silent. Each has since-when. Pure.

const SILENT_S = 60;
const BROKER_PATIENCE_S = 3; // a reconnect within this is no news
const BLOCKED = new Set(["blocked", "reauth_needed"]);
const DOWN = new Set(["broker_down", "cloud_down"]);
const ACTIVE = new Set(["mowing", "returning"]);

/** Returns [{kind, since (seconds since 1970), ...}], the gravest first. */
export function troubles(store) {
  const now = store.now();
  if (store.lost) return [{ kind: "server", since: store.lostSince / 1000 }];
  if (store.past?.on) return []; // the others speak of the present
  const found = store.cutOffSince && now - store.cutOffSince >= BROKER_PATIENCE_S
    ? [{ kind: "cut_off", since: store.cutOffSince }] : [];
  const blamed = new Set();
  for (const account of store.accounts) {
    const old = DOWN.has(account.state) && now - account.since >= BROKER_PATIENCE_S;
    if (!old && !BLOCKED.has(account.state)) continue;
    found.push({ kind: account.state, since: account.since, account: account.account, devices: account.devices });
    blamed.add(account.account);
  }
  const silent = [];
  for (let i = 0; i < store.count; i++) {
    const mower = store.mowers[i];
    if (blamed.has(mower.account)) continue; // the message told above names the common cause
    const judged = store.judge(i);
    const was = judged.state === store.unknown ? judged.lastKnown : judged.state;
    if (was && ACTIVE.has(was.key) && judged.age >= SILENT_S) silent.push({ mower, age: judged.age, was });
  }
  if (silent.length) {
    silent.sort((a, b) => b.age - a.age);
    found.push({ kind: "silent", since: now - silent[0].age, silent });
  }
  return found;
}
