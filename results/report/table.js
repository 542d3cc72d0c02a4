// The trials: sorted by any column, filtered by words and conditions, only rows in view in the page.

const ROW_HEIGHT = 52, OVERSCAN = 6, PRINTED = 40;
const BELIEVED = "believed posterior_mean";
const LABELS = { "believed posterior_mean": "believed", "believed low": "90 % from", "believed high": "to",
  "believed p_best": "P(best)", madds: "multiply-adds", params: "parameters", latency_ms: "latency, ms",
  cpu_seconds: "CPU s", seconds: "s" };

class Rows {
  constructor(run, open) {
    const { columns, status, failure, drawings, sample } = run.rows;
    Object.assign(this, { columns, status, failure, drawings, sample, open });
    this.sampled = sample && new Set(sample);  // of a large run, those drawn of all its trials alike
    this.size = drawings.length;
    this.place = new Map((columns.trial || []).map((trial, i) => [trial, i]));
    this.names = Object.keys(columns);
    this.most = (columns.steps || []).reduce((most, one) => Math.max(most, one ?? 0), 0);
  }

  value(name, row) { return this.columns[name]?.[row] ?? null; }

  word(column, row) { return this[column].places[row] < 0 ? "" : this[column].texts[this[column].places[row]]; }

  // Completed trials of the longest training that have a reward and a cost.
  withReward(cost) {
    return Array.from({ length: this.size }, (_, i) => i).filter((i) => known(this.value("reward", i))
      && known(this.value(cost, i)) && (!this.most || this.value("steps", i) === this.most));
  }

  // What a chart's point says of a trial.
  about(trial, words, row = this.place.get(trial)) {
    const drawing = row === undefined ? null : this.drawings[row];
    return { words: [`Trial ${trial}`, ...words], drawing, open: drawing ? () => this.open(trial, drawing) : null };
  }
}

const looksLike = (name) => (["reward", "AP"].includes(name) || name.startsWith("believed") || name.startsWith("AP") || name.startsWith("AR")
  ? score : name === "trial" ? String : short);

function conditions(text, rows) {
  const tests = [];
  const lower = new Map(rows.names.map((name) => [name.toLowerCase(), name]));
  const rest = text.replace(/([^\s<>=]+)\s*(<=|>=|<|>|=)\s*(-?[\d.]+(?:e[+-]?\d+)?)([kmb]?)(?=\s|$)/gi, (all, word, sign, digits, size) => {
    const name = lower.get(word.toLowerCase());
    const bound = Number(digits) * ({ k: 1e3, m: 1e6, b: 1e9 }[size.toLowerCase()] || 1);
    if (name === undefined || Number.isNaN(bound)) return all;
    const holds = { "<": (a) => a < bound, "<=": (a) => a <= bound, ">": (a) => a > bound, ">=": (a) => a >= bound, "=": (a) => a === bound }[sign];
    tests.push((row) => known(rows.value(name, row)) && holds(rows.value(name, row)));
    return " ";
  });
  for (const word of rest.toLowerCase().split(/\s+/).filter((one) => one && one !== "and")) {
    tests.push((row) => String(rows.value("trial", row)) === word || rows.word("status", row).toLowerCase().includes(word)
      || rows.word("failure", row).toLowerCase().includes(word));
  }
  return tests;
}

function trialTable(run, rows, widths, open) {
  const names = ["trial", "", "reward", ...rows.names.filter((name) => name.startsWith("believed")),
    ...run.rows.names.filter((name) => !["trial", "reward", ...(run.metric === "AP" ? ["AP"] : [])].includes(name)), "status", "failure"]
    .filter((name) => !["trial", "reward"].includes(name) || rows.columns[name]);
  const state = { order: Array.from({ length: rows.size }, (_, i) => i), rising: false, begin: 0,
    by: rows.columns[BELIEVED] ? BELIEVED : null };
  const body = el("tbody");
  const shown = el("p", { class: "faint", role: "status" });
  const table = el("table", { class: "trials", "aria-label": "Trials" });
  const window_ = el("div", { class: "scroll trials-window", tabindex: "0", role: "region", "aria-label": "Trials, best first; scrolls" }, table);

  const cell = (name, row) => {
    if (name === "status" || name === "failure") return el("td", { class: "words", title: rows.word(name, row) }, rows.word(name, row));
    if (name === "") return el("td", { class: "drawn" }, pictureButton(rows, row, widths, open));
    return el(name === "trial" ? "th" : "td", name === "trial" ? { scope: "row" } : {}, looksLike(name)(rows.value(name, row) ?? null) ?? "–");
  };
  const render = (begin, end) => {
    const made = [];
    for (let i = begin; i < end; i++) {
      made.push(el("tr", { "aria-rowindex": i + 2 }, names.map((name) => cell(name, state.order[i]))));
    }
    body.replaceChildren(gap(begin, names.length), ...made, gap(state.order.length - end, names.length));
  };
  const paper = window.matchMedia("print");
  const refresh = (force) => {
    if (paper.matches) return;  // there the window has no height of its own
    const many = Math.ceil(window_.clientHeight / ROW_HEIGHT) + 2 * OVERSCAN;
    const begin = Math.max(0, Math.min(Math.floor(window_.scrollTop / ROW_HEIGHT) - OVERSCAN, state.order.length - many));
    if (!force && begin === state.begin) return;
    state.begin = begin;
    const focused = document.activeElement?.closest?.("tbody tr")?.getAttribute("aria-rowindex");
    render(begin, Math.min(state.order.length, begin + many));
    if (focused) body.querySelector(`tr[aria-rowindex="${Number(focused)}"] button`)?.focus({ preventScroll: true });
  };
  const arrange = () => {
    const tests = conditions(filter.value, rows);
    state.order = Array.from({ length: rows.size }, (_, i) => i).filter((row) => tests.every((test) => test(row)));
    if (state.by !== null) sortRows(state, rows);
    const way = state.rising ? "ascending" : "descending";
    heads.forEach((head, i) => { if (names[i] !== "") head.setAttribute("aria-sort", names[i] === state.by ? way : "none"); });
    table.setAttribute("aria-rowcount", state.order.length + 1);
    shown.textContent = `${count(state.order.length)} of ${count(rows.size)} rows`;
    window_.scrollTop = 0;
    refresh(true);
  };
  const heads = names.map((name) => headCell(name, run, state, () => {
    const first = name === "trial" || ["madds", "params", "latency_ms"].includes(name);
    state.rising = state.by === name ? !state.rising : first;
    state.by = name;
    arrange();
  }));
  const filter = el("input", { type: "search", id: "filter", placeholder: "madds < 18M  completed", autocomplete: "off",
    spellcheck: "false", "aria-describedby": "filter-help", oninput: arrange });
  table.append(el("thead", {}, el("tr", { "aria-rowindex": 1 }, heads)), body);
  window_.addEventListener("scroll", () => refresh(false), { passive: true });
  const print = () => render(0, Math.min(PRINTED, state.order.length));
  window.addEventListener("beforeprint", print);
  paper.addEventListener("change", () => (paper.matches ? print() : refresh(true)));
  window.addEventListener("afterprint", () => refresh(true));
  new ResizeObserver(() => refresh(true)).observe(window_);
  const box = section("trials", "Trials", run.rows.note ? el("p", { class: "note" }, run.rows.note) : "",
    el("div", { class: "tools" }, el("label", { for: "filter" }, "Filter"), filter, shown),
    el("p", { class: "faint", id: "filter-help" }, "Conditions such as reward > 0.4 or madds < 18M, and words that status or failure holds; all must hold. "
      + `Columns: ${rows.names.filter((name) => !name.startsWith("believed")).join(", ")}.`),
    window_);
  box.start = arrange;
  return box;
}

function headCell(name, run, state, onclick) {
  if (name === "") return el("th", { scope: "col" }, "architecture");
  const words = name === "reward" ? run.metric : LABELS[name] || name;
  return el("th", { scope: "col", "aria-sort": "none" }, el("button", { type: "button", title: words, onclick },
    el("span", { class: "arrow", "aria-hidden": "true" }), words));
}

function pictureButton(rows, row, widths, open) {
  const drawing = rows.drawings[row], trial = rows.value("trial", row);
  return drawing ? el("button", { type: "button", class: "picture", "aria-label": `Trial ${trial}, larger`,
    onclick: () => open(trial, drawing) }, drawSmall(drawing, widths)) : "";
}

// Missing values last either way; equals stay as they are in the leaderboard.
function sortRows(state, rows) {
  const isWord = state.by === "status" || state.by === "failure";
  const of = isWord ? (row) => rows.word(state.by, row) || null : (row) => rows.value(state.by, row);
  const sign = state.rising ? 1 : -1;
  state.order.sort((a, b) => {
    const x = of(a), y = of(b);
    if (x === null || y === null) return (x === null) - (y === null) || a - b;
    return (x < y ? -sign : x > y ? sign : 0) || a - b;
  });
}

function gap(many, columns) {
  const line = el("td", { colspan: columns });
  line.style.height = `${Math.max(0, many) * ROW_HEIGHT}px`;
  return el("tr", { class: "gap", "aria-hidden": "true" }, line);
}
