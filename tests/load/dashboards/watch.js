// Notes, from before a page's own scripts, when its numbers and its charts last changed. The same for every system.
//
// A chart on a canvas has changed when something was drawn on a canvas of more than 100 px in the document; one of
// plotly when its SVG was mutated. Numbers are read at every frame. What is waited for is over at the last of these
// changes, provided that nothing more changes for `quiet` milliseconds.
(() => {
  const watch = (window.__watch = { roots: [document], charts: new Map(), from: 0, last: 0, numbersAt: 0, readyAt: 0 });

  const note = (chart) => {
    watch.last = performance.now();
    watch.charts.set(chart, watch.last);
  };

  const draws = CanvasRenderingContext2D.prototype;
  for (const name of ["fill", "stroke", "fillRect", "strokeRect", "clearRect", "fillText", "drawImage"]) {
    const own = draws[name];
    draws[name] = function (...given) {
      const canvas = this.canvas;
      if (!watch.svg && canvas.width > 100 && canvas.isConnected) note(canvas);
      return own.apply(this, given);
    };
  }

  const seen = new MutationObserver((records) => {
    if (!watch.svg) return;
    for (const { target } of records) {
      const plot = (target.closest ? target : target.parentElement)?.closest(".js-plotly-plot");
      if (plot && plot.querySelector(".main-svg")) note(plot);
    }
  });
  seen.observe(document, { subtree: true, childList: true, attributes: true, characterData: true });

  const attach = Element.prototype.attachShadow;
  Element.prototype.attachShadow = function (options) {
    const root = attach.call(this, options);
    watch.roots.push(root);
    return root;
  };

  // Elements in the document and in every shadow root, in the order they were made.
  watch.find = (selector) => watch.roots.flatMap((root) => (root === document || root.host.isConnected ? [...root.querySelectorAll(selector)] : []));

  // A change begins with the click or the input that makes it.
  watch.arm = () => {
    watch.from = Infinity;
    const begin = (event) => {
      if (watch.from !== Infinity) return;
      watch.from = event.timeStamp;
      watch.last = watch.numbersAt = watch.readyAt = 0;
      watch.charts.clear();
    };
    for (const kind of ["input", "change", "click"]) addEventListener(kind, begin, { capture: true, once: true });
  };

  // Milliseconds from the beginning: to the numbers, to the charts, to both. `numbers` and `ready` are the system's.
  watch.settle = (numbers, ready, expected, charts, quiet) =>
    new Promise((done) => {
      const look = () => {
        const now = performance.now();
        if (watch.from !== Infinity) {
          const right = JSON.stringify(numbers()) === expected;
          if (right) watch.numbersAt ||= now;
          else watch.numbersAt = 0;
          if (ready()) watch.readyAt ||= now;
          const drawn = [...watch.charts.keys()].filter((chart) => chart.isConnected).length >= charts;
          const end = Math.max(watch.last, watch.numbersAt, watch.readyAt);
          if (watch.numbersAt && watch.readyAt && (!charts || drawn) && now - end > quiet)
            return done({ numbers: watch.numbersAt - watch.from, charts: watch.last - watch.from, all: end - watch.from });
        }
        requestAnimationFrame(look);
      };
      look();
    });
})();
