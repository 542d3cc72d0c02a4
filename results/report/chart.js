// The frame of a chart: axes, a pointer and arrow keys that find points, and a text alternative.

const MARGIN = { top: 14, right: 16, bottom: 42, left: 58 };

function ticks(low, high, most) {
  const raw = (high - low) / Math.max(1, most), size = 10 ** Math.floor(Math.log10(raw || 1));
  const step = [1, 2, 5, 10].map((one) => one * size).find((one) => one >= raw) || size;
  const found = [];
  for (let i = Math.ceil(low / step - 1e-9) || 0; i * step <= high + 1e-9 * step; i++) found.push(i * step || 0);
  return found;
}

function extent(values, room = 0.06) {
  let low = Infinity, high = -Infinity;
  for (const one of values) if (known(one)) { low = Math.min(low, one); high = Math.max(high, one); }
  if (low > high) [low, high] = [0, 1];
  const pad = (high - low || Math.abs(high) || 1) * room;
  return [low - pad, high + pad];
}

function scale([low, high], start, end) {
  return (value) => start + ((value - low) / (high - low)) * (end - start);
}

// What is drawn between the axes; x and y are scales from values to pixels.
function plane(width, height, domains, names, format) {
  const x = scale(domains.x, MARGIN.left, width - MARGIN.right);
  const y = scale(domains.y, height - MARGIN.bottom, MARGIN.top);
  const floor = height - MARGIN.bottom, middle = (MARGIN.left + width - MARGIN.right) / 2;
  const parts = [];
  for (const value of ticks(...domains.y, height / 55)) {
    parts.push(svg("line", { x1: MARGIN.left, x2: width - MARGIN.right, y1: y(value), y2: y(value), class: "rule" }),
      svg("text", { x: MARGIN.left - 8, y: y(value), dy: "0.35em", class: "tick end" }, format.y(value)));
  }
  for (const value of ticks(...domains.x, width / 110)) {
    parts.push(svg("line", { x1: x(value), x2: x(value), y1: floor, y2: floor + 4, class: "rule" }),
      svg("text", { x: x(value), y: floor + 18, class: "tick" }, format.x(value)));
  }
  parts.push(svg("text", { x: middle, y: height - 4, class: "axis" }, names.x),
    svg("text", { x: MARGIN.left - 8, y: 6, class: "axis end", dy: "0.2em" }, names.y));
  return { x, y, parts };
}

// draw(width) gives { height, parts, points: [{ x, y, words, drawing, open }] }, in pixels.
function chart(describe, draw, widths) {
  const frame = el("div", { class: "chart" });
  let points = [], place = -1, ring = null, width = 0;
  const show = (next, spoken) => {
    place = next;
    const point = points[place];
    ring.setAttribute("visibility", point ? "visible" : "hidden");
    if (!point) return hideTip();
    ring.setAttribute("cx", point.x);
    ring.setAttribute("cy", point.y);
    showTip(frame, point, widths);
    if (spoken) say(point.words.join(", "));
  };
  const nearest = (event) => {
    const box = frame.getBoundingClientRect();
    const px = event.clientX - box.left, py = event.clientY - box.top;
    let best = -1, least = 40 ** 2;
    points.forEach((one, i) => {
      const far = (one.x - px) ** 2 + (one.y - py) ** 2;
      if (far < least) [best, least] = [i, far];
    });
    return best;
  };
  const onKey = (event) => {
    const last = points.length - 1;
    const next = { ArrowRight: Math.min(place + 1, last), ArrowLeft: Math.max(place - 1, 0), Home: 0,
      End: last, Escape: -1 }[event.key];
    if (next === undefined && event.key !== "Enter") return;
    event.preventDefault();
    if (event.key === "Enter") points[place]?.open?.();
    else show(next, true);
  };
  const redraw = () => {
    width = Math.max(260, Math.round(frame.clientWidth || 640));
    const drawn = draw(width);
    points = drawn.points;
    place = -1;
    ring = svg("circle", { r: 7, class: "ring", visibility: "hidden" });
    frame.replaceChildren(svg("svg", { viewBox: `0 0 ${width} ${drawn.height}`, class: "plot",
      tabindex: points.length ? "0" : null, role: "img", "aria-label": describe(),
      "aria-describedby": points.length ? "keys" : null,
      onpointermove: (event) => show(nearest(event)), onpointerdown: (event) => show(nearest(event)),
      onpointerleave: () => show(-1), onblur: () => show(-1), onkeydown: onKey,
      onclick: (event) => points[nearest(event)]?.open?.() },
    drawn.parts, ring));
  };
  new ResizeObserver(() => { if (Math.abs(frame.clientWidth - width) > 2) redraw(); }).observe(frame);
  frame.redraw = redraw;
  return frame;
}

function showTip(frame, point, widths) {
  const tip = document.getElementById("tip");
  tip.replaceChildren(...point.words.map((line, i) => el(i ? "div" : "strong", {}, line)));
  if (point.drawing) tip.append(drawSmall(point.drawing, widths));
  tip.hidden = false;
  const box = frame.getBoundingClientRect();
  const left = box.left + point.x + 14, top = box.top + point.y + 14;
  const room = document.documentElement.clientWidth - tip.offsetWidth - 8;
  const above = top + tip.offsetHeight > window.innerHeight - 8;
  tip.style.left = `${Math.max(8, Math.min(left, room)) + window.scrollX}px`;
  tip.style.top = `${(above ? top - tip.offsetHeight - 28 : top) + window.scrollY}px`;
}

function hideTip() { document.getElementById("tip").hidden = true; }

// A chart with its heading, what it says in words, and its figures as a table for who wants them.
function figureOf(id, title, words, content, table) {
  const more = table && el("details", { class: "figures" }, el("summary", {}, "The figures"), table);
  return el("figure", { id, role: "group", "aria-labelledby": `${id}-title` },
    el("h3", { id: `${id}-title` }, title), el("figcaption", {}, words), content, more);
}

function smallTable(heads, rows) {
  return el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Figures" },
    el("table", {}, el("thead", {}, el("tr", {}, heads.map((one) => el("th", { scope: "col" }, one)))),
      el("tbody", {}, rows.map((row) => el("tr", {}, row.map((one) => el("td", {}, one)))))));
}
