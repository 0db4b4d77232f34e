// Where each mower was in the last minutes: seeded by the server, grown by every frame.

import { fixAt, positionAt } from "./frame.js";

const KEEP_S = 600;
const STEP_DEG = 1.5e-6; // about 15 cm
const MOST_MOWERS = 2000;

export class Trails {
  constructor() {
    this.restart();
  }

  restart() {
    this.paths = new Map(); // name -> [[time, lon, lat, fix], ...], oldest first; fix as frame.js tells it
  }

  seed({ origin, now, trails }) {
    for (const [name, rows] of Object.entries(trails)) {
      const seeded = rows.map(([ago, x, y, fix]) => [now - ago, origin[0] + x / 1e7, origin[1] + y / 1e7, fix]);
      const grown = this.paths.get(name) ?? [];
      const last = seeded.at(-1)?.[0] ?? 0;
      this.paths.set(name, seeded.concat(grown.filter(([time]) => time > last)));
    }
  }

  add(frame, mowers) {
    if (mowers.length > MOST_MOWERS) return;
    for (let i = 0; i < mowers.length; i++) {
      const place = positionAt(frame, i);
      if (!place) continue;
      const name = mowers[i].name;
      let path = this.paths.get(name);
      if (!path) this.paths.set(name, (path = []));
      const last = path.at(-1);
      if (!last || Math.max(Math.abs(last[1] - place[0]), Math.abs(last[2] - place[1])) >= STEP_DEG) {
        path.push([frame.now, place[0], place[1], fixAt(frame, i)]);
      }
      while (path.length && path[0][0] < frame.now - KEEP_S) path.shift();
    }
  }
}
