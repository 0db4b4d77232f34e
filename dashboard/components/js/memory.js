// What a browser remembers: view state for this tab (survives a reload), choices for this person on this machine.

const read = (storage, key, fallback) => {
  try {
    return JSON.parse(storage.getItem(key)) ?? fallback;
  } catch {
    return fallback;
  }
};
const write = (storage, key, value) => {
  try {
    storage.setItem(key, JSON.stringify(value));
  } catch {
    // Storage may be full or forbidden: the page works without a memory.
  }
};

export class Memory {
  constructor(person) {
    this.prefix = `mowthos:${person}:`;
  }

  /** Camera, filters, open panels: this tab only. */
  view(key, fallback = null) {
    return read(sessionStorage, this.prefix + key, fallback);
  }

  keepView(key, value) {
    write(sessionStorage, this.prefix + key, value);
  }

  /** Layer panel and the like: this person, wherever they come back. */
  choice(key, fallback = null) {
    return read(localStorage, this.prefix + key, fallback);
  }

  keepChoice(key, value) {
    write(localStorage, this.prefix + key, value);
  }
}

/** The selection and the filters stand in the address, so that a view can be linked to. */
export function addressParameter(name) {
  return new URLSearchParams(location.search).get(name);
}

export function setAddressParameters(changes) {
  const url = new URL(location.href);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === "") url.searchParams.delete(name);
    else url.searchParams.set(name, value);
  }
  if (url.href !== location.href) history.replaceState(history.state, "", url);
}
