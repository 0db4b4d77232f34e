// A session that ran out is gone on with in place: the page stays as it is, with what was typed in it. One that
// somebody ended is left for the sign-in page.

(() => {
  "use strict";
  const root = document.documentElement;
  const dialog = () => document.querySelector("dialog.m-again");
  let asking = false;

  const goOn = async (form) => {
    form.append("page", window.clientId ?? "");
    const answer = await fetch("/session/again", { method: "POST", body: form });
    if (!answer.ok) return answer;
    const { page } = await answer.json();
    if (!page && !("sealed" in root.dataset)) location.reload(); // the server keeps nothing of it any more
    if (dialog()?.open) {
      dialog().close();
      dialog().querySelector("form").remove();
    }
    document.dispatchEvent(new Event("mowthos-signed-in"));
    return answer;
  };

  const ask = async () => {
    if (asking) return;
    asking = true;
    try {
      const answer = await fetch("/session", { cache: "no-store" });
      const told = await answer.json();
      if (answer.ok && told.person === root.dataset.person) await goOn(new FormData()); // signed in on another page
      else if (answer.ok || !told.ran_out || !dialog()) window.mowthos.leave();
      else if (!dialog().open) show();
    } catch {
      // The server is away: the page tells so, and whoever asked will ask again.
    } finally {
      asking = false;
    }
  };

  const show = () => {
    const there = dialog();
    there.append(there.querySelector("template").content.cloneNode(true));
    there.showModal();
    there.querySelector("[name=password]").focus();
  };

  const say = (there, words) => {
    const place = there.querySelector("[role=alert]");
    place.textContent = words;
    place.hidden = !words;
  };

  document.addEventListener("submit", async (event) => {
    const there = event.target.closest?.("dialog.m-again");
    if (!there) return;
    event.preventDefault();
    const button = there.querySelector("[type=submit]");
    button.disabled = true;
    try {
      const answer = await goOn(new FormData(event.target));
      if (answer.ok) return;
      const told = await answer.json();
      const code = there.querySelector("[data-code]");
      if (told.code) code.hidden = false;
      say(there, told.words);
      code.querySelector("input").required = !code.hidden;
      there.querySelector(code.hidden ? "[name=password]" : "[name=code]").select();
    } catch {
      say(there, there.dataset.away);
    } finally {
      button.disabled = false;
    }
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("dialog.m-again [data-leave]")) window.mowthos.leave();
  });
  // Nothing behind it works without, and the key must not close a dialog there.
  const keepOpen = (event) => {
    if (!dialog()?.open || (event.type === "keydown" && event.key !== "Escape")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  for (const kind of ["cancel", "keydown"]) document.addEventListener(kind, keepOpen, true);
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible" && dialog()?.open) ask(); // perhaps they signed in on another page
  });
  window.mowthos.askAgain = ask;
})();
