// Elements, whose words are always text nodes, and numbers as words.

const SVG = "http://www.w3.org/2000/svg";

function build(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  for (const child of children.flat()) {
    if (child === null || child === undefined || child === "") continue;
    node.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
  return node;
}

const el = (tag, attributes, ...children) =>
  build(document.createElement(tag), attributes, children);
const svg = (tag, attributes, ...children) =>
  build(document.createElementNS(SVG, tag), attributes, children);

const known = (value) => value !== null && value !== undefined;

// 17819072 -> 17.8M; the costs' short form.
function short(value) {
  if (!known(value)) return "–";
  for (const [size, sign] of [[1e12, "T"], [1e9, "B"], [1e6, "M"], [1e3, "k"]]) {
    if (Math.abs(value) >= size) return (value / size).toPrecision(3) + sign;
  }
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(3)));
}

// A score, such as AP: three digits behind the point where it is of that size.
function score(value) {
  if (!known(value)) return "–";
  const size = Math.abs(value);
  return size !== 0 && (size < 0.01 || size >= 1000) ? value.toPrecision(3) : value.toFixed(3);
}

const signed = (value) => (value > 0 ? "+" : value < 0 ? "−" : "±") + score(Math.abs(value));
const percent = (value) => (known(value) ? (100 * value).toFixed(value && Math.abs(value) < 0.1 ? 1 : 0) + " %" : "–");
const count = (value) => (known(value) ? value.toLocaleString("en") : "–");

const UNITS = { madds: "multiply-adds", params: "parameters", latency_ms: "latency (ms)",
  cpu_seconds: "CPU seconds of training", seconds: "seconds of training", steps: "steps" };
const unit = (name) => (Object.hasOwn(UNITS, name) ? UNITS[name] : name);

function duration(seconds) {
  if (!known(seconds)) return "–";
  if (seconds < 120) return `${Math.round(seconds)} s`;
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toPrecision(3)} h`;
}

function day(seconds) {
  if (!(Math.abs(seconds) < 8.64e12)) return "–";  // beyond what a Date can be
  return new Date(1000 * seconds).toISOString().slice(0, 16).replace("T", " ") + " UTC";
}

const say = (words) => { document.getElementById("said").textContent = words; };

function section(id, title, ...children) {
  const head = el("h2", { id: `${id}-title` }, title);
  return el("section", { id, "aria-labelledby": `${id}-title` }, head, ...children);
}
