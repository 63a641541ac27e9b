// What stands around the figures: search as one types, links to copy, and word of a newer build.
// Without this file search is a page of its own, links are links, and a newer build is there at the next page.
"use strict";
(() => {
  // --- search: a combobox with a list, as the WAI-ARIA practices describe it -------------------------

  const box = document.getElementById("site-q");
  const list = document.getElementById("site-found");
  const count = document.getElementById("site-count");
  if (box && list && count) {
    let options = [];
    let active = -1;
    let turn = 0;
    let timer;
    const register = box.form.elements.register?.value ?? "";
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", "Found");
    for (const [name, value] of [
      ["role", "combobox"], ["aria-autocomplete", "list"], ["aria-expanded", "false"], ["aria-controls", list.id],
    ]) box.setAttribute(name, value);

    const close = () => {
      list.hidden = true;
      box.setAttribute("aria-expanded", "false");
      mark(-1);
    };

    const mark = (place) => {
      options[active]?.setAttribute("aria-selected", "false");
      active = place;
      const option = options[active];
      if (!option) return box.removeAttribute("aria-activedescendant");
      option.setAttribute("aria-selected", "true");
      option.scrollIntoView({ block: "nearest" });
      box.setAttribute("aria-activedescendant", option.id);
    };

    const element = (tag, parts) => Object.assign(document.createElement(tag), parts);

    // Everything found is text: it is never read as markup.
    const fill = (groups) => {
      const chosen = options[active]?.href; // an answer that comes late takes no choice away
      options = [];
      active = -1;
      list.replaceChildren();
      for (const [g, group] of groups.entries()) {
        const part = element("div", { className: "group" });
        part.setAttribute("role", "group");
        part.setAttribute("aria-labelledby", `site-group-${g}`);
        part.append(element("p", { id: `site-group-${g}`, textContent: group.label }));
        for (const item of group.items) {
          if (!/^\/(?![/\\])/.test(item.href)) continue; // a page of this site, or nothing
          const option = element("a", { id: `site-option-${options.length}`, href: item.href, tabIndex: -1 });
          option.setAttribute("role", "option");
          option.setAttribute("aria-selected", "false");
          option.append(element("span", { textContent: item.label }));
          if (item.detail) option.append(" ", element("span", { className: "quiet", textContent: item.detail }));
          options.push(option);
          part.append(option);
        }
        if (part.children.length > 1) list.append(part);
      }
      list.hidden = !options.length;
      box.setAttribute("aria-expanded", String(!!options.length));
      mark(options.findIndex((option) => option.href === chosen));
      count.textContent = options.length
        ? `${options.length} found. Use the arrow keys to choose.`
        : "Nothing found as typed. Enter searches everything.";
    };

    const search = async () => {
      clearTimeout(timer);
      const q = box.value.trim();
      const mine = ++turn;
      if (q.length < 2) {
        count.textContent = "";
        return close();
      }
      let found = null; // Enter still searches
      try {
        const answer = await fetch(`/search.json?${new URLSearchParams({ q, register })}`);
        if (answer.ok) found = await answer.json();
      } catch {
        // as good as no answer
      }
      if (pressed) await new Promise((go) => list.addEventListener("let-go", go, { once: true }));
      if (mine !== turn || document.activeElement !== box) return; // of no use any more
      if (found) fill(found.groups);
      else close();
    };

    // No answer that is on its way is to be shown.
    const stop = () => {
      clearTimeout(timer);
      turn += 1;
    };

    box.addEventListener("input", () => {
      stop();
      mark(-1); // what was chosen was of other words: Enter searches for these
      timer = setTimeout(search, 150);
    });
    box.addEventListener("keydown", (event) => {
      const open = !list.hidden;
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        if (!open) return search();
        const step = event.key === "ArrowDown" ? 1 : -1;
        // Past either end is the box itself again.
        const places = options.length + 1;
        mark(((active + 1 + step + places) % places) - 1);
      } else if (event.key === "Escape") {
        stop();
        if (open) {
          event.preventDefault(); // the first closes the list, the next clears the box as browsers do
          close();
        }
      } else if (event.key === "Enter" && open && options[active]) {
        event.preventDefault();
        location.assign(options[active].href);
      }
    });
    // A click on an option moves the focus after this; and the reader may be back by then.
    const away = () => document.activeElement === box || document.activeElement?.closest("#site-found") || close();
    box.addEventListener("blur", () => setTimeout(away, 150));
    // What is pressed has to be there still when it is let go, or nothing comes of it.
    let pressed = false;
    list.addEventListener("mousedown", (event) => {
      event.preventDefault();
      pressed = true;
    });
    for (const end of ["mouseup", "dragend", "blur"])
      addEventListener(end, () => {
        if (!pressed) return;
        pressed = false;
        setTimeout(() => list.dispatchEvent(new Event("let-go"))); // after the click
      });
  }

  // --- links and citation ----------------------------------------------------------------------------

  function shareable() {
    for (const link of document.querySelectorAll("a[data-share]")) link.textContent = link.href;
    for (const button of document.querySelectorAll("[data-copy]")) button.hidden = false;
    const citation = document.getElementById("citation");
    if (!citation) return;
    const today = new Date().toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" });
    const pinned = citation.dataset.pinned;
    citation.textContent = citation.textContent.replace(pinned, `${location.origin}${pinned} (seen ${today}).`);
  }

  document.addEventListener("swapped", shareable);
  shareable();

  document.addEventListener("click", async (event) => {
    const button = event.target.closest?.("[data-copy]");
    if (!button) return;
    const code = button.parentElement.querySelector("textarea");
    const text = code
      ? code.value
      : button.dataset.copy === "citation"
        ? document.getElementById("citation").textContent
        : button.parentElement.querySelector("a[data-share]").href;
    // Another answer may have come when it is copied: said where that is shown.
    const id = code?.id;
    const say = (words) => {
      const by = id ? document.getElementById(id)?.parentElement.querySelector("[role=status]") : null;
      const place = by ?? document.getElementById("copied");
      if (place) place.textContent = words;
    };
    say(""); // the same words twice are two news
    try {
      await navigator.clipboard.writeText(text);
      say("Copied.");
    } catch {
      // Not allowed, or not over https: what would be copied is selected instead.
      if (code) code.select();
      else getSelection().selectAllChildren(button.parentElement.querySelector("a[data-share], q"));
      say("Selected: copy it with the keyboard.");
    }
  });

  // --- a newer build ----------------------------------------------------------------------------------

  const notice = document.getElementById("newer");
  if (notice) {
    let declined = "";
    let looks = 0;
    let known = 0; // the look that was heard of last
    let build = document.body.dataset.build; // of what is shown
    const words = notice.querySelector(".words");
    const look = async () => {
      if (document.visibilityState !== "visible") return;
      const mine = ++looks;
      try {
        const answer = await fetch("/health");
        const health = answer.ok ? await answer.json() : null;
        // A later look, or a page that came meanwhile, knows better.
        if (!health || mine < known) return;
        known = mine;
        heard(health.build);
      } catch {
        // no server just now: the next look may find it
      }
    };
    const heard = (found) => {
      const newer = found && found !== build && found !== declined;
      notice.dataset.build = found;
      notice.hidden = !newer;
      // Filled when it is shown: a live region speaks of what changes in it.
      words.textContent = newer ? "Newer data are in." : "";
    };
    notice.querySelector("[data-accept]").addEventListener("click", () => {
      notice.hidden = true;
      const change = new Event("newer", { cancelable: true });
      document.dispatchEvent(change);
      document.getElementById("main").focus({ preventScroll: true });
    });
    notice.querySelector("[data-dismiss]").addEventListener("click", () => {
      declined = notice.dataset.build;
      notice.hidden = true;
      document.getElementById("main").focus({ preventScroll: true });
    });
    setInterval(look, 60_000);
    document.addEventListener("visibilitychange", look);
    document.addEventListener("swapped", () => {
      if (document.body.dataset.build === build) return;
      build = document.body.dataset.build;
      known = ++looks;
      heard(build);
    });
  }
})();
