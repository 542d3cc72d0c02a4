// Several runs: side by side, and how the best of each came about.

const SERIES = 8;  // colours of lines; from then on they come again, dashed
const seriesClass = (place) => `series s${place % SERIES}${Math.floor(place / SERIES) % 2 ? " again" : ""}`;
const estimateOf = (run) => (run.answer ? run.answer.posterior_mean ?? run.answer.mean : null);
const measureOf = (runs) => (runs.every((run) => run.metric === runs[0].metric) ? runs[0].metric : "reward");

function comparisonOf(data, rowsOf, choose) {
  const { runs, differences, widths } = data;
  return el("section", { id: "runs", "aria-labelledby": "runs-title" },
    el(data.claims ? "h2" : "h1", { id: "runs-title" }, runsHeadline(runs, differences)),
    differences.length ? el("div", { class: "note", role: "note" },
      el("strong", {}, "These runs were not all trained and scored alike: their rewards do not compare."),
      el("ul", {}, differences.map((one) => el("li", {}, one))))
      : el("p", { class: "caution" }, runsVerdict(runs)),
    runsTable(runs, widths, choose), runsChart(data, rowsOf));
}

function runsHeadline(runs, differences) {
  const ranked = runs.filter((run) => run.answer).sort((a, b) => estimateOf(b) - estimateOf(a));
  const unequal = new Set(ranked.map((run) => known(run.answer.low))).size > 1;  // a mean that was shrunk, and one that was not
  if (differences.length || unequal || !ranked.length) return `${count(runs.length)} runs side by side`;
  const [first, second] = ranked;
  if (second && estimateOf(second) === estimateOf(first)) return `The best of ${count(runs.length)} runs are equal: ${measureOf(runs)} ${score(estimateOf(first))}`;
  if (second && overlap(first.answer, second.answer)) return `Which of ${count(runs.length)} runs has the better winner is not resolved`;
  return `Of ${count(runs.length)} runs ${first.name} has the best ${measureOf(runs)}: ${score(estimateOf(first))}`;
}

// Of the best two; those with an interval have one of 90 %.
function runsVerdict(runs) {
  const ranked = runs.filter((run) => run.answer).sort((a, b) => estimateOf(b) - estimateOf(a));
  if (ranked.length < 2) return "No other run has a reward.";
  const [first, second] = ranked.map((run) => run.answer);
  if (!known(first.low) || !known(second.low)) {
    return "How far their order is luck is not known: of one of the best two runs no network was trained with two seeds.";
  }
  const best = `${measureOf(runs)} ${score(estimateOf(ranked[0]))} of ${ranked[0].name} and ${score(estimateOf(ranked[1]))} of ${ranked[1].name}`;
  return overlap(first, second) ? `${best} are the largest, and their intervals overlap: nas rerank trains the best of both again.`
    : `${best} are the largest, and their intervals do not overlap.`;
}

const overlap = (one, other) => known(one.low) && known(other.low) && one.low <= other.high && other.low <= one.high;

function runsTable(runs, widths, choose) {
  const metric = measureOf(runs);
  const heads = ["", "run", `best ${metric}`, "winner", "trials", "compute", "multiply-adds", "made by"];
  const rows = runs.map((run, place) => {
    const found = run.answer, trials = Object.values(run.status).reduce((sum, many) => sum + many, 0);
    const open = () => choose(place);
    return el("tr", {},
      el("td", { class: "key" }, el("span", { class: seriesClass(place), "aria-hidden": "true" }), count(place + 1)),
      el("th", { scope: "row" }, el("button", { type: "button", class: "link", onclick: open }, breakable(run.name))),
      el("td", {}, found ? el("strong", {}, score(estimateOf(run))) : "–", el("small", {}, howSure(found))),
      el("td", { class: "drawn" }, found ? el("button", { type: "button", class: "picture", "aria-label": `Trial ${found.trial}, the winner of ${run.name}`,
        onclick: open }, drawSmall(found.drawing, widths)) : ""),
      el("td", {}, count(trials), known(run.steps) ? el("small", {}, `of up to ${count(run.steps)} steps`) : ""),
      el("td", {}, duration(run.cpu_seconds), known(run.cpu_seconds) ? el("small", {}, "of CPU") : ""),
      el("td", {}, short(found?.madds)), el("td", { class: "made" }, run.controller ?? "–", known(run.seed) ? el("small", {}, `seed ${run.seed}`) : "", el("small", {}, run.space ?? "")));
  });
  return el("div", { class: "scroll side", tabindex: "0", role: "region", "aria-label": "The runs side by side; scrolls" },
    el("table", { class: "runs" }, el("thead", {}, el("tr", {}, heads.map((one) => el("th", { scope: "col" }, one)))), el("tbody", {}, rows)));
}

// A path that may be broken behind its slashes rather than within words.
const breakable = (name) => name.split("/").flatMap((part, i) => (i ? ["/", el("wbr"), part] : [part]));

function howSure(found) {
  if (!found) return "no reward yet";
  if (known(found.low)) return `90 %: ${score(found.low)} to ${score(found.high)}`;
  return found.seeds > 1 ? `mean of ${count(found.seeds)} seeds` : "one training";
}

function runsChart(data, rowsOf) {
  const { runs, differences, widths } = data, metric = measureOf(runs);
  const title = "Best so far of every run";
  const some = runs.map((run, place) => ({ run, place, progress: run.progress })).filter((one) => one.progress.best.length);
  if (!some.length) return figureOf("progresses", title, "No trial has a reward yet.");
  const words = `${differences.length ? "Heights do not compare between runs: they were not trained and scored alike. " : ""}Numbers are those of the table above. `
    + `${some.map((one) => `${one.run.name}: ${score(one.progress.best[one.progress.best.length - 1])} after ${count(one.progress.results)} results`).join("; ")}.`;
  const most = some.reduce((last, one) => Math.max(last, one.progress.results), 0);
  const draw = (width) => {
    const height = Math.min(420, 220 + width / 4);
    const area = plane(width, height, { x: [0, most * 1.04], y: extent(some.flatMap((one) => one.progress.best)) },
      { x: "results", y: metric }, { x: count, y: short });
    const points = some.flatMap((one) => one.progress.best.map((value, i) => ({
      x: area.x(one.progress.observed[i]), y: area.y(value), place: one.place, ...rowsOf(one.place).about(one.progress.best_trial[i],
        [one.run.name, `${metric} ${score(value)}`, `result ${count(one.progress.observed[i])}`]) })));
    const lines = some.flatMap(({ place, progress }) => {
      const steps = stepsOf(progress, area), [x, y] = steps[steps.length - 1];
      return [svg("path", { class: `line ${seriesClass(place)}`, d: pathOf(steps) }),
        svg("path", { class: `dots ${seriesClass(place)}`, d: dots(points.filter((one) => one.place === place)) }),
        svg("text", { x: x + 6, y, dy: "0.35em", class: `series-name ${seriesClass(place)}` }, count(place + 1))];
    });
    return { height, parts: [...area.parts, ...lines], points: points.sort((a, b) => a.x - b.x || b.y - a.y) };
  };
  return figureOf("progresses", title, words, chart(() => `${title}. ${words}`, draw, widths));
}
