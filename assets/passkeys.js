// Passkeys: the browser's own dialog, between two calls of ours.
(() => {
  const able = Boolean(window.PublicKeyCredential?.parseRequestOptionsFromJSON);
  const make = async (options) => {
    const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
    return JSON.stringify((await navigator.credentials.create({ publicKey })).toJSON());
  };
  const prove = async (options) => {
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
    return JSON.stringify((await navigator.credentials.get({ publicKey })).toJSON());
  };
  const post = async (address, fields) => {
    const answer = await fetch(address, { method: "POST", body: new URLSearchParams(fields) });
    const told = await answer.json();
    if (!answer.ok) throw new Error(told.detail);
    return told;
  };
  const signIn = async (box) => {
    const problem = box.querySelector('[role="alert"]');
    problem.hidden = true;
    try {
      const options = await post("/sign-in/passkey/options", { alone: box.dataset.alone });
      const credential = await prove(options);
      const { to } = await post("/sign-in/passkey", { credential, next: box.dataset.next });
      location.href = to;
    } catch (error) {
      // A DOMException is the browser's: the person let the dialog be, or has no such passkey here.
      problem.textContent = error instanceof DOMException ? box.dataset.failed : error.message;
      problem.hidden = false;
    }
  };
  for (const box of document.querySelectorAll("[data-passkey]")) {
    box.hidden = !able;
    box.querySelector("button").addEventListener("click", () => signIn(box));
  }
  window.mowthosPasskeys = { able, make };
})();
