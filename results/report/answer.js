// What the page opens with, and the picture of one network.

function answerOf(run, widths, several) {
  const found = run.answer, heading = several ? "h2" : "h1";
  const which = several ? el("p", { class: "which" }, `Run ${run.name}`) : "";
  if (!found) {
    return el("section", { id: "answer" }, which, el(heading, { class: "headline" }, "No trial has a reward yet."), ranOf(run));
  }
  const picture = el("figure", { class: "winner", role: "group", "aria-label": "The winner" },
    drawNetwork(found.drawing, widths, `Trial ${found.trial}: blocks from left to right in building order, levels from the top, coarsest first`));
  return el("section", { id: "answer", "aria-labelledby": "answer-title" },
    which, el(heading, { id: "answer-title", class: "headline" }, found.headline),
    run.scored ? el("p", { class: "caution" }, `Candidates were ${run.scored}.`) : "",
    found.caution ? el("p", { class: "caution" }, found.caution) : "",
    el("dl", { class: "facts" }, facts(run, found).map(([name, value, more]) =>
      el("div", {}, el("dt", {}, name), el("dd", {}, value, more ? el("small", {}, more) : "")))),
    picture, verdicts(found, run), ranOf(run));
}

function facts(run, found) {
  const surest = known(found.posterior_mean);
  const rows = [[found.metric, score(surest ? found.posterior_mean : found.mean), surest
    ? `90 %: ${score(found.low)} to ${score(found.high)}` : found.seeds > 1 ? `mean of ${found.seeds} seeds` : "one training"]];
  if (surest) rows.push(["Probability that it is the best", percent(found.p_best), `of ${count(found.networks)} networks; ${found.seeds} ${found.seeds > 1 ? "seeds" : "seed"}`]);
  if (known(found.test_AP)) rows.push(["AP on the test split", score(found.test_AP), "which no search has seen"]);
  if (known(found.madds)) rows.push(["Multiply-adds", short(found.madds), "at this fidelity"]);
  if (known(found.params)) rows.push(["Parameters", short(found.params)]);
  if (known(found.latency_ms)) rows.push(["Latency", `${short(found.latency_ms)} ms`, "on the searching machine"]);
  if (known(found.cpu_seconds)) rows.push(["A training", `${duration(found.cpu_seconds)}`, `of CPU${known(run.steps) ? `, ${count(run.steps)} steps` : ""}`]);
  return rows;
}

const BADGES = { better: "better", worse: "worse", "not resolved": "not resolved", "not judged": "not judged" };

function verdicts(found, run) {
  if (!found.verdicts.length) {
    return el("p", { class: "faint" }, "No baseline was trained under this protocol: ", el("code", {}, "nas baselines"), " trains SpineNet-49 and others.");
  }
  return el("div", { class: "verdicts" }, el("h2", {}, "Against the baselines"), el("ul", {}, found.verdicts.map((one) =>
    el("li", {}, el("span", { class: `badge ${one.verdict.replace(" ", "-")}` }, BADGES[one.verdict]),
      el("div", {}, el("strong", {}, one.name), ` ${run.metric} ${score(one.mean)}`, known(one.half_width) ? ` ± ${score(one.half_width)}` : "",
        ` (${one.seeds} ${one.seeds > 1 ? "seeds" : "seed"}), ${short(one.madds)} multiply-adds`, el("br"), el("span", { class: "faint" }, one.says))))));
}

function ranOf(run) {
  const parts = Object.entries(run.status).map(([name, many]) => `${count(many)} ${name}`);
  const spent = known(run.cpu_seconds) ? `, ${duration(run.cpu_seconds)} of CPU` : "";
  return el("p", { class: "faint" }, `Trials: ${parts.join(", ") || "none"}${spent}.`,
    known(run.started) ? ` ${day(run.started)}${known(run.finished) ? ` to ${day(run.finished)}` : ""}.` : "");
}

function detailOf(run, rows, widths) {
  const dialog = document.getElementById("detail");
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  return (trial, drawing) => {
    hideTip();
    const row = rows.place.get(trial);
    const pairs = row === undefined ? [] : rows.names.filter((name) => known(rows.value(name, row)))
      .map((name) => [labelOf(name), looksLike(name)(rows.value(name, row))]);
    if (row !== undefined && rows.word("failure", row)) pairs.push(["failure", rows.word("failure", row)]);
    dialog.replaceChildren(
      el("div", { class: "detail-head" }, el("h2", { id: "detail-title" }, `Trial ${trial}`),
        el("button", { type: "button", class: "close", onclick: () => dialog.close(), autofocus: true }, "Close")),
      drawNetwork(drawing, widths, `Trial ${trial}`),
      el("dl", { class: "pairs" }, pairs.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value)))));
    dialog.showModal();
  };
}
