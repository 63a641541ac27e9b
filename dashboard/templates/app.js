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
  let leaving = false; // for an address that has to be loaded: what is chosen until it comes goes the same way

  // What was not understood is named on the page; the address says what was.
  if (document.body.dataset.address) history.replaceState(null, "", document.body.dataset.address);
  // Three addresses, for an answer takes its time: the one asked for last, the one in the address bar, and the one
  // that the words on the page are of.
  let wanted = location.pathname + location.search;
  let at = wanted;
  let shown = wanted;
  document.body.dataset.shown = shown; // as of data-charts: what the page has come to

  const holders = () => [...document.querySelectorAll(".figure[data-live]")];
  const sections = (root) => [...root.querySelectorAll("#exhibits > section")];
  const key = (section) => section.querySelector("h2")?.id;
  const drawn = (root) => sections(root).filter((e) => e.querySelector(".figure[data-live]")).map(key);
  const theme = () => (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");

  // --- changing the page in place ---------------------------------------------------------------------

  // The form as an address: several boxes of one name are one value, as in the addresses of the page itself.
  function query(from = form) {
    const values = new Map();
    for (const [name, value] of new FormData(from))
      if (value) values.set(name, new Set([...(values.get(name) ?? []), value]));
    return new URLSearchParams([...values].map(([name, all]) => [name, [...all].join()])).toString();
  }

  // A choice made before the answer to the one before it has come adds to that one: what it changes of `from`, which
  // it was made on, is changed of what was asked for last.
  function added(address, from) {
    if (wanted === shown) return address;
    const [to, base, last] = [address, from, wanted].map((a) => new URL(a, location.href));
    const names = [...to.searchParams.keys()];
    if (to.pathname !== last.pathname) return address;
    for (const name of new Set([...names, ...base.searchParams.keys()])) {
      const [now, before, other] = [to, base, last].map((a) => a.searchParams.get(name));
      if (now !== before) last.searchParams.set(name, remaining(name, now, before, other) ?? now ?? "");
    }
    for (const name of [...last.searchParams.keys()]) if (!last.searchParams.get(name)) last.searchParams.delete(name);
    return last.pathname + last.search;
  }

  // One of several values taken off: the others are those that were asked for last.
  function remaining(name, now, before, other) {
    const [kept, had, last] = [now, before, other].map((value) => value?.split(",") ?? []);
    if (had.length < 2 || !kept.every((value) => had.includes(value)) || !field(name)) return null;
    return last.filter((value) => kept.includes(value) || !had.includes(value)).join();
  }

  const field = (name) => form?.querySelector(`input[type=checkbox][name="${CSS.escape(name)}"]`);

  async function show(address, { again = false } = {}) {
    if (address === wanted && !again) return;
    wanted = address;
    if (lost || leaving) return leave(address);
    const turn = ++latest;
    asking?.abort();
    asking = new AbortController();
    const done = busy();
    // The reader may go elsewhere meanwhile: nothing that comes then may call them back.
    let elsewhere = false;
    const goes = () => (elsewhere = true);
    addEventListener("beforeunload", goes);
    // The charts are drawn while the words are on their way: the server works both out once.
    const asked = fetch(address, { headers: { "X-In-Place": live ? "live" : "static" }, signal: asking.signal });
    tell(new URL(address, location.href).search, again);
    let next = null; // without it the browser is to say what is wrong
    try {
      const answer = await asked;
      if (answer.ok) next = new DOMParser().parseFromString(await answer.text(), "text/html");
      await released();
    } catch {
      // as good as no answer
    } finally {
      done();
      removeEventListener("beforeunload", goes);
    }
    if (turn !== latest) return; // a later choice has overtaken this one
    asking = null;
    // A chart that the session has none for, or that is not kept for it: the page itself must change.
    if (!next || lost || !fits(next)) {
      if (!elsewhere) return leave(address);
      wanted = shown; // should the reader stay after all, the same can be chosen again
      return;
    }
    document.body.dataset.shown = shown = wanted = next.body.dataset.address ?? address;
    // Gone back to, or asked for again, it is in the address bar already, if not as the page spells it.
    if (wanted !== at) history[address === at ? "replaceState" : "pushState"](null, "", wanted);
    at = wanted;
    swap(next);
    announce.textContent = document.querySelector("h1").textContent;
  }

  // What is pressed has to be there still when it is let go, or nothing comes of it.
  let pressed = false;
  const pressing = [];
  const letGo = () => {
    pressed = false;
    setTimeout(() => pressing.splice(0).forEach((go) => go())); // after the click
  };
  addEventListener("pointerdown", ({ target, button }) => {
    pressed = !button && !!target.closest?.("main a, main summary");
  }, true);
  for (const end of ["pointerup", "pointercancel", "dragend", "blur"]) addEventListener(end, letGo);
  const released = () => pressed && new Promise((go) => pressing.push(go));

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
    if (form) refill(next.querySelector("form.filters"));
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
  let filled = ""; // what the form said when it was last filled, or sent
  let edited = null; // the field that has been typed in, and not sent

  function refill(fresh) {
    filled = query(fresh);
    const more = form.querySelector(".more");
    if (!more !== !fresh.querySelector(".more")) {
      if (more) more.remove();
      else form.querySelector(".kept").before(fresh.querySelector(".more"));
    }
    for (const group of [".fields", ".more > .fields"]) {
      const now = fresh.querySelector(`:scope > ${group}`);
      if (!now) continue; // there is none, or it is here already
      const list = form.querySelector(`:scope > ${group}`);
      const old = new Map([...list.querySelectorAll(":scope > [data-field]")].map((f) => [f.dataset.field, f]));
      let last = null;
      for (const other of now.querySelectorAll(":scope > [data-field]")) {
        const mine = old.get(other.dataset.field);
        old.delete(other.dataset.field);
        if (!mine) last ? last.after(other) : list.prepend(other);
        last = mine ? refield(mine, other) : other;
      }
      for (const gone of old.values()) gone.remove();
    }
    form.querySelector(".kept").replaceWith(fresh.querySelector(".kept"));
    tick();
  }

  // The same controls stay, with what another page has in them: one that is being typed in, opened or pressed is there
  // still. The field that is on the page now.
  function refield(mine, other) {
    const [old, now] = [mine, other].map((root) => [...root.querySelectorAll("select, input, datalist")]);
    if (old.map((e) => e.id).join() !== now.map((e) => e.id).join()) {
      const id = mine.contains(document.activeElement) ? document.activeElement.id : "";
      mine.replaceWith(other);
      if (id) document.getElementById(id)?.focus();
      return other;
    }
    const said = (list) => [...list.options].map((o) => `${o.value}\n${o.text}`).join("\n\n");
    for (const [place, control] of old.entries()) {
      const { options, value, checked } = now[place];
      if (options && said(control) !== said(now[place])) control.replaceChildren(...options);
      if (control === edited) continue;
      control.checked = checked;
      if (control.value !== value) control.value = value; // set anew, a date forgets where in it the reader is
    }
    return mine;
  }

  // One type is in the list and its box: the boxes add to it. Without a script only the list has it, or it could not be
  // taken back there.
  function tick() {
    const one = form.querySelector("select[name=type]")?.value;
    if (one) for (const box of form.querySelectorAll("input[name=type]")) box.checked = box.value === one;
  }

  // What has the focus goes with what is swapped: the same place gets it back.
  function remember() {
    const here = document.activeElement;
    const part = here?.closest("#swap .chips, #swap, #exhibits > section, #share, #listing");
    if (!part) return () => {};
    const links = (root) => [...root.querySelectorAll("a, summary, button, textarea, [tabindex='0']")];
    const place = links(part).indexOf(here);
    const figure = part.closest("#exhibits") ? key(part) : "";
    const chips = part.matches(".chips");
    return () => {
      if (document.contains(here)) return;
      const now = chips
        ? document.querySelector("#swap .chips")
        : figure ? sections(document).find((section) => key(section) === figure) : document.getElementById(part.id);
      const found = now ? links(now) : [];
      const to = found[Math.min(place, found.length - 1)] ?? main;
      to.focus({ preventScroll: true });
    };
  }

  // Loading a page takes the focus from where it was: the one that comes gives it back.
  function leave(address) {
    latest += 1; // nothing that is on its way may come before it
    asking?.abort();
    wanted = address;
    leaving = true;
    const here = document.activeElement;
    const place = here?.id && here !== main ? `[id="${here.id}"]` : here?.closest(".chips") ? ".chips a" : "";
    if (place) sessionStorage.setItem("focus-at", JSON.stringify([new URL(address, location.href).pathname, place]));
    location.assign(address);
  }
  addEventListener("pageshow", (event) => {
    if (event.persisted) leaving = false; // come back to as it was left
  });

  const left = sessionStorage.getItem("focus-at");
  sessionStorage.removeItem("focus-at");
  if (left) {
    const [path, place] = JSON.parse(left);
    // Only where it was meant for, and nobody has begun with something else.
    if (path === location.pathname && document.activeElement === document.body)
      (document.querySelector(place) ?? main).focus({ preventScroll: true });
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
    filled = query();
    const send = () => {
      const before = filled;
      edited = null;
      filled = query();
      show(added(`/${page}?${filled}`, `/${page}?${before}`));
    };
    const change = ({ name, type, value }) => {
      if (name === "register") {
        leave(`/${page}?${new URLSearchParams({ register: value })}`); // another may have other fields and charts
        return;
      }
      // A year is typed figure by figure, and each of them makes a date. Left so, it is sent.
      if (type === "date" && value.startsWith("0") && edited) return;
      // The list and the boxes are of one filter: what was chosen last holds.
      const list = form.querySelector("select[name=type]");
      if (name === "type" && type === "checkbox" && list) list.value = "";
      else if (name === "type") for (const box of form.querySelectorAll("input[name=type]")) box.checked = false;
      tick();
      if (name === "known_on" && value && form.elements.edition) form.elements.edition.value = "";
      if (name === "edition" && value && form.elements.known_on) form.elements.known_on.value = "";
      send();
    };
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      send();
    });
    form.addEventListener("change", (event) => change(event.target));
    form.addEventListener("input", (event) => (edited = event.target));
    // A date says nothing until the whole of it is there.
    const types = (typed) => typed.length === 1 || /^(Backspace|Delete|ArrowUp|ArrowDown)$/.test(typed);
    form.addEventListener("keydown", (event) => {
      if (event.target.type === "date" && types(event.key)) edited = event.target;
    });
    form.addEventListener("focusout", ({ target }) => {
      const sent = edited !== target;
      edited = null;
      if (!sent && target.type === "date" && target.value.startsWith("0")) change(target);
    });
    // What was chosen before this script was there to hear of it.
    const first = (e) =>
      e.options ? e.selectedIndex === Math.max(0, [...e.options].findIndex((o) => o.defaultSelected))
        : e.type === "checkbox" ? e.checked === e.defaultChecked
        : e.type === "hidden" || e.value === e.defaultValue || (e.type !== "date" && e === document.activeElement);
    const early = [...form.elements].find((e) => e.name && !first(e));
    if (early) filled = "";
    if (early) change(early);
    else tick();
    addEventListener("popstate", () => {
      const address = location.pathname + location.search;
      if (address === at) return; // following "#main" comes here too, and is no change of address
      at = address;
      show(address);
    });
  }

  // A link to this very page under other filters: a filter taken off, a bar or a row chosen.
  main?.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[data-in-place]");
    if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    const address = link.getAttribute("href");
    show(link.matches(".clear") ? address : added(address, shown));
  });

  // A file that is taken meanwhile leads nowhere.
  main?.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    if (link && asking && link.pathname.endsWith(".csv")) link.download = "";
  }, true);

  document.addEventListener("newer", () => show(wanted, { again: true }));

  // --- the charts ---------------------------------------------------------------------------------------

  // The session draws what the address says.
  function tell(search, again = false) {
    if (again) asks += 1;
    if (!live || lost) return;
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
    const colours = theme();
    own.set("theme", colours);
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
    // The static charts stay.
    const without = () => Object.values(places).forEach((id) => document.getElementById(id)?.remove());
    let charts;
    let broken = false;
    try {
      await Bokeh.embed.embed_items({}, [item], session.path, location.origin);
      charts = Bokeh.documents.find((d) => d.get_model_by_name("address"));
      if (!charts) throw new Error("no charts came"); // said by the framework, and not thrown
      charts.config.reconnect_session = false; // the session is gone with its server: pages still load
      charts.on_event("connection_lost", () => (live ? adrift() : (broken = true)));
      if (!charts.is_idle) await new Promise((done) => charts.idle.connect(done));
    } catch (error) {
      without();
      throw error;
    }
    if (broken) return without();
    live = charts;
    for (const figure of live.roots()) {
      // A chart lower than the drawing it replaces would leave a gap: it takes the room there is.
      const room = document.getElementById(`live-${figure.name}`)?.parentElement.offsetHeight;
      if (room > figure.height) figure.height = room;
      for (const renderer of figure.renderers ?? []) chosen(renderer.data_source);
    }
    for (const holder of holders()) {
      const place = holder.querySelector(".live");
      if (!place) continue;
      holder.querySelector(".chart").remove();
      unstop(place);
    }
    document.body.dataset.charts = "live";
    if (theme() !== colours) return leave(wanted);
    const told = live.get_model_by_name("address");
    told.properties.failed.change.connect(() => told.failed === told.value && leave(wanted));
    // The reader may have filtered meanwhile, or other data may have come in.
    if (session.build !== document.body.dataset.build) show(wanted, { again: true });
    else if (wanted !== asked || asks) tell(new URL(wanted, location.href).search);
  }

  // A bar that is clicked filters the page, as the head of its row in the table does for the keyboard.
  function chosen(source) {
    source.selected.properties.indices.change.connect(() => {
      const [place] = source.selected.indices;
      if (place === undefined) return;
      source.selected.indices = [];
      const links = source.data instanceof Map ? source.data.get("link") : source.data.link;
      const { drawn } = live.get_model_by_name("address");
      if (links?.[place]) show(added(links[place], `/${page}${drawn}`));
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
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => live && leave(wanted));

  // On paper the static drawings: sharp, in the light palette, as wide as the page. Printing waits for no promise.
  addEventListener("beforeprint", () => {
    if (!live) return;
    const ask = new XMLHttpRequest();
    try {
      ask.open("GET", shown, false);
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
