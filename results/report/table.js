// The trials: sorted by any column, filtered, only rows in view in the page.

const ROW_HEIGHT = 52, OVERSCAN = 6, PRINTED = 40;
const BELIEVED = "believed posterior_mean";
const LABELS = { "believed posterior_mean": "believed", "believed low": "90 % from", "believed high": "to",
  "believed p_best": "P(best)", madds: "multiply-adds", params: "parameters", latency_ms: "latency, ms",
  cpu_seconds: "CPU s", seconds: "s" };
const labelOf = (name) => (Object.hasOwn(LABELS, name) ? LABELS[name] : name);

class Rows {
  constructor(run, open) {
    const { columns, status, failure, drawings, sample } = run.rows;
    Object.assign(this, { columns, status, failure, drawings, sample, open, metric: run.metric });
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

function trialTable(run, rows, widths, open) {
  const names = columnsShown(run, rows);
  const state = { order: [], rising: false, by: rows.columns[BELIEVED] ? BELIEVED : null };
  const shown = el("p", { class: "faint", role: "status" });
  const table = el("table", { class: "trials", "aria-label": "Trials" }), body = el("tbody");
  const frame = el("div", { class: "scroll trials-window", tabindex: "0", role: "region", "aria-label": "Trials, best first; scrolls" }, table);
  const refresh = rowsInView(frame, body, state, names.length, (row, place) =>
    el("tr", { "aria-rowindex": place + 2 }, names.map((name) => cell(name, row, rows, widths, open))));
  const arrange = () => {
    const { tests, problem } = conditions(filter.value, rows);
    state.order = Array.from({ length: rows.size }, (_, i) => i).filter((row) => !tests || tests.every((test) => test(row)));
    if (state.by !== null) sortRows(state, rows);
    const way = state.rising ? "ascending" : "descending";
    heads.forEach((head, i) => { if (names[i] !== "") head.setAttribute("aria-sort", names[i] === state.by ? way : "none"); });
    table.setAttribute("aria-rowcount", state.order.length + 1);
    filter.setAttribute("aria-invalid", String(!tests));
    shown.textContent = tests ? `${count(state.order.length)} of ${count(rows.size)} rows`
      : `not understood: ${problem}. All ${count(rows.size)} rows are shown; below is what can be written, and the columns there are.`;
    frame.scrollTop = 0;
    refresh(true);
  };
  const heads = names.map((name) => headCell(name, run, state, arrange));
  const filter = el("input", { type: "search", id: "filter", placeholder: "madds < 18M and status == completed", autocomplete: "off",
    spellcheck: "false", "aria-describedby": "filter-help", oninput: arrange });
  table.append(el("thead", {}, el("tr", { "aria-rowindex": 1 }, heads)), body);
  const box = section("trials", "Trials", run.rows.note ? el("p", { class: "note" }, run.rows.note) : "",
    el("div", { class: "tools" }, el("label", { for: "filter" }, "Filter"), filter, shown), filterHelp(rows), frame);
  box.start = arrange;
  return box;
}

function columnsShown(run, rows) {
  const elsewhere = ["trial", "reward", ...(run.metric === "AP" ? ["AP"] : [])];
  return ["trial", "", "reward", ...rows.names.filter((name) => name.startsWith("believed")),
    ...run.rows.names.filter((name) => !elsewhere.includes(name)), ...WORDS]
    .filter((name) => !["trial", "reward"].includes(name) || rows.columns[name]);
}

function filterHelp(rows) {
  return el("p", { class: "faint", id: "filter-help" }, "Conditions such as reward > 0.4, madds < 18M or status != 'failed', with < <= > >= == != "
    + "between columns, numbers and texts, joined by and; and words that status or failure holds. All must hold. "
    + `Columns: ${columnNames(rows).join(", ")}.`);
}

function cell(name, row, rows, widths, open) {
  if (WORDS.includes(name)) return el("td", { class: "words", title: rows.word(name, row) }, rows.word(name, row));
  if (name === "") return el("td", { class: "drawn" }, pictureButton(rows, row, widths, open));
  return el(name === "trial" ? "th" : "td", name === "trial" ? { scope: "row" } : {}, looksLike(name)(rows.value(name, row)));
}

// Keeps those rows of state.order in the body that the frame shows; gives what does so anew.
function rowsInView(frame, body, state, columns, made) {
  const paper = window.matchMedia("print");
  let first = -1;
  const render = (begin, end) => body.replaceChildren(gap(begin, columns),
    ...state.order.slice(begin, end).map((row, i) => made(row, begin + i)), gap(state.order.length - end, columns));
  const refresh = (force) => {
    if (paper.matches) return;  // there the window has no height of its own
    const many = Math.ceil(frame.clientHeight / ROW_HEIGHT) + 2 * OVERSCAN;
    const begin = Math.max(0, Math.min(Math.floor(frame.scrollTop / ROW_HEIGHT) - OVERSCAN, state.order.length - many));
    if (!force && begin === first) return;
    first = begin;
    const focused = document.activeElement?.closest?.("tbody tr")?.getAttribute("aria-rowindex");
    render(begin, Math.min(state.order.length, begin + many));
    if (focused) body.querySelector(`tr[aria-rowindex="${Number(focused)}"] button`)?.focus({ preventScroll: true });
  };
  const print = () => render(0, Math.min(PRINTED, state.order.length));
  frame.addEventListener("scroll", () => refresh(false), { passive: true });
  window.addEventListener("beforeprint", print);
  paper.addEventListener("change", () => (paper.matches ? print() : refresh(true)));
  window.addEventListener("afterprint", () => refresh(true));
  new ResizeObserver(() => refresh(true)).observe(frame);
  return refresh;
}

function headCell(name, run, state, arrange) {
  if (name === "") return el("th", { scope: "col" }, "architecture");
  const words = name === "reward" ? run.metric : labelOf(name);
  const onclick = () => {
    const first = name === "trial" || ["madds", "params", "latency_ms"].includes(name);
    state.rising = state.by === name ? !state.rising : first;
    state.by = name;
    arrange();
  };
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
  const isWord = WORDS.includes(state.by);
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
