// Best so far, reward against cost, and the charts of figures with intervals.

// runs: those whose rewards compare with this one's.
function progressChart(run, runs, rows, widths) {
  const { progress, metric } = run;
  const title = "Best so far, against chance";
  const { luck, of } = luckOf(run, runs);
  const last = progress.best.length - 1;
  if (last < 0) return figureOf("progress", title, "No trial has a reward yet.");
  const words = `The best ${metric} after ${count(progress.results)} results is ${score(progress.best[last])}. `
    + (luck ? comparison(progress, luck, of) : `What chance would have found is not known: ${progress.unknown}.`);
  const draw = (width) => {
    const height = Math.min(380, 200 + width / 4);
    const shown = luck ? luck.n.map((n, i) => i).filter((i) => luck.n[i] <= progress.results) : [];
    const values = [...progress.best, ...shown.flatMap((i) => [luck.expected[i], known(luck.high[i]) ? luck.low[i] : null])];
    const area = plane(width, height, { x: [0, progress.results * 1.02], y: extent(values) },
      { x: "results", y: metric }, { x: count, y: short });
    const parts = area.parts;
    if (luck) {
      const band = bandOf(luck, shown, area);
      if (band) parts.push(svg("path", { d: band, class: "chance-band" }));
      parts.push(svg("path", { class: "chance", d: pathOf(shown.map((i) => [area.x(luck.n[i]), area.y(luck.expected[i])])) }));
    }
    parts.push(svg("path", { class: "line", d: pathOf(stepsOf(progress, area)) }));
    const points = progress.best.map((value, i) => ({
      x: area.x(progress.observed[i]), y: area.y(value), ...rows.about(progress.best_trial[i],
        [`${metric} ${score(value)}`, `result ${count(progress.observed[i])}`]) }));
    parts.push(svg("path", { class: "dots", d: dots(points) }));
    return { height, parts, points };
  };
  const table = smallTable(["result", metric, "trial"],
    progress.best.map((value, i) => [count(progress.observed[i]), score(value), progress.best_trial[i]]));
  return figureOf("progress", title, words, chart(() => `${title}. ${words}`, draw, widths), table);
}

// Corners of the line of the best so far, in pixels.
function stepsOf(progress, area) {
  const steps = [], last = progress.best.length - 1;
  progress.best.forEach((value, i) => {
    if (i) steps.push([area.x(progress.observed[i]), area.y(progress.best[i - 1])]);
    steps.push([area.x(progress.observed[i]), area.y(value)]);
  });
  return [...steps, [area.x(progress.results), area.y(progress.best[last])]];
}

const candidatesOf = (progress) => (progress.chance ? progress.chance.n[progress.chance.n.length - 1] : 0);

// Chance by the run's own uniform candidates; where they are too few, by those of a random search.
function luckOf(run, runs) {
  const { progress } = run;
  const enough = (one) => candidatesOf(one.progress) >= progress.results;
  const other = enough(run) ? null : runs.find((one) => one.progress.random && one.space === run.space && enough(one));
  return other ? { luck: other.progress.chance, of: other.name } : { luck: progress.chance, of: null };
}

function comparison(progress, luck, of) {
  if (progress.random) return "All candidates were drawn at random: this is chance itself.";
  const last = luck.n.length - 1;
  if (luck.n[last] < progress.results) {
    return `What chance would have found in ${count(progress.results)} results cannot be said from the ${count(luck.n[last])} uniform candidates that it began with.`;
  }
  let i = last;
  while (i > 0 && luck.n[i] > progress.results) i--;
  const best = progress.best[progress.best.length - 1];
  return `The best of ${luck.n[i] < progress.results ? "" : "as many, "}${count(luck.n[i])} random candidates${of ? ` of ${of}` : ""} is ${score(luck.expected[i])} on average`
    + (known(luck.low[i]) && known(luck.high[i]) ? `, with 90 % between ${score(luck.low[i])} and ${score(luck.high[i])}` : "")
    + (best > luck.expected[i] ? "." : ": the search has not done better than chance.");
}

function bandOf(luck, shown, area) {
  const kept = shown.filter((i) => known(luck.low[i]) && known(luck.high[i]));
  if (kept.length < 2) return null;
  const side = (name, order) => order.map((i) => [area.x(luck.n[i]), area.y(luck[name][i])]);
  return `${pathOf([...side("low", kept), ...side("high", kept.slice().reverse())])}Z`;
}

const pathOf = (points) => points.map(([x, y], i) => `${i ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");
// Each dot is a line of no length with round ends: one element for thousands.
const dots = (points) => points.map((one) => `M${one.x.toFixed(1)} ${one.y.toFixed(1)}h0`).join("");

function costChart(run, rows, widths) {
  const { metric } = run, costs = Object.keys(run.rows.fronts);
  const title = "Reward against cost";
  if (!costs.length) return figureOf("cost", title, "No completed trial has a reward and a cost.");
  let cost = costs[0];
  const words = () => `${count(run.rows.fronts[cost].length)} of the trials of the longest training are on the Pareto `
    + `front: no other has both a larger ${metric} and fewer ${unit(cost)}.`
    + (rows.sample ? ` Of the others this is a uniform sample: ${count(rows.sample.length)} of ${count(run.rows.total)} trials are in it.` : "");
  const draw = (width) => {
    const height = Math.min(460, 240 + width / 4);
    const front = new Set(run.rows.fronts[cost]);
    const at = rows.withReward(cost).filter((i) => !rows.sampled || rows.sampled.has(i) || front.has(rows.value("trial", i)));
    const xs = at.map((i) => rows.value(cost, i)), ys = at.map((i) => rows.value("reward", i));
    const area = plane(width, height, { x: extent(xs), y: extent(ys) }, { x: unit(cost), y: metric }, { x: short, y: short });
    const points = at.map((i) => ({ x: area.x(rows.value(cost, i)), y: area.y(rows.value("reward", i)), row: i,
      ...rows.about(rows.value("trial", i), [`${metric} ${score(rows.value("reward", i))}`,
        `${short(rows.value(cost, i))} ${unit(cost)}`], i) }));
    points.sort((a, b) => a.x - b.x || b.y - a.y);
    const best = points.filter((one) => front.has(rows.value("trial", one.row)));
    const steps = best.flatMap((one, i) => (i ? [[one.x, best[i - 1].y], [one.x, one.y]] : [[one.x, one.y]]));
    const others = points.filter((one) => !front.has(rows.value("trial", one.row)));
    const parts = [...area.parts, svg("path", { class: others.length > 3000 ? "dots many" : "dots pale", d: dots(others) }),
      svg("path", { class: "line thin", d: pathOf(steps) }), svg("path", { class: "dots", d: dots(best) })];
    return { height, parts, points };
  };
  const drawn = chart(() => `${title}. ${words()}`, draw, widths);
  const caption = el("span", {}, words());
  const choice = el("select", { onchange: (event) => {
    cost = event.target.value;
    caption.textContent = words();
    drawn.redraw();
  } }, costs.map((name) => el("option", { value: name }, unit(name))));
  const box = el("div", {}, costs.length > 1 ? el("label", { class: "choice" }, "Cost ", choice) : "", drawn);
  return figureOf("cost", title, caption, box);
}

// Rows of a name, a dot and its interval; items: { name, value, low, high, strong, words, unknown }.
function intervalChart(title, items, domain, format, widths) {
  const words = items.map((one) => one.words.join(" ")).join("; ");
  const draw = (width) => {
    const narrow = width < 460, row = narrow ? 46 : 34, left = narrow ? 12 : 190, top = 8;
    const height = top + row * items.length + 34;
    const x = scale(domain, left, width - 20);
    const parts = ticks(...domain, width / 110).flatMap((value) => [
      svg("line", { x1: x(value), x2: x(value), y1: top, y2: height - 28, class: value === 0 ? "zero" : "rule" }),
      svg("text", { x: x(value), y: height - 10, class: "tick" }, format(value))]);
    const points = [];
    items.forEach((one, i) => {
      const y = top + row * i + (narrow ? 30 : row / 2), look = one.strong ? "" : " weak";
      parts.push(svg("text", { x: narrow ? left : left - 14, y: narrow ? y - 15 : y, dy: "0.35em",
        class: `bar-name${narrow ? "" : " end"}${look}` }, one.name));
      if (!known(one.value)) {
        parts.push(svg("text", { x: left + 6, y, dy: "0.35em", class: "bar-name weak" }, "not known"));
        return;
      }
      const inside = (value) => x(Math.max(domain[0], Math.min(domain[1], value)));
      if (known(one.low)) parts.push(svg("line", { x1: inside(one.low), x2: inside(one.high), y1: y, y2: y, class: `whisker${look}` }));
      parts.push(svg("circle", { cx: inside(one.value), cy: y, r: 5, class: `spot${look}` }));
      points.push({ x: inside(one.value), y, words: one.words });
    });
    return { height, parts, points };
  };
  return chart(() => `${title}. ${words}`, draw, widths);
}

function decisionsChart(run, widths) {
  const found = run.decisions, title = "Which decisions matter";
  if (found.unknown) return figureOf("decisions", title, `Not known: ${found.unknown}.`);
  const items = found.decisions.map((one) => ({ name: one.name, ...one.share, strong: one.verdict === "matters",
    words: [`${one.name}: ${one.verdict}`, known(one.share.value)
      ? `${percent(one.share.value)} (${percent(one.share.low)} to ${percent(one.share.high)})` : one.share.unknown,
    ...one.numbers.slice(0, 2).filter((n) => known(n.value)).map((n) => `${n.name}: rank correlation ${n.value.toFixed(2)}`)] }));
  const matter = items.filter((one) => one.strong).map((one) => one.name);
  const of = found.design === "steps" ? "gains from parent to child" : "uniform candidates";
  const words = `${matter.length ? `What matters: ${matter.join(", ")}` : "None is resolved"}. `
    + `Share of the variance of ${run.metric} that each explains beyond cost, with 95 % intervals, of ${found.things < found.there ? `the last ${count(found.things)} of ${count(found.there)}` : count(found.things)} ${of}. `
    + (known(found.cost.value) ? `Cost alone explains ${percent(Math.max(0, found.cost.value))}. ` : "")
    // An interval above 0 beside "not resolved" would puzzle.
    + (items.some((one) => !one.strong && one.low > 0) ? "An interval above 0 is not enough to matter: that has to be sure of all seven decisions at once, with 99.5 %." : "");
  const low = Math.max(-0.5, Math.min(0, ...items.map((one) => one.low ?? 0)));
  const high = Math.min(1, Math.max(0.2, ...items.map((one) => one.high ?? 0)));
  const table = smallTable(["decision", "verdict", "beyond cost", "95 % interval", "strongest number"], found.decisions.map((one) => [
    one.name, one.verdict, percent(one.share.value), known(one.share.low) ? `${percent(one.share.low)} to ${percent(one.share.high)}` : "–",
    one.numbers.length ? `${one.numbers[0].name}: ${score(one.numbers[0].value)}` : "–"]));
  return figureOf("decisions", title, words, intervalChart(title, items, [low, high], percent, widths), table);
}

function rungsChart(run, widths) {
  const title = "Short trainings against long ones";
  if (!run.rungs.length) return null;
  const items = run.rungs.map((one) => ({ name: `${count(one.steps)} → ${count(one.of)} steps`, value: one.rho, low: one.low,
    high: one.high, strong: !one.truncated, words: [`${count(one.steps)} against ${count(one.of)} steps`,
      known(one.rho) ? `Spearman's rho ${one.rho.toFixed(2)} (${score(one.low)} to ${score(one.high)})` : one.unknown,
      `${count(one.candidates)} of ${count(one.begun)} candidates${one.truncated ? "; the others were not promoted" : ""}`] }));
  const cut = run.rungs.some((one) => one.truncated);
  const words = "Rank correlation of the rewards after fewer and after more steps, with 95 % intervals. "
    + (cut ? "Where only the better candidates went on (pale), it falls short of what all would show." : "");
  const low = Math.min(0, ...items.map((one) => one.low ?? 0));
  return figureOf("rungs", title, words, intervalChart(title, items, [low, 1], (one) => one.toFixed(1), widths));
}

function failuresChart(run, widths) {
  const title = "Failures";
  const ended = Object.entries(run.status).reduce((sum, [name, many]) => sum + (name === "running" ? 0 : many), 0);
  if (!run.failures.length) return figureOf("failures", title, `None of the ${count(ended)} trials that have ended failed.`);
  const items = run.failures.map((one) => ({ name: one.kind, value: one.trials, low: 0, high: one.trials, strong: true,
    words: [`${one.kind}: ${count(one.trials)} trials, ${percent(one.share)}`, `${one.message} (trial ${one.trial})`] }));
  const all = run.failures.reduce((sum, one) => sum + one.trials, 0);
  const table = smallTable(["kind", "trials", "share", "commonest message", "first"], run.failures.map((one) =>
    [one.kind, count(one.trials), percent(one.share), one.message, one.trial]));
  const most = Math.max(...items.map((one) => one.value));
  return figureOf("failures", title, `${count(all)} of ${count(ended)} trials failed.`,
    intervalChart(title, items, [0, most * 1.05], short, widths), table);
}
