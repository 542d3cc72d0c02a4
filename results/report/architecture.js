// Where the blocks and edges of a picture lie: as search_space/drawing/layout.py has it.

const DIGITS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_+*~^";
const KINDS = ["bottleneck", "residual", "mbconv"];
const COLUMN = 58, ROW = 74, LEFT = 78, TOP = 64, BLOCK_HEIGHT = 34, PORT_GAP = 10;

const numbers = (word) => Array.from(word, (sign) => DIGITS.indexOf(sign));

function unpack(text) {
  const [stem, ...words] = text.split(" ");
  const [stemKind, ...stemLevels] = numbers(stem);
  const nodes = words.map((word, place) => {
    const [own, merged = ""] = word.split("!");
    const [level, look, ...parents] = numbers(own);
    return { feature: place + 2, level, kind: KINDS[look >> 2], isOutput: Boolean(look & 2),
      live: Boolean(look & 1), parents, merged: numbers(merged) };
  });
  return { stemKind: KINDS[stemKind], stemLevels, nodes };
}

function layOut(network, widths) {
  const { stemLevels, stemKind, nodes } = network;
  const earlier = stemLevels.length - 2;
  const levels = [...new Set([...stemLevels, ...nodes.map((node) => node.level)])];
  levels.sort((a, b) => b - a);
  const levelY = (level) => TOP + ROW * (levels[0] - level);
  const stem = stemLevels.map((level, place) => ({
    feature: place - earlier, level, kind: "stem", isOutput: false, live: true,
    x: LEFT + COLUMN * place, y: levelY(level), width: widths[stemKind][level] }));
  const blocks = nodes.map((node) => ({
    feature: node.feature, level: node.level, kind: node.kind, isOutput: node.isOutput,
    live: node.live, x: LEFT + COLUMN * (node.feature + earlier) + COLUMN / 3,
    y: levelY(node.level), width: widths[node.kind][node.level] }));
  const boxes = [...stem.slice(earlier), ...blocks];
  const edges = nodes.flatMap((node) => arrivals(node, boxes));
  const width = boxes[boxes.length - 1].x + COLUMN;
  return { boxes, stem, edges, levels, levelY, width, bottom: levelY(levels[levels.length - 1]) };
}

// A block's arriving edges, highest source first, so that they do not cross at the block.
function arrivals(node, boxes) {
  const target = boxes[node.feature];
  const sources = [...node.parents.map((one) => [boxes[one], false]),
    ...node.merged.map((one) => [boxes[one], true])];
  sources.sort(([a], [b]) => a.y - b.y || a.x - b.x);
  const gap = Math.min(PORT_GAP, (BLOCK_HEIGHT - 8) / sources.length);
  const middle = (sources.length - 1) / 2;
  return sources.map(([source, merged], place) => ({
    source, target, merged, arrival: target.y + gap * (place - middle) }));
}
