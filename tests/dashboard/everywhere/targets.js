// What can be pressed and is smaller than 44 px each way, where no exception of WCAG 2.2 (2.5.5, 2.5.8) holds.
(most) => {
  const PRESSED = 'a[href], button, input:not([type="hidden"]), select, textarea, summary, [role="button"], [role="tab"], [role="checkbox"], [role="switch"], [role="radio"], [role="combobox"], [role="option"], [tabindex="0"][data-press]';
  const HELD = '.q-field__control, .q-checkbox, .q-toggle, .q-radio, label';
  const seen = (one) => one.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && !one.closest("[inert], .leaflet-pane, [aria-hidden='true']");
  const top = [...document.querySelectorAll(".q-dialog, dialog[open], :popover-open")].at(-1);
  const inline = (one) => one.matches("a") && getComputedStyle(one).display === "inline" && [...one.parentElement.childNodes].some((node) => node !== one && node.textContent.trim());
  const small = [];
  for (const one of (top ?? document).querySelectorAll(PRESSED)) {
    const held = one.matches("input, textarea, [role=combobox]") ? one.closest(HELD) ?? one : one;
    if (!(seen(held)) || one.disabled || inline(one) || one.matches("[data-essential], [data-essential] *")) continue;
    const box = held.getBoundingClientRect();
    if (box.width < 2 || box.height < 2 || box.right < 0 || box.bottom < 0) continue; // the link that skips to the content, until it has the focus
    if (box.width >= most - 0.5 && box.height >= most - 0.5) continue;
    held.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
    const now = held.getBoundingClientRect(), [x, y] = [now.x + now.width / 2, now.y + now.height / 2], reach = most / 2 - 1;
    const hits = (dx, dy) => { const at = document.elementFromPoint(x + dx, y + dy); return at && (held.contains(at) || at.contains(one) && at.matches("label")); };
    const across = now.width >= most - 0.5 || hits(-reach, 0) && hits(reach, 0);
    const down = now.height >= most - 0.5 || hits(0, -reach) && hits(0, reach);
    if (!across || !down) small.push(`small ${Math.round(now.width)}x${Math.round(now.height)} ${held.outerHTML.replace(/\s+/g, " ").slice(0, 110)}`);
  }
  return small;
}
