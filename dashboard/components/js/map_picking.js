// What a click on the map means: a mower, a group of them, a home.
import { boundsOf } from "./geometry.js";

const HOME_ZOOM = 18.2;

export class Picking {
  constructor(map) {
    this.map = map;
  }

  clicked({ layer, object }) {
    if (!object) return;
    if (layer.id === "markers") this.map.store.select(object.name, { from: "map" });
    else if (layer.id === "groups") this.openGroup(object);
    else if (layer.id === "homes" || layer.id === "candidates") this.openHome(object);
  }

  /** A click on a home: its neighbours, with the whole circle in sight where the zoom allows. */
  async openHome(home) {
    const { homes, callbacks, camera } = this.map;
    await homes.open(home);
    await callbacks.settled();
    camera.reveal([home.longitude, home.latitude]);
  }

  openGroup(group) {
    const { camera } = this.map;
    camera.release();
    const bounds = boundsOf(group.members.map(({ place }) => place));
    const [west, south, east, north] = bounds;
    if (east - west < 2e-5 && north - south < 2e-5) camera.centre(group.place, { zoom: 19 });
    else camera.fit(bounds, { most: 19 });
  }

  async showHome(home) {
    const { homes, callbacks, camera } = this.map;
    this.map.follow(false);
    await homes.open(home);
    await callbacks.settled(); // its panel is open now, and covers its part of the map
    camera.release();
    camera.centre([home.longitude, home.latitude], { zoom: HOME_ZOOM });
  }
}
