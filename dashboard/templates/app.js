// Takes over a page that is already whole: filters change it in place, charts become interactive.
// Without this file the form and the links still work, by loading pages.
"use strict";
(() => {
  const page = document.body.dataset.page;
  const form = document.querySelector("form.filters");
  const main = document.getElementById("main");
  const announce = document.getElementById("announce");
  let live = null; // the Bokeh document, once the charts are interactive
  let lost = false; // its connection: without it charts can change by loading the page only
  let latest = 0;
  let asking = null;
  let asks = 0; // how often the same has been asked for again, because other data are in

  // What was not understood is named on the page; the address says what was.
  if (document.body.dataset.address) history.replaceState(null, "", document.body.dataset.address);
  let wanted = location.pathname + location.search; // the address shown, or on its way

  const holders = () => [...document.querySelectorAll(".figure[data-live]")];
  const sections = (root) => [...root.querySelectorAll("#exhibits > section")];
  const key = (section) => section.querySelector("h2")?.id;
  const drawn = (root) => sections(root).filter((e) => e.querySelector(".figure[data-live]")).map(key);
  const theme = () => (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");

  // --- changing the page in place ---------------------------------------------------------------------

  // The form as an address: several boxes of one name are one value, as in the addresses of the page itself.
  function query() {
    const values = new Map();
    for (const [name, value] of new FormData(form))
      if (value) values.set(name, (values.get(name) ?? new Set()).add(value));
    return new URLSearchParams([...values].map(([name, some]) => [name, [...some].join(",")])).toString();
  }

  // The list of types and the boxes are of one filter, and both say what is chosen: a box that a reader has ticked
  // stays so, and a second can be ticked beside it. Sent without this file the list says one type and the boxes
  // several, so the page itself ticks no box for the one.
  const boxes = () => [...(form?.querySelectorAll("input[type=checkbox][name=type]") ?? [])];
  function tick() {
    const one = form?.querySelector("select[name=type]")?.value;
    if (one) for (const box of boxes()) box.checked = box.value === one;
  }

  async function show(address, { push = false, again = false } = {}) {
    if (address === wanted && !again) return;
    wanted = address;
    if (lost) return leave(address);
    const turn = ++latest;
    asking?.abort();
    asking = new AbortController();
    const done = busy();
    // The charts are drawn while the words are on their way: the server works both out once.
    const asked = fetch(address, { headers: { "X-In-Place": live ? "live" : "static" }, signal: asking.signal });
    tell(new URL(address, location.href).search, again);
    let text;
    try {
      const answer = await asked;
      if (!answer.ok) throw new Error(answer.status);
      text = await answer.text();
    } catch {
      if (turn === latest) location.assign(address); // let the browser say what is wrong
      return;
    } finally {
      done();
    }
    if (turn !== latest) return; // a later choice has overtaken this one
    const next = new DOMParser().parseFromString(text, "text/html");
    // A chart that the session has none for, or that is not kept for it: the page itself must change.
    if (lost || !fits(next)) return leave(address);
    if (next.body.dataset.address) wanted = next.body.dataset.address;
    if (push) history.pushState(null, "", wanted);
    else if (wanted !== address) history.replaceState(null, "", wanted);
    swap(next);
    announce.textContent = document.querySelector("h1").textContent;
  }

  function swap(next) {
    const focus = remember();
    document.title = next.title;
    document.body.dataset.build = next.body.dataset.build;
    for (const id of ["swap", "share", "listing", "build"]) {
      const old = document.getElementById(id);
      const fresh = next.getElementById(id);
      if (old && fresh) {
        if (id === "share") fresh.open = old.open;
        old.replaceWith(fresh);
      } else if (old) old.remove();
      else if (fresh) document.getElementById("share").before(fresh);
    }
    swapExhibits(next);
    refill(next.querySelector("form.filters"));
    for (const link of document.querySelectorAll(".site-header a")) {
      const other = [...next.querySelectorAll(".site-header a")].find((a) => a.textContent === link.textContent);
      if (other) link.href = other.getAttribute("href");
    }
    focus();
    document.dispatchEvent(new Event("swapped"));
  }

  // Whether the exhibits of another page can take the place of these. Live charts stay where they are drawn.
  function fits(next) {
    if (!document.getElementById("exhibits")) return !next.getElementById("exhibits");
    // Those that are interactive: one that came while they were being made has only its static drawing.
    const here = drawn(document).filter((id) => !live || document.querySelector(`section:has([id="${id}"]) .live`));
    const places = drawn(next).map((id) => here.indexOf(id));
    return !live || places.every((place, i) => place >= 0 && (!i || place > places[i - 1]));
  }

  function swapExhibits(next) {
    const list = document.getElementById("exhibits");
    if (!list) return;
    const old = new Map(sections(document).map((section) => [key(section), section]));
    const fresh = sections(next);
    const stays = new Set(fresh.map(key));
    for (const [id, section] of old) if (!stays.has(id)) section.remove();
    let place = list.firstElementChild;
    for (const section of fresh) {
      const kept = old.get(key(section));
      if (!kept) list.insertBefore(section, place);
      else {
        if (kept !== place) {
          if (live && kept.querySelector(".figure[data-live]")) place = kept;
          else list.insertBefore(kept, place);
        }
        swapExhibit(kept, section);
        if (kept === place) place = kept.nextElementSibling;
      }
    }
  }

  // Everything of an exhibit but its live chart, which updates itself over the websocket.
  function swapExhibit(section, fresh) {
    const open = ["details", ".code"].filter((part) => section.querySelector(part)?.open);
    for (const part of ["h2", ".summary", ".chosen", "details", ".notes", ".source", ".code"]) {
      const old = section.querySelector(part);
      const now = fresh.querySelector(part);
      if (old && now) old.replaceWith(now);
      else if (old) old.remove();
      else if (now && part === ".chosen") section.querySelector(".summary").after(now);
      else if (now) section.append(now);
    }
    for (const part of open) if (section.querySelector(part)) section.querySelector(part).open = true;
    const chart = section.querySelector(".chart");
    const now = fresh.querySelector(".chart");
    if (chart && now) chart.replaceWith(now);
    const holder = section.querySelector(".figure");
    if (holder) holder.style.minHeight = ""; // fewer bars take less room
  }

  // Field by field: what the reader is in the middle of is left alone, and so is what is folded or open.
  function refill(fresh) {
    const here = document.activeElement;
    for (const group of [".fields", ".more > .fields"]) {
      const old = form.querySelector(`:scope > ${group}`);
      const now = fresh.querySelector(`:scope > ${group}`);
      if (!old || !now) continue;
      for (const field of [...old.querySelectorAll(":scope > [data-field]")]) {
        const other = now.querySelector(`:scope > [data-field="${field.dataset.field}"]`);
        if (!other) field.remove();
        else if (!field.contains(here) || here.type !== "date") {
          const id = field.contains(here) ? here.id : "";
          field.replaceWith(other);
          if (id) document.getElementById(id)?.focus();
        }
      }
    }
    form.querySelector(".kept").replaceWith(fresh.querySelector(".kept"));
    tick();
  }

  // What has the focus goes with what is swapped: the same place gets it back.
  function remember() {
    const here = document.activeElement;
    const part = here?.closest("#swap .chips, #swap, #exhibits > section, #share, #listing");
    if (!part) return () => {};
    const links = (root) => [...root.querySelectorAll("a, summary, button, [tabindex='0']")];
    const place = links(part).indexOf(here);
    const at = part.closest("#exhibits") ? sections(document).indexOf(part) : -1;
    const chips = part.matches(".chips");
    return () => {
      if (document.contains(here)) return;
      const now = chips
        ? document.querySelector("#swap .chips")
        : at >= 0 ? sections(document)[at] : document.getElementById(part.id);
      const found = now ? links(now) : [];
      const to = found[Math.min(place, found.length - 1)] ?? main;
      to.focus({ preventScroll: true });
    };
  }

  // Loading a page takes the focus from where it was: the one that comes gives it back.
  function leave(address) {
    const here = document.activeElement;
    const place = here?.id && here !== main ? `[id="${here.id}"]` : here?.closest(".chips") ? ".chips a" : "";
    if (place) sessionStorage.setItem("focus", place);
    location.assign(address);
  }

  const left = sessionStorage.getItem("focus");
  if (left) {
    sessionStorage.removeItem("focus");
    (document.querySelector(left) ?? main).focus({ preventScroll: true });
  }

  // Anything over half a second says so.
  function busy() {
    const slow = setTimeout(() => {
      main.setAttribute("aria-busy", "true");
      document.body.classList.add("busy");
      announce.textContent = "Working it out…";
    }, 500);
    return () => {
      clearTimeout(slow);
      main.removeAttribute("aria-busy");
      document.body.classList.remove("busy");
    };
  }

  if (form) {
    tick();
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      show(`/${page}?${query()}`, { push: true });
    });
    form.addEventListener("change", (event) => {
      const { name, type, value } = event.target;
      if (name === "register") {
        const only = new URLSearchParams({ register: value });
        location.assign(`/${page}?${only}`); // another register may have other fields and charts
        return;
      }
      // The list and the boxes are of one filter: what was chosen last holds.
      if (name === "type" && type !== "checkbox") for (const box of boxes()) box.checked = box.value === value;
      if (name === "type" && type === "checkbox") {
        const ticked = boxes().filter((box) => box.checked);
        form.querySelector("select[name=type]").value = ticked.length === 1 ? ticked[0].value : "";
      }
      if (name === "known_on" && value && form.elements.edition) form.elements.edition.value = "";
      if (name === "edition" && value && form.elements.known_on) form.elements.known_on.value = "";
      show(`/${page}?${query()}`, { push: true });
    });
    // Following "#main" comes here too, and is no change of address.
    addEventListener("popstate", () => show(location.pathname + location.search));
  }

  // A link to this very page under other filters: a filter taken off, a bar or a row chosen.
  main?.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[data-in-place]");
    if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    show(link.getAttribute("href"), { push: true });
  });

  document.addEventListener("newer", () => show(wanted, { again: true }));

  // --- the charts ---------------------------------------------------------------------------------------

  // The session draws what the address says.
  function tell(search, again = false) {
    if (!live || lost) return;
    if (again) asks += 1;
    live.get_model_by_name("address").value = asks ? `${search}#${asks}` : search;
  }

  const script = (address) =>
    new Promise((done, failed) => {
      const tag = document.createElement("script");
      tag.src = address;
      tag.onload = done;
      tag.onerror = () => failed(new Error(address));
      document.head.append(tag);
    });

  async function enliven() {
    const asked = wanted;
    const own = new URLSearchParams(new URL(asked, location.href).search);
    own.set("page", page);
    own.set("theme", theme());
    // The framework is read and run while the server makes the session.
    const first = document.getElementById("exhibits")?.dataset.script;
    const loading = first ? script(first) : Promise.resolve();
    loading.catch(() => {}); // said where it is waited for
    const answer = await fetch(`/live/session?${own}`);
    if (!answer.ok) return;
    const session = await answer.json();
    await loading;
    // In order: each bundle extends the one before.
    for (const address of session.scripts) if (address !== first) await script(address);
    const item = session.item;
    const places = {};
    for (const [id, name] of Object.entries(session.names)) {
      const holder = holders().find((h) => h.dataset.live === name);
      const place = document.createElement("div");
      place.id = `live-${name}`;
      place.className = "live";
      if (holder) {
        // Nothing below moves while the chart is drawn, over the static one and not yet seen.
        holder.style.minHeight = `${holder.offsetHeight}px`;
        holder.append(place);
      } else {
        place.hidden = true;
        document.body.append(place);
      }
      places[id] = place.id;
    }
    item.roots = places;
    item.root_ids = Object.keys(places);
    try {
      await Bokeh.embed.embed_items({}, [item], session.path, location.origin);
    } catch (error) {
      // The static charts stay.
      for (const id of Object.values(places)) document.getElementById(id)?.remove();
      throw error;
    }
    const shown = Bokeh.documents.find((d) => d.get_model_by_name("address"));
    if (!shown.is_idle) await new Promise((done) => shown.idle.connect(done));
    live = shown;
    for (const figure of live.roots()) {
      // A chart lower than the drawing it replaces would leave a gap: it takes the room there is.
      const room = document.getElementById(`live-${figure.name}`)?.parentElement.offsetHeight;
      if (room > figure.height) figure.height = room;
      for (const renderer of figure.renderers ?? []) chosen(renderer.data_source);
    }
    live.config.reconnect_session = false; // the session is gone with its server: pages still load
    live.on_event("connection_lost", adrift);
    for (const holder of holders()) {
      const place = holder.querySelector(".live");
      if (!place) continue;
      holder.querySelector(".chart").remove();
      unstop(place);
    }
    document.body.dataset.charts = "live";
    // The reader may have filtered meanwhile.
    if (wanted !== asked) tell(new URL(wanted, location.href).search);
  }

  // A bar that is clicked filters the page, as the head of its row in the table does for the keyboard.
  function chosen(source) {
    source.selected.properties.indices.change.connect(() => {
      const [place] = source.selected.indices;
      if (place === undefined) return;
      source.selected.indices = [];
      const links = source.data instanceof Map ? source.data.get("link") : source.data.link;
      if (links?.[place]) show(links[place], { push: true });
    });
  }

  function adrift() {
    lost = true;
    const words = document.getElementById("adrift");
    if (!words) return;
    words.hidden = false;
    words.querySelector("a").href = location.href;
  }

  // Bokeh makes each canvas a stop of the Tab key, with nothing to do there; the table below has it all.
  function unstop(root) {
    for (const element of root.querySelectorAll("*")) {
      if (element.classList.contains("bk-events")) element.tabIndex = -1;
      if (element.shadowRoot) unstop(element.shadowRoot);
    }
  }

  const idle = window.requestIdleCallback ?? ((f) => setTimeout(f, 50));
  // After the words are on the screen, and never in the way of them. A phone keeps the static charts: they are
  // drawn for its width, and the framework would cost it megabytes.
  if (holders().length && matchMedia("(min-width: 40rem)").matches)
    addEventListener("load", () => idle(() => enliven().catch((e) => console.error(e))));

  // A canvas cannot follow a change of theme.
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => live && location.reload());

  // On paper the static drawings: sharp, in the light palette, as wide as the page. Printing waits for no promise.
  addEventListener("beforeprint", () => {
    if (!live) return;
    const ask = new XMLHttpRequest();
    try {
      ask.open("GET", location.pathname + location.search, false);
      ask.setRequestHeader("X-In-Place", "static");
      ask.send();
    } catch {
      return; // no server: the canvases are printed
    }
    if (ask.status !== 200) return;
    const next = new DOMParser().parseFromString(ask.responseText, "text/html");
    const fresh = new Map(sections(next).map((section) => [key(section), section]));
    for (const section of sections(document)) {
      const chart = fresh.get(key(section))?.querySelector(".chart");
      if (chart) section.querySelector(".figure").append(chart);
    }
  });
  addEventListener("afterprint", () => {
    if (live) for (const chart of document.querySelectorAll(".figure > .chart")) chart.remove();
  });
})();
