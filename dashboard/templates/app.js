// Takes over a page that is already whole: filters change it in place, charts become interactive.
// Without this file the form still works, by loading pages.
"use strict";
(() => {
  const page = document.body.dataset.page;
  const form = document.querySelector("form.filters");
  const announce = document.getElementById("announce");
  let live = null; // the Bokeh document, once the charts are interactive
  let lost = false; // its connection: without it charts can change by loading the page only
  let latest = 0;
  let wanted = location.pathname + location.search; // the address shown, or on its way

  const holders = () => [...document.querySelectorAll(".figure[data-live]")];
  const sections = (root) => [...root.querySelectorAll("#exhibits > section")];
  const shape = (root) =>
    sections(root).map((e) => [e.querySelector("h2")?.id, e.querySelector(".figure")?.dataset.live]).join(";");
  const theme = () => (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");

  function query() {
    const params = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (value) params.append(name, value);
    return params.toString();
  }

  async function show(address, push) {
    if (address === wanted) return;
    wanted = address;
    if (lost) return location.assign(address);
    const turn = ++latest;
    const slow = setTimeout(() => (announce.textContent = "Loading…"), 500);
    let text;
    try {
      const answer = await fetch(address, { headers: { "X-In-Place": live ? "live" : "static" } });
      if (!answer.ok) throw new Error(answer.status);
      text = await answer.text();
    } catch {
      location.assign(address); // let the browser say what is wrong
      return;
    } finally {
      clearTimeout(slow);
    }
    if (turn !== latest) return; // a later choice has overtaken this one
    const next = new DOMParser().parseFromString(text, "text/html");
    const same = shape(next) === shape(document);
    // Other exhibits than before (another register, no rows) or a new build: the page itself must change.
    if (lost || !same || next.body.dataset.build !== document.body.dataset.build) return location.assign(address);
    if (push) history.pushState(null, "", address);
    document.title = next.title;
    document.getElementById("swap").replaceWith(next.getElementById("swap"));
    const after = sections(next);
    sections(document).forEach((section, i) => swapExhibit(section, after[i]));
    if (!push) refill(next.querySelector("form.filters"));
    for (const id of ["listing"]) {
      const old = document.getElementById(id);
      const fresh = next.getElementById(id);
      if (old && fresh) old.replaceWith(fresh);
      else if (old) old.remove();
      else if (fresh) document.querySelector("main").append(fresh);
    }
    for (const link of document.querySelectorAll(".site-header a")) {
      const other = [...next.querySelectorAll(".site-header a")].find((a) => a.textContent === link.textContent);
      if (other) link.href = other.getAttribute("href");
    }
    announce.textContent = document.querySelector("h1").textContent;
    tell();
  }

  // The session draws what the address says.
  function tell() {
    if (live && !lost) live.get_model_by_name("address").value = location.search;
  }

  // Everything of an exhibit but its live chart, which updates itself over the websocket.
  function swapExhibit(section, fresh) {
    const open = section.querySelector("details")?.open;
    for (const part of ["h2", ".summary", "details", ".notes", ".source"]) {
      const old = section.querySelector(part);
      const now = fresh.querySelector(part);
      if (old && now) old.replaceWith(now);
      else if (old) old.remove();
      else if (now) section.append(now);
    }
    if (open) section.querySelector("details").open = true;
    const chart = section.querySelector(".chart");
    const drawn = fresh.querySelector(".chart");
    if (chart && drawn) chart.replaceWith(drawn);
    const holder = section.querySelector(".figure");
    if (holder) holder.style.minHeight = ""; // fewer bars take less room
  }

  // Back and forward: the form as that page had it, hidden fields included, the focus where it was.
  function refill(fresh) {
    const focus = form.contains(document.activeElement) ? document.activeElement.id : "";
    form.replaceChildren(...fresh.childNodes);
    if (focus) document.getElementById(focus)?.focus();
  }

  if (form) {
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      show(`/${page}?${query()}`, true);
    });
    form.addEventListener("change", (event) => {
      if (event.target.name === "register") {
        const only = new URLSearchParams({ register: event.target.value });
        location.assign(`/${page}?${only}`); // another register may have other fields and charts
      } else {
        show(`/${page}?${query()}`, true);
      }
    });
    // Following "#main" comes here too, and is no change of address.
    addEventListener("popstate", () => show(location.pathname + location.search, false));
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
    const asked = location.search;
    const own = new URLSearchParams(asked);
    own.set("page", page);
    own.set("theme", theme());
    const answer = await fetch(`/live/session?${own}`);
    if (!answer.ok) return;
    const session = await answer.json();
    // In order: each bundle extends the one before.
    for (const address of session.scripts) await script(address);
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
    live = Bokeh.documents.find((d) => d.get_model_by_name("address"));
    // A chart lower than the drawing it replaces would leave a gap: it takes the room there is.
    for (const root of live.roots()) {
      const figure = [...root.references()].find((m) => m.type === "Figure");
      const room = document.getElementById(`live-${root.name}`)?.parentElement.offsetHeight;
      if (figure && room > figure.height) figure.height = room;
    }
    live.config.reconnect_session = false; // the session is gone with its server: pages still load
    live.on_event("connection_lost", () => (lost = true));
    for (const holder of holders()) {
      holder.querySelector(".chart").remove();
      unstop(holder.querySelector(".live"));
    }
    document.body.dataset.charts = "live";
    // The reader may have filtered meanwhile.
    if (location.search !== asked) tell();
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
    if (shape(next) !== shape(document)) return;
    const after = sections(next);
    sections(document).forEach((section, i) => {
      const drawn = after[i].querySelector(".chart");
      if (drawn) section.querySelector(".figure").append(drawn);
    });
  });
  addEventListener("afterprint", () => {
    if (live) for (const chart of document.querySelectorAll(".figure > .chart")) chart.remove();
  });
})();
