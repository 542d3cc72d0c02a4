// The curves from block to block: as search_space/drawing/edges.py has them.

const ARC = 30, ARC_PER_COLUMN = 5, ARROW = 5, CLEARANCE = 3;
const BENDS = [0.55, 0.35, 0.75, 0.2, 0.95, 0.05];
const strain = ([first, second]) => Math.abs(first - BENDS[0]) + Math.abs(second - BENDS[0]);
const SWINGS = BENDS.flatMap((first) => BENDS.map((second) => [first, second]));
SWINGS.sort((a, b) => strain(a) - strain(b));
const WEIGHTS = Array.from({ length: 23 }, (_, step) => {
  const t = (step + 1) / 24, s = 1 - t;
  return [s ** 3, 3 * s ** 2 * t, 3 * s * t ** 2, t ** 3];
});

function drawEdge(edge, boxes, look = edgeLook(edge)) {
  const between = boxes.slice(edge.source.feature + 1, edge.target.feature);
  const [start, out, into, end] = plainest(curves(edge), between);
  const line = `M${at(start)}C${at(out)} ${at(into)} ${at(end)}`;
  const dashed = edge.merged || !edge.target.live;
  const tip = `M${at([end[0] + ARROW, end[1]])}l-7.5 -3.6v7.2z`;
  return [
    svg("path", { d: line, class: `edge ${look}${dashed ? " dashed" : ""}` }),
    svg("path", { d: tip, class: `tip ${look}` }),
  ];
}

// Curves to choose from, the plainest first.
function curves({ source, target, arrival }) {
  const start = [source.x + source.width / 2, source.y];
  const end = [target.x - target.width / 2 - ARROW, arrival];
  const length = end[0] - start[0], columns = target.feature - source.feature;
  if (source.level === target.level && columns > 1) {
    return [-1, 1].map((side) => {
      const rise = side * (ARC + ARC_PER_COLUMN * columns);
      return [start, [start[0] + length / 4, start[1] + rise],
        [end[0] - length / 4, end[1] + rise], end];
    });
  }
  return SWINGS.map(([first, second]) =>
    [start, [start[0] + first * length, start[1]], [end[0] - second * length, end[1]], end]);
}

// The first of those that fewest sampled points lie behind a block of.
function plainest(found, boxes) {
  let best = found[0], fewest = Infinity;
  for (const curve of found) {
    const hits = hidden(curve, boxes, fewest);
    if (hits < fewest) [best, fewest] = [curve, hits];
    if (!fewest) break;
  }
  return best;
}

function hidden([[x0, y0], [x1, y1], [x2, y2], [x3, y3]], boxes, enough) {
  let hits = 0;
  for (const [a, b, c, d] of WEIGHTS) {
    const x = a * x0 + b * x1 + c * x2 + d * x3, y = a * y0 + b * y1 + c * y2 + d * y3;
    for (const box of boxes) {
      hits += Math.abs(x - box.x) < box.width / 2 + CLEARANCE
        && Math.abs(y - box.y) < BLOCK_HEIGHT / 2 + CLEARANCE;
    }
    if (hits >= enough) return hits;
  }
  return hits;
}

function edgeLook(edge) {
  if (!edge.target.live) return "dead";
  if (edge.merged) return "merge";
  const rise = edge.target.level - edge.source.level;
  return rise > 0 ? "down" : rise < 0 ? "up" : "level";
}

const at = ([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`;
