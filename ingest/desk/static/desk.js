/* Keys, and the value under the eye marked on the page. Everything works without this file, by hand. */
"use strict";
(() => {
  const one = (selector, from = document) => from.querySelector(selector);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];

  // A value of the table and its place on the page belong together.
  const light = (number) => {
    for (const mark of all("[data-mark]")) mark.classList.toggle("lit", mark.dataset.mark === number);
    for (const row of all("[data-value]")) row.classList.toggle("lit", row.dataset.value === number);
  };
  let wanted = null; // the value to be shown when its page has come
  const show = (number) => {
    light(number);
    one(`[data-mark="${number}"]`)?.scrollIntoView({ block: "center", inline: "center" });
  };
  // Moves alone count: when a page turns under a resting pointer, nobody has pointed at anything.
  document.addEventListener("pointermove", (event) => {
    const place = event.target.closest?.("[data-value], [data-mark]");
    if (place) light(place.dataset.value || place.dataset.mark);
  });
  document.addEventListener("focusin", (event) => {
    const row = event.target.closest?.("[data-value]");
    if (row) light(row.dataset.value);
  });
  document.addEventListener("click", (event) => {
    const mark = event.target.closest?.("[data-mark]");
    if (mark) {
      light(mark.dataset.mark);
      one(`[data-value="${mark.dataset.mark}"]`)?.scrollIntoView({ block: "center" });
    }
    const look = event.target.closest?.("[data-look]");
    if (look) wanted = look.dataset.look;
    if (event.target.closest?.("[data-zoom]")) zoom();
    if (event.target.closest?.("[data-help]")) help();
    const edit = event.target.closest?.("[data-edit]");
    if (edit) {
      one("#fact").open = true;
      one("#fact-field").value = edit.dataset.edit;
      one("#fact-value").focus();
    }
  });
  // Each conclusion brings its usual reason, unless somebody has written another one.
  document.addEventListener("change", (event) => {
    const chosen = event.target.closest?.("[data-reason]");
    const box = chosen && one(chosen.dataset.into);
    if (!box) return;
    const usual = all("[data-reason]").map((each) => each.dataset.reason);
    if (!box.value.trim() || usual.includes(box.value)) box.value = chosen.dataset.reason;
  }, true);
  document.addEventListener("htmx:after:swap", () => {
    if (wanted) show(wanted);
    wanted = null;
  });

  const zoom = () => {
    const sheet = one("[data-sheet]");
    if (!sheet) return;
    const large = sheet.classList.toggle("large");
    const button = one("[data-zoom]", sheet);
    button.setAttribute("aria-pressed", String(large));
    button.textContent = large ? "还原" : "放大";
    const lit = one(".mark.lit, .mark-different, .mark-seal", sheet);
    if (large && lit) lit.scrollIntoView({ block: "center", inline: "center" });
  };
  const help = () => {
    const dialog = one("#help");
    if (dialog && !dialog.open) dialog.showModal();
  };
  const turn = (step) => {
    const pages = all("[data-page]");
    const at = pages.findIndex((page) => page.hasAttribute("aria-current"));
    pages[at + step]?.click();
  };
  const move = (step) => {
    const rows = all("[data-row], [data-entry]");
    if (!rows.length) return;
    const at = rows.indexOf(document.activeElement);
    const next = rows[Math.min(rows.length - 1, Math.max(0, at + step))];
    next.focus();
    next.scrollIntoView({ block: "nearest" });
  };

  let last = "";
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input:not([type=radio], [type=checkbox]), textarea, select, dialog");
    if (event.key === "Enter" && event.ctrlKey) {
      event.target.closest?.("form.order")?.requestSubmit();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (typing) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    const before = last;
    last = event.key;
    const keys = {
      j: () => move(1),
      k: () => move(-1),
      n: () => turn(1),
      p: () => turn(-1),
      z: zoom,
      "?": help,
      "/": () => one("input[type=search]")?.focus(),
      t: () => before === "g" && location.assign("/"),
    };
    const chosen = one(`[data-key="${CSS.escape(event.key)}"]`);
    if (chosen && before !== "g") {
      event.preventDefault();
      chosen.click();
    } else if (keys[event.key]) {
      event.preventDefault();
      keys[event.key]();
    }
  });
})();
