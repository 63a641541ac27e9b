// Takes over a page that is already whole: filters change it in place, charts become interactive.
// Without this file the form still works, by loading pages.
"use strict";
(() => {
  const page = document.body.dataset.page;
  const form = document.querySelector("form.filters");
  const announce = document.getElementById("announce");
  let live = null; // the Bokeh document, once the charts are interactive
  let latest = 0;

  const holders = () => [...document.querySelectorAll(".figure[data-live]")];
  const keys = (root) => [...root.querySelectorAll(".figure[data-live]")].map((e) => e.dataset.live).join();
  const theme = () => (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");

  function query() {
    const params = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (value) params.append(name, value);
    return params.toString();
  }

  async function show(address, push) {
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
    const same = keys(next) === keys(document);
    // Other charts than before (another register, no rows): the page itself must change.
    if (!same || next.body.dataset.build !== document.body.dataset.build) return location.assign(address);
    if (push) history.pushState(null, "", address);
    document.title = next.title;
    document.getElementById("swap").replaceWith(next.getElementById("swap"));
    const before = [...document.querySelectorAll("#exhibits > section")];
    const after = [...next.querySelectorAll("#exhibits > section")];
    before.forEach((section, i) => swapExhibit(section, after[i]));
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
    if (live) live.get_model_by_name("address").value = new URL(address, location.href).search;
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
    const holder = section.querySelector(".figure");
    if (holder && !live) holder.replaceChildren(...fresh.querySelector(".figure").childNodes);
  }

  function fill(search) {
    const params = new URLSearchParams(search);
    for (const field of form.elements) {
      if (!field.name || field.type === "hidden") continue;
      const value = params.get(field.name) ?? "";
      if (field.tagName !== "SELECT" || [...field.options].some((o) => o.value === value)) field.value = value;
    }
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
    addEventListener("popstate", () => {
      fill(location.search);
      show(location.pathname + location.search, false);
    });
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
    const own = new URLSearchParams(location.search);
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
        holder.style.minHeight = `${holder.offsetHeight}px`; // nothing below moves while the chart is drawn
        place.hidden = true;
        holder.append(place);
      } else {
        place.hidden = true;
        document.body.append(place);
      }
      places[id] = place.id;
    }
    item.roots = places;
    item.root_ids = Object.keys(places);
    for (const holder of holders()) holder.querySelector(".live").hidden = false;
    for (const holder of holders()) holder.querySelector(".chart").hidden = true;
    await Bokeh.embed.embed_items({}, [item], "/live", location.origin);
    live = Bokeh.documents.find((d) => d.get_model_by_name("address"));
    for (const holder of holders()) holder.querySelector(".chart").remove();
    document.body.dataset.charts = "live";
  }

  const idle = window.requestIdleCallback ?? ((f) => setTimeout(f, 50));
  // After the words are on the screen, and never in the way of them. A phone keeps the static charts: they are
  // drawn for its width, and the framework would cost it megabytes.
  if (holders().length && matchMedia("(min-width: 40rem)").matches) addEventListener("load", () => idle(() => enliven().catch((e) => console.error(e))));
})();
