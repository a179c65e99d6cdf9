// Draws every <figure data-series="..."> of a page with uPlot: lines with their bands, traffic about a zero line, states as
// coloured strips; limits shaded, alerts marked, one cursor and one zoom for all. Without scripts the page has pictures.
"use strict";

const charts = (() => {
  const together = uPlot.sync("netwatch");
  const drawn = new Map(); // figure id -> Chart
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  const palette = ["--line-0", "--line-1", "--line-2", "--line-3", "--line-4"];
  const limits = ["low_critical", "low_warning", "high_warning", "high_critical"];
  const states = { up: "good", ok: "good", full: "good", down: "bad", critical: "bad", away: "bad", lowerLayerDown: "bad",
    warning: "warn", testing: "warn", dormant: "warn", half: "warn" };
  const pale = { good: "--strip-good", bad: "--strip-bad", warn: "--strip-warn", rest: "--strip-rest" };
  let zoomed = null;

  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const isBound = (one) => one.role === "capacity" || limits.includes(one.role);
  const highest = (values) => values.reduce((most, one) => (one !== null && one > most ? one : most), -Infinity);
  const lowest = (values) => values.reduce((least, one) => (one !== null && one < least ? one : least), Infinity);
  const lastKnown = (values) => values.findLast((one) => one !== null);
  const signed = (one, values) => (one.role === "below" ? values.map((value) => value === null ? null : -value) : values);

  class Chart {
    constructor(figure) {
      this.figure = figure;
      this.stage = figure.querySelector(".stage");
      this.said = figure.querySelector(".said");
      this.legend = figure.querySelector(".legend");
      this.isBrief = "brief" in figure.dataset;
      this.resize = new ResizeObserver(() => this.fit());
    }

    async load() {
      const turn = this.turn = (this.turn || 0) + 1; // what was asked before, and comes later, is not drawn
      this.due = Infinity;
      const url = new URL(this.figure.dataset.series, location.href);
      if (zoomed) {
        url.searchParams.delete("since");
        url.searchParams.set("from", zoomed[0].toFixed(0));
        url.searchParams.set("to", zoomed[1].toFixed(0));
      }
      try {
        const answer = await fetch(url, { headers: { Accept: "application/json" } });
        const told = await answer.json();
        if (turn !== this.turn) return;
        if (!answer.ok) throw new Error(told.error);
        this.told = told;
        this.draw();
      } catch (trouble) {
        if (turn !== this.turn) return;
        this.say(`This chart could not be fetched: ${trouble.message}`);
      }
      this.due = Date.now() + Math.max(this.told?.step_seconds || 0, 60) * 1000;
    }

    say(words) {
      if (this.said.textContent !== words) this.said.textContent = words;
    }

    draw() {
      const { told } = this;
      this.plot?.destroy();
      this.plot = null;
      this.stage.replaceChildren();
      const lines = told.series.filter((one) => !isBound(one));
      if (!lines.length || !told.at.length) {
        this.figure.classList.add("is-empty");
        this.say("Nothing is known of it from then.");
        return;
      }
      this.figure.classList.remove("is-empty");
      this.figure.classList.add("is-drawn");
      this.isStrip = lines[0].role === "state";
      this.lines = lines;
      this.bounds = this.boundsOf(told.series.filter(isBound));
      this.plot = new uPlot(this.options(), this.values(), this.stage);
      this.resize.observe(this.stage);
      this.stage.setAttribute("role", "img");
      this.stage.setAttribute("aria-label", `${this.figure.querySelector("figcaption :first-child").textContent}; its values stand below as a table`);
      this.stage.tabIndex = 0;
      this.stage.onkeydown = (event) => this.key(event);
      this.sum();
      tabled(this);
      resolved();
    }

    write(one, value) {
      if (value === null || value === undefined) return "nothing known";
      return one.states ? one.states[Math.round(value)] || String(value) : measured(value, one.unit, one.symbol);
    }

    // What the lines are, in words: over the whole of it, and where the cursor is.
    sum() {
      const { told } = this;
      this.say(this.isBrief ? "" : told.resolution);
      const items = this.lines.map((one, number) => {
        const known = one.mean.filter((value) => value !== null);
        if (one.states) return [`line-state`, one.name === "up" ? "device" : one.name, this.write(one, known.at(-1))];
        const [least, most] = [lowest(one.low || one.mean), highest(one.high || one.mean)];
        if (least === most) return [`line-${number}`, one.name, `always ${this.write(one, most)}`];
        if (this.isBrief) return [`line-${number}`, one.name, `${this.write(one, known.at(-1))}, highest ${this.write(one, most)}`];
        const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
        return [`line-${number}`, one.name, `last ${this.write(one, known.at(-1))}, lowest ${this.write(one, least)}, mean ${this.write(one, mean)}, highest ${this.write(one, most)}`];
      });
      this.listed([...items, ...this.bounds.words]);
    }

    point(place) {
      const { told } = this;
      this.say(moment(told.from + told.at[place] * told.step_seconds));
      this.listed(this.lines.map((one, number) => {
        const between = one.low && one.mean[place] !== null && one.low[place] !== one.high[place]
          ? one.states ? `, ${this.write(one, one.low[place])} to ${this.write(one, one.high[place])}` : ` (${this.write(one, one.low[place])} to ${this.write(one, one.high[place])})` : "";
        return [`line-${number}`, one.name, this.write(one, one.mean[place]) + between];
      }));
    }

    listed(items) {
      this.legend.replaceChildren(...items.map(([kind, name, words]) => {
        const item = Object.assign(document.createElement("li"), { className: kind });
        item.append(Object.assign(document.createElement("b"), { textContent: name }), ` ${words}`);
        return item;
      }));
    }

    // The newest limits; a capacity is drawn only where the traffic is not a flat line below it.
    boundsOf(given) {
      const found = { capacity: null, limits: [], words: [] };
      const most = Math.max(...this.lines.map((one) => highest((one.high || one.mean))));
      for (const one of given) {
        const value = lastKnown(one.mean);
        if (value === undefined || value <= 0 && one.role === "capacity") continue;
        const words = measured(value, one.unit, one.symbol);
        if (one.role === "capacity") {
          found.words.push(["line-bound", "capacity", words]);
          if (most > value / 5) found.capacity = value;
        } else {
          found.limits.push({ role: one.role, value });
          found.words.push(["line-bound", one.role.replace("_", " "), words]);
        }
      }
      return found;
    }

    values() {
      const { told } = this;
      const data = [told.at.map((step) => told.from + step * told.step_seconds)];
      for (const one of this.lines) {
        data.push(signed(one, one.mean));
        if (one.low && !this.isStrip) data.push(signed(one, one.high), signed(one, one.low));
      }
      return data;
    }

    range() {
      if (zoomed) return zoomed;
      return [this.told.from, Math.max(this.told.to, this.told.from + 60)];
    }

    options() {
      const soft = colour("--soft");
      const grid = { stroke: colour("--faint-line"), width: 1 };
      const axis = { stroke: soft, grid, ticks: { show: false }, font: "11px system-ui, sans-serif" };
      const { series, bands } = this.series();
      const [one] = this.lines;
      const write = (value) => measured(Math.abs(value) === value || !this.isMirror() ? value : -value, one.unit, one.symbol);
      return {
        width: Math.max(this.stage.clientWidth, 120),
        height: this.isStrip ? (this.isBrief ? 62 : 84) : Number(this.figure.dataset.height || 190),
        series, bands,
        padding: [10, 8, 0, 0],
        legend: { show: false },
        cursor: { sync: { key: together.key, setSeries: false }, drag: { x: true, y: false, setScale: false }, focus: { prox: -1 }, y: false },
        scales: { x: { time: true, range: () => this.range() }, y: { range: this.isStrip ? [0, 1] : (plot, low, high) => this.scale(low, high) } },
        axes: [
          { ...axis, space: 60, size: 26, values: hours },
          this.isStrip ? { show: true, size: 72, ...axis, grid: { show: false }, values: () => [] }
            : { ...axis, size: 72, space: 34, values: (plot, ticks) => ticks.map(write) },
        ],
        hooks: {
          setCursor: [(plot) => (plot.cursor.idx === null || plot.cursor.left < 0 ? this.sum() : this.point(plot.cursor.idx))],
          drawClear: [(plot) => this.ground(plot)],
          draw: [(plot) => this.over(plot)],
          setSelect: [(plot) => { if (plot.select.width > 4) zoom([plot.posToVal(plot.select.left, "x"), plot.posToVal(plot.select.left + plot.select.width, "x")]); }],
        },
      };
    }

    // What a mouse does by dragging: + and - zoom about the middle, arrows go earlier and later, 0 shows the whole.
    key(event) {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const [from, to] = this.range();
      const half = (to - from) / 2;
      const middle = from + half;
      const wanted = {
        "+": [middle - half / 2, middle + half / 2], "=": [middle - half / 2, middle + half / 2],
        "-": [middle - half * 2, middle + half * 2],
        ArrowLeft: [from - half / 2, to - half / 2], ArrowRight: [from + half / 2, to + half / 2],
      }[event.key];
      if (event.key === "0") zoom(null);
      else if (!wanted) return;
      else if (wanted[1] - wanted[0] >= 120) zoom(wanted);
      event.preventDefault();
    }

    isMirror() {
      return this.lines.some((one) => one.role === "below");
    }

    scale(low, high) {
      let [least, most] = [low ?? 0, high ?? 1];
      if (this.bounds.capacity) [least, most] = [this.isMirror() ? -this.bounds.capacity : Math.min(0, least), Math.max(most, this.bounds.capacity)];
      for (const { value } of this.bounds.limits) [least, most] = [Math.min(least, value), Math.max(most, value)];
      if (least >= 0 && least <= most / 2) least = 0;
      if (this.lines[0].unit === "ratio" && most > 0.4 && most <= 1) [least, most] = [0, 1];
      if (least === most) most = least + (Math.abs(least) * 0.1 || 1);
      const pad = (most - least) * 0.06;
      return [least === 0 ? 0 : least - pad, most === 1 && this.lines[0].unit === "ratio" ? 1 : most + pad];
    }

    series() {
      const series = [{}];
      const bands = [];
      this.lines.forEach((one, number) => {
        const stroke = colour(palette[number % palette.length]);
        series.push({ stroke: one.states ? "transparent" : stroke, width: 1.4, points: { show: one.states ? false : lonely, size: 4, fill: stroke }, spanGaps: false });
        if (one.low && !this.isStrip) {
          const edge = { stroke: "transparent", width: 0, points: { show: false } };
          bands.push({ series: [series.length, series.length + 1], fill: `${stroke}38`, dir: one.role === "below" ? 1 : -1 });
          series.push(edge, { ...edge });
        }
      });
      return { series, bands };
    }

    // Below the lines: when alerts fired, and what is beyond a limit.
    ground(plot) {
      const { ctx, bbox } = plot;
      const box = (left, right, top, bottom, fill, alpha) => {
        ctx.save();
        ctx.globalAlpha = alpha;
        ctx.fillStyle = fill;
        ctx.fillRect(left, top, Math.max(right - left, 1.5), bottom - top);
        ctx.restore();
      };
      const x = (at) => Math.min(Math.max(plot.valToPos(at, "x", true), bbox.left), bbox.left + bbox.width);
      const y = (value) => Math.min(Math.max(plot.valToPos(value, "y", true), bbox.top), bbox.top + bbox.height);
      const [begin, end] = this.range();
      const bad = colour("--strip-bad");
      for (const one of this.told.alerts) {
        const stop = one.end ?? end;
        if (one.begin > end || stop < begin) continue;
        box(x(one.begin), x(stop), bbox.top - 8 * devicePixelRatio, bbox.top - 3 * devicePixelRatio, bad, 1);
        box(x(one.begin), x(stop), bbox.top, bbox.top + bbox.height, bad, 0.1);
      }
      for (const { role, value } of this.bounds.limits) {
        const far = role.startsWith("high") ? bbox.top : bbox.top + bbox.height;
        const [top, bottom] = [Math.min(y(value), far), Math.max(y(value), far)];
        box(bbox.left, bbox.left + bbox.width, top, bottom, colour(role.endsWith("critical") ? "--strip-bad" : "--strip-warn"), 0.13);
      }
      if (this.isStrip) this.strip(plot, box, x);
    }

    over(plot) {
      const { ctx, bbox } = plot;
      const across = (value, stroke, dash) => {
        const at = plot.valToPos(value, "y", true);
        if (at < bbox.top || at > bbox.top + bbox.height) return;
        ctx.save();
        ctx.strokeStyle = stroke;
        ctx.setLineDash(dash);
        ctx.beginPath();
        ctx.moveTo(bbox.left, at);
        ctx.lineTo(bbox.left + bbox.width, at);
        ctx.stroke();
        ctx.restore();
      };
      if (this.isMirror()) across(0, colour("--soft"), []);
      if (this.bounds.capacity) for (const sign of this.isMirror() ? [1, -1] : [1]) across(sign * this.bounds.capacity, colour("--strip-bad"), [6, 5]);
    }

    strip(plot, box, x) {
      const [times] = plot.data;
      const [one] = this.lines;
      const bottom = plot.bbox.top + plot.bbox.height;
      const { ctx } = plot;
      const lasts = this.told.step_seconds;
      const [low, high] = [one.low || one.mean, one.high || one.mean];
      for (let start = 0; start < times.length;) {
        let stop = start;
        while (stop + 1 < times.length && low[stop + 1] === low[start] && high[stop + 1] === high[start]) stop += 1;
        if (low[start] !== null) {
          const end = stop + 1 < times.length && low[stop + 1] !== null ? times[stop + 1] : times[stop] + lasts;
          const middle = high[start] === low[start] ? bottom : (plot.bbox.top + bottom) / 2;
          const tone = (state) => colour(pale[states[one.states[Math.round(state)]] || "rest"]);
          box(x(times[start]), x(end), plot.bbox.top, middle, tone(high[start]), 1);
          if (middle < bottom) box(x(times[start]), x(end), middle, bottom, tone(low[start]), 1);
          const word = one.states[Math.round(high[start])] || "";
          if (middle === bottom && x(end) - x(times[start]) > (word.length * 8 + 12) * devicePixelRatio) {
            ctx.save();
            ctx.fillStyle = colour("--strip-ink");
            ctx.font = `${11 * devicePixelRatio}px system-ui, sans-serif`;
            ctx.fillText(word, x(times[start]) + 6 * devicePixelRatio, (plot.bbox.top + bottom) / 2 + 4 * devicePixelRatio);
            ctx.restore();
          }
        }
        start = stop + 1;
      }
    }

    fit() {
      if (this.plot && this.stage.clientWidth > 0) this.plot.setSize({ width: this.stage.clientWidth, height: this.plot.height });
    }
  }

  // A place between two gaps has no line, and is a dot.
  function lonely(plot, series) {
    const values = plot.data[series];
    return values.some((one, place) => one !== null && values[place - 1] == null && values[place + 1] == null) ? true : false;
  }

  const two = (number) => String(number).padStart(2, "0");
  function moment(at) {
    return new Date(at * 1000).toLocaleString(undefined, { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
  }
  function hours(plot, ticks, axis, space, step) {
    return ticks.map((at) => {
      const here = new Date(at * 1000);
      const isMidnight = here.getHours() + here.getMinutes() + here.getSeconds() === 0;
      if (isMidnight || step >= 86400) return here.toLocaleDateString(undefined, { day: "numeric", month: "short" });
      return `${two(here.getHours())}:${two(here.getMinutes())}${step < 60 ? `:${two(here.getSeconds())}` : ""}`;
    });
  }

  function zone() {
    const here = new Date();
    const ahead = -here.getTimezoneOffset();
    const sign = ahead < 0 ? "-" : "+";
    const offset = ahead ? `UTC${sign}${Math.floor(Math.abs(ahead) / 60)}${ahead % 60 ? `:${two(Math.abs(ahead) % 60)}` : ""}` : "UTC";
    const name = Intl.DateTimeFormat().resolvedOptions().timeZone;
    return name && name !== offset ? `${name} (${offset})` : offset;
  }

  // The same values for who cannot see the picture, at most some forty lines of them.
  function tabled(chart) {
    const table = chart.figure.querySelector("table.values");
    if (!table) return;
    const { told, lines } = chart;
    const every = Math.ceil(told.at.length / 40);
    const row = (cells, kind) => {
      const line = document.createElement("tr");
      for (const text of cells) line.append(Object.assign(document.createElement(kind), { textContent: text }));
      return line;
    };
    const head = document.createElement("thead");
    head.append(row(["time", ...lines.map((one) => one.name)], "th"));
    const body = document.createElement("tbody");
    for (let place = told.at.length - 1; place >= 0; place -= every) {
      body.append(row([moment(told.from + told.at[place] * told.step_seconds), ...lines.map((one) => chart.write(one, one.mean[place]))], "td"));
    }
    table.querySelector("thead")?.remove();
    table.querySelector("tbody")?.remove();
    table.append(head, body);
  }

  // Where charts are small how fine they are is said once for all of them.
  function resolved() {
    const brief = [...drawn.values()].filter((one) => one.isBrief && one.told);
    const words = [...new Set(brief.map((one) => one.told.resolution))].join("; ");
    for (const place of document.querySelectorAll(".resolution")) place.textContent = words && `Drawn: ${words}.`;
  }

  function zoom(range) {
    zoomed = range;
    for (const button of document.querySelectorAll(".unzoom")) button.hidden = range === null;
    for (const chart of drawn.values()) chart.load();
  }

  // Takes up the figures of the page as it is now: those that are new are drawn, those that went are let go.
  function look() {
    for (const [id, chart] of drawn) {
      if (!document.contains(chart.figure)) {
        chart.resize.disconnect();
        chart.plot?.destroy();
        drawn.delete(id);
      }
    }
    for (const words of document.querySelectorAll(".zone")) words.textContent = `Times of charts are ${zone()}.`;
    for (const button of document.querySelectorAll(".unzoom")) {
      button.hidden = zoomed === null;
      button.onclick = () => zoom(null);
    }
    for (const figure of document.querySelectorAll("figure[data-series]")) {
      if (!drawn.has(figure.id)) {
        drawn.set(figure.id, new Chart(figure));
        drawn.get(figure.id).load();
      }
    }
  }

  function renew() {
    if (document.hidden || zoomed) return;
    for (const chart of drawn.values()) {
      if (Date.now() >= chart.due) chart.load();
    }
  }

  dark.addEventListener("change", () => { for (const chart of drawn.values()) if (chart.told) chart.draw(); });
  document.addEventListener("visibilitychange", renew);
  document.addEventListener("shown", look);
  setInterval(renew, 15000);
  look();
  return { drawn, look };
})();
