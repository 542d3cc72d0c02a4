// A network's picture, large with names and legend or small; colours are the style sheet's.

function drawNetwork(text, widths, title) {
  const layout = layOut(unpack(text), widths);
  const entries = legendEntries(layout);
  const rows = Math.ceil(entries.length / Math.max(1, Math.floor((layout.width - 50) / 150)));
  const height = layout.bottom + 56 + 22 * rows;
  return svg("svg", { viewBox: `0 0 ${layout.width.toFixed(0)} ${height}`, class: "network", role: "img",
    "aria-label": title }, svg("title", {}, title), drawGrid(layout), drawGraph(layout, true),
  drawLegend(entries, layout.width, layout.bottom + 56));
}

const small = new Map();  // pictures in the table come and go

// A small one is an ornament beside its row's words.
function drawSmall(text, widths) {
  if (!small.has(text)) {
    if (small.size > 400) small.clear();
    const layout = layOut(unpack(text), widths);
    const top = TOP - BLOCK_HEIGHT, left = LEFT - COLUMN / 2;
    const box = [left, top, layout.width - left - 20, layout.bottom + BLOCK_HEIGHT - top];
    small.set(text, svg("svg", { viewBox: box.map((one) => one.toFixed(0)).join(" "),
      class: "network small", "aria-hidden": "true", focusable: "false" }, drawGraph(layout, false)));
  }
  return small.get(text).cloneNode(true);
}

function drawGraph(layout, named) {
  const { boxes, stem } = layout;
  const chain = stem.slice(1).map((target, place) =>
    ({ source: stem[place], target, merged: false, arrival: target.y }));
  return svg("g", {},
    chain.flatMap((edge) => drawEdge(edge, boxes, "chain")),
    stem.filter((box) => box.feature < 0).map((box) => drawBlock(box, named)),
    layout.edges.flatMap((edge) => drawEdge(edge, boxes)),
    boxes.map((box) => drawBlock(box, named)));
}

function drawBlock(box, named) {
  const look = box.live ? box.kind + (box.isOutput ? " output" : "") : "unbuilt";
  const parts = [svg("rect", { x: (box.x - box.width / 2).toFixed(2),
    y: (box.y - BLOCK_HEIGHT / 2).toFixed(2), width: box.width.toFixed(2), height: BLOCK_HEIGHT,
    rx: 4, class: `block ${look}` })];
  if (named && box.feature >= 0) parts.push(label(box.feature, box.x, box.y, box.live ? "index" : "index faint"));
  if (named && box.isOutput) parts.push(label(`P${box.level}`, box.x, box.y - BLOCK_HEIGHT / 2 - 10, "endpoint"));
  return svg("g", {}, parts);
}

// A line and a name for every level, over a band behind the stem.
function drawGrid(layout) {
  const left = layout.stem[0].x - COLUMN / 2;
  const right = layout.stem[layout.stem.length - 1].x + COLUMN / 2 + COLUMN / 6;
  const lines = layout.levels.flatMap((level) => {
    const y = layout.levelY(level);
    return [
      svg("line", { x1: LEFT - COLUMN / 2, x2: layout.width - 14, y1: y, y2: y, class: "rule" }),
      label(`L${level}`, 26, y, "name"), label(`1/${2 ** level}`, 26, y + 15, "share")];
  });
  return svg("g", {}, svg("rect", { x: left, y: 16, width: right - left, height: layout.bottom + 16,
    rx: 8, class: "band" }), label("stem", (left + right) / 2, 32, "faint"), lines);
}

function legendEntries(layout) {
  const built = layout.edges.filter((edge) => edge.target.live);
  const has = (look) => built.some((edge) => edgeLook(edge) === look);
  const blocks = KINDS.filter((kind) => layout.boxes.some((box) => box.live && box.kind === kind));
  return [
    ...blocks.map((kind) => [kind, `block ${kind}`, true]),
    ["output", "block sample output", true],
    ...(layout.boxes.every((box) => box.live) ? [] : [["not built", "block unbuilt", true]]),
    ...[["downsampled", "down"], ["upsampled", "up"], ["same level", "level"],
      ["merged", "merge dashed"]].filter(([, look]) => has(look.split(" ")[0]))
      .map(([name, look]) => [name, `edge ${look}`, false]),
  ];
}

function drawLegend(entries, width, top) {
  const columns = Math.max(1, Math.floor((width - 50) / 150));
  return svg("g", {}, entries.map(([name, look, isBlock], place) => {
    const x = 50 + 150 * (place % columns), y = top + 22 * Math.floor(place / columns);
    const sample = isBlock
      ? svg("rect", { x, y: y - 8, width: 16, height: 16, rx: 3, class: look })
      : svg("line", { x1: x, x2: x + 20, y1: y, y2: y, class: look });
    return svg("g", {}, sample, label(name, x + 26, y, "entry"));
  }));
}

const label = (words, x, y, look) => svg("text", { x, y, dy: "0.35em", class: look }, words);
