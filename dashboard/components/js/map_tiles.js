// The configured tile server as base map. It counts as there only once a tile has really come.

const PATIENCE_MS = 4000;

function image(url) {
  return new Promise((done, failed) => {
    const picture = new Image();
    const timer = setTimeout(() => failed(new Error("no answer")), PATIENCE_MS);
    picture.crossOrigin = "anonymous";
    picture.onload = () => (clearTimeout(timer), done(picture));
    picture.onerror = () => (clearTimeout(timer), failed(new Error("refused")));
    picture.src = url;
  });
}

const address = (template, { x, y, z }) => template.replace("{x}", x).replace("{y}", y).replace("{z}", z).replace("{s}", "abc"[(x + y) % 3]);

export class Tiles {
  constructor(deck, config, changed) {
    this.deck = deck;
    this.url = config.url;
    this.changed = changed;
    this.reachable = null; // not known yet
  }

  get configured() {
    return Boolean(this.url);
  }

  async probe(view) {
    if (!this.configured) return;
    const z = Math.max(0, Math.min(15, Math.round(view.zoom)));
    const x = Math.floor(((view.longitude + 180) / 360) * 2 ** z);
    const phi = (view.latitude * Math.PI) / 180;
    const y = Math.floor((0.5 - Math.log(Math.tan(Math.PI / 4 + phi / 2)) / (2 * Math.PI)) * 2 ** z);
    try {
      await image(address(this.url, { x, y, z }));
      this.reachable = true;
    } catch {
      this.reachable = false;
    }
    this.changed();
  }

  layer(opacity) {
    const { deck } = this;
    return new deck.TileLayer({
      id: "tiles", data: this.url, minZoom: 0, maxZoom: 19, tileSize: 256, opacity, refinementStrategy: "best-available",
      getTileData: ({ index }) => image(address(this.url, index)),
      onTileError: () => {},
      renderSubLayers: (props) => {
        const { west, south, east, north } = props.tile.bbox;
        return new deck.BitmapLayer(props, { data: null, image: props.data, bounds: [west, south, east, north] });
      },
    });
  }
}
