// The frame's own behaviour: theme without a flash, ages that tick, keys, and a session that ends politely.
(() => {
  const root = document.documentElement;
  const texts = JSON.parse(document.currentScript.dataset.texts || "{}");
  const spoken = root.dataset.locale || root.lang || undefined; // with 12 or 24 hours, as this person reads them
  const cookie = (name, value) => {
    document.cookie = `${name}=${value}; path=/; max-age=31536000; samesite=lax`;
  };

  // --- theme: "auto" follows the system ---
  const setTheme = (choice) => {
    root.dataset.theme = choice;
    cookie("mowthos_theme", choice);
    window.Quasar?.Dark.set(choice === "auto" ? "auto" : choice === "dark");
    mark("themeChoice", choice);
    document.dispatchEvent(new CustomEvent("mowthos-theme", { detail: choice }));
  };
  const mark = (key, value) => {
    const attribute = key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    for (const button of document.querySelectorAll(`[data-${attribute}]`)) {
      button.setAttribute("aria-pressed", String(button.dataset[key] === value));
    }
  };
  const setLanguage = async (language) => {
    cookie("mowthos_language", language);
    await fetch("/account/language", { method: "POST", body: new URLSearchParams({ language }) });
    location.reload();
  };

  // --- lengths, areas and their like in the units this person reads; null and undefined are unknown ---
  const kinds = JSON.parse(document.currentScript.dataset.measures || "{}");
  const measure = (kind, value) => {
    if (value === null || value === undefined) return "–";
    const step = kinds[kind].findLast((one) => Math.abs(value) >= one.least);
    const n = (value * step.factor).toLocaleString(root.lang || undefined, { maximumFractionDigits: step.digits });
    return step.words.replace("{n}", n);
  };
  const unit = (kind) => kinds[kind][0]; // the one that fields to type in have: the smallest of its kind

  // --- ages: the server's clock, not this machine's, decides ---
  const serverNow = Date.parse(document.currentScript.dataset.now || new Date().toISOString());
  const skew = serverNow - Date.now();
  const say = (text, n) => text.replace("{n}", n);
  const age = (seconds) => {
    if (seconds < 0.5) return texts.now;
    if (seconds < 120) return say(texts.seconds, Math.round(seconds));
    if (seconds < 7200) return say(texts.minutes, Math.round(seconds / 60));
    if (seconds < 172800) return say(texts.hours, Math.round(seconds / 3600));
    return say(texts.days, Math.round(seconds / 86400));
  };
  const ahead = (seconds) => {
    if (seconds < 0.5) return texts.due;
    if (seconds < 120) return say(texts.in_seconds, Math.round(seconds));
    if (seconds < 7200) return say(texts.in_minutes, Math.round(seconds / 60));
    if (seconds < 172800) return say(texts.in_hours, Math.round(seconds / 3600));
    return say(texts.in_days, Math.round(seconds / 86400));
  };
  // the exact time is told in the site's zone where an element names one, and always says which zone it is
  const exact = (at, timeZone) =>
    new Intl.DateTimeFormat(spoken, { dateStyle: "medium", timeStyle: "long", timeZone }).format(at);
  const tick = () => {
    for (const element of document.querySelectorAll("time[data-age]")) {
      const at = Date.parse(element.getAttribute("datetime"));
      if (Number.isNaN(at)) continue;
      const since = (Date.now() + skew - at) / 1000;
      const words = element.hasAttribute("data-ahead") ? ahead(Math.max(0, -since)) : age(Math.max(0, since));
      if (element.textContent !== words) element.textContent = words;
      if (element.dataset.age !== element.dateTime) {
        element.dataset.age = element.dateTime;
        element.title = exact(at, element.dataset.zone || undefined);
      }
    }
  };
  // a moment told as date and time of day, in the viewer's zone; the exact one, with its zone, on hover
  const moment = new Intl.DateTimeFormat(spoken, { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });
  const showMoments = () => {
    for (const element of document.querySelectorAll("time[data-moment]:not([data-shown])")) {
      const at = Date.parse(element.getAttribute("datetime"));
      if (Number.isNaN(at)) continue;
      element.dataset.shown = "";
      element.textContent = moment.format(at);
      element.title = exact(at);
    }
  };
  const showTab = () => {
    const tab = document.querySelector(".m-tabs [aria-current]:not([data-shown])");
    if (!tab) return;
    tab.dataset.shown = "";
    tab.parentElement.scrollLeft = tab.offsetLeft - 24;
  };
  if (texts.seconds) {
    let due = false;
    const soon = () => {
      if (due) return;
      due = true;
      requestAnimationFrame(() => {
        due = false;
        tick();
        showMoments();
        showTab();
      });
    };
    setInterval(tick, 1000);
    new MutationObserver(soon).observe(root, { childList: true, subtree: true });
  }

  // --- keys ---
  const typing = (element) =>
    element instanceof HTMLElement && (element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName));
  let afterG = 0;
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
    const help = document.querySelector("dialog.m-keys");
    if (event.key === "?" && help) {
      event.preventDefault();
      help.open ? help.close() : help.showModal();
    } else if (event.key === "/" && !help?.open) {
      const search = document.querySelector(".m-search input");
      if (search) {
        event.preventDefault();
        search.focus();
        search.select();
      }
    } else if (event.key === "g") {
      afterG = performance.now();
    } else if (afterG && performance.now() - afterG < 1500) {
      afterG = 0;
      const link = document.querySelector(`a[data-key="${CSS.escape(event.key)}"]`);
      if (link) {
        event.preventDefault();
        event.stopImmediatePropagation();
        location.href = link.href;
      }
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && event.target.matches?.(".m-search input")) event.target.blur();
  });

  // --- search: a page that handles it itself listens for "mowthos-search" and prevents the default ---
  const search = (form, kind) =>
    document.dispatchEvent(
      new CustomEvent("mowthos-search", { cancelable: true, detail: { text: form.elements.q.value, kind } }),
    );
  document.addEventListener("input", (event) => {
    const form = event.target.closest?.("form.m-search");
    if (form) search(form, "input");
  });
  document.addEventListener("submit", (event) => {
    if (event.target.matches?.("form.m-search") && !search(event.target, "submit")) event.preventDefault();
  });

  document.addEventListener("click", (event) => {
    const target = event.target.closest?.("[data-theme-choice], [data-language-choice], [data-keys], [data-copy]");
    if (!target) return;
    if (target.dataset.themeChoice) setTheme(target.dataset.themeChoice);
    if (target.dataset.languageChoice) setLanguage(target.dataset.languageChoice);
    if ("keys" in target.dataset) {
      target.closest("[popover]")?.hidePopover(); // the focus goes back to what opened it, and there again after the dialog
      document.querySelector("dialog.m-keys")?.showModal();
    }
    if (target.dataset.copy) navigator.clipboard?.writeText(target.dataset.copy);
  });

  // --- the session slides on while somebody is at work, and only then ---
  let used = false;
  for (const kind of ["keydown", "pointerdown"]) document.addEventListener(kind, () => (used = true), { passive: true });
  let leaving = false; // by their own will: the sign-out form leads on
  document.addEventListener("submit", (event) => {
    if (event.target.getAttribute?.("action") === "/sign-out") leaving = true;
  });
  const leave = () => {
    if (leaving) return;
    location.href = `/sign-in?ended=1&next=${encodeURIComponent(location.pathname + location.search)}`;
  };
  const toSignIn = () => !leaving && (window.mowthos.askAgain ?? leave)(); // in place, where the page can (again.js)
  const checkSession = async () => {
    try {
      const answer = await fetch("/session", { cache: "no-store" });
      if (answer.status === 401) toSignIn();
    } catch {
      // The server is away: the connection banner tells, and the next check asks again.
    }
  };
  if (root.dataset.person) {
    setInterval(() => {
      if (!used) return;
      used = false;
      checkSession();
    }, 120000);
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && checkSession());
  }
  // --- tables: only the cells that changed ---
  const setCells = (cells) => {
    for (const [id, html] of Object.entries(cells)) {
      const cell = document.getElementById(id);
      if (cell && !cell.contains(document.activeElement)) cell.innerHTML = html;
    }
    tick();
  };
  window.mowthos = { age, measure, unit, tick, setCells, setTheme, checkSession, toSignIn, leave, serverNow: () => Date.now() + skew };
})();
