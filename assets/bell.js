// The bell: count, the list behind it, and what is said aloud when something new comes.
(() => {
  const begin = (button) => {
    const texts = JSON.parse(button.dataset.texts);
    const layer = document.getElementById("m-notices");
    const list = layer.querySelector(".m-notices-list");
    const count = button.querySelector(".m-bell-count");
    const said = document.getElementById("m-bell-said");

    const show = (unread) => {
      count.hidden = !unread;
      count.textContent = unread > 99 ? "99+" : String(unread);
      button.setAttribute("aria-label", unread ? texts.unread.replace("{n}", unread) : texts.label);
      layer.querySelector("[data-bell-all]").hidden = !unread;
    };
    const element = (tag, name, text) => {
      const made = document.createElement(tag);
      if (name) made.className = name;
      if (text) made.textContent = text;
      return made;
    };
    const entry = (group) => {
      const item = element("li", group.unread ? "m-unread" : "");
      const link = element("a", `m-notice-link a-${group.weight}`);
      link.href = group.link || "/alarms";
      link.dataset.ids = JSON.stringify(group.ids);
      const age = element("time");
      age.dateTime = group.at;
      age.dataset.age = "";
      const head = element("span", "m-notice-kind", group.kind);
      const foot = element("span", "m-sub");
      foot.append(age, group.more ? ` · ${group.more}` : "");
      link.append(head, element("b", "", group.title), foot);
      item.append(link);
      return item;
    };
    const ask = async (path, body) => {
      const request = body && { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
      const answer = await fetch(path, { cache: "no-store", keepalive: true, ...request });
      if (!answer.ok) throw new Error(answer.status);
      return answer.json();
    };
    const load = async () => {
      try {
        const told = await ask("/bell");
        show(told.unread);
        list.replaceChildren(...told.groups.map(entry));
        if (!told.groups.length) list.append(element("li", "m-notices-none", texts.none));
        window.mowthos?.tick?.();
      } catch {
        list.replaceChildren(element("li", "m-notices-none", texts.failed));
      }
    };
    layer.addEventListener("toggle", (event) => event.newState === "open" && load());
    layer.addEventListener("click", (event) => {
      const link = event.target.closest("a[data-ids]");
      const ids = link && JSON.parse(link.dataset.ids);
      if (ids?.length) ask("/bell/read", { ids }).catch(() => {});
    });
    layer.querySelector("[data-bell-all]").addEventListener("click", async () => {
      await ask("/bell/read", {}).catch(() => {});
      await load();
    });
    // pushed by the server when this person's bell changes
    const heard = (unread, words) => {
      show(unread);
      if (words) said.textContent = words;
      if (layer.matches(":popover-open")) load();
    };
    const wait = () => (window.mowthos ? Object.assign(window.mowthos, { bell: heard }) : setTimeout(wait, 50));
    wait();
    const recount = () => ask("/bell").then((told) => show(told.unread)).catch(() => {});
    document.addEventListener("mowthos-back", recount); // a live page was away: pushes of that time are lost
    recount();
  };
  // the frame is drawn by a script of its own: wait until the bell hangs there
  const look = (tries) => {
    const button = document.querySelector(".m-bell");
    if (button) begin(button);
    else if (tries) setTimeout(look, 100, tries - 1);
  };
  if (document.documentElement.dataset.person) look(100);
})();
