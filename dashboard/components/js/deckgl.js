// deck.gl as it ships inside pydeck: one script, loaded once, kept on window.
let loading = null;

export function loadDeck(url) {
  loading ??= new Promise((done, failed) => {
    if (window.deck?.Deck) return done(window.deck);
    const script = Object.assign(document.createElement("script"), { src: url, async: true });
    script.onload = () => (window.deck?.Deck ? done(window.deck) : failed(new Error("deck.gl is not in the script")));
    script.onerror = () => {
      loading = null;
      script.remove();
      failed(new Error("deck.gl could not be fetched"));
    };
    document.head.append(script);
  });
  return loading;
}

/** Whether it is worth trying; making a context to find out would cost a tenth of a second of every visit. */
export const hasWebGl = () => typeof WebGL2RenderingContext !== "undefined";
