// Puts the page together.

const data = JSON.parse(document.getElementById("data").textContent);
const several = data.runs.length > 1;

const read = new Map();

// A run's rows, and what opens the picture of one of them; the page's dialog is one for all.
function readOf(place) {
  if (!read.has(place)) {
    const run = data.runs[place];
    const rows = new Rows(run, (trial, drawing) => read.get(place).open(trial, drawing));
    read.set(place, { rows, open: detailOf(run, rows, data.widths) });
  }
  return read.get(place);
}

function choose(place) {
  document.getElementById("run").value = String(place);
  showRun(place);
}

// The one to open with: where rewards do not compare, the first.
function bestRun() {
  const places = data.runs.map((run, place) => place).filter((place) => data.runs[place].answer);
  if (data.differences.length || !places.length) return 0;
  return places.reduce((best, place) => (estimateOf(data.runs[place]) > estimateOf(data.runs[best]) ? place : best));
}

function showRun(place) {
  const run = data.runs[place], widths = data.widths;
  const { rows, open } = readOf(place);
  const trials = trialTable(run, rows, widths, open);
  hideTip();
  document.getElementById("main").replaceChildren(
    ...claims, ...compared, answerOf(run, widths, several),
    section("insight", "What made it good",
      el("p", { class: "unseen", id: "keys" }, "Arrow keys go from point to point, Enter opens the architecture."),
      el("div", { class: "grid" }, progressChart(run, data.differences.length ? [] : data.runs, rows, widths), costChart(run, rows, widths),
        decisionsChart(run, widths), rungsChart(run, widths) || "", failuresChart(run, widths), familyTree(run, widths, open))),
    trials, protocol(run));
  trials.start();
}

function protocol(run) {
  const on = run.commands.length ? section("on", "To go on", el("dl", { class: "commands" }, run.commands.map(([why, command]) =>
    el("div", {}, el("dt", {}, why), el("dd", {}, el("code", { tabindex: "0" }, command)))))) : "";
  const lines = run.protocol.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value)));
  return el("div", {}, on, section("protocol", "Protocol", el("p", { class: "faint" },
    `Every candidate was ${run.scored ? "" : "trained and "}scored alike; two rewards compare if their protocols do.`),
  el("details", {}, el("summary", {}, `The config, ${lines.length} values`), el("dl", { class: "pairs config" }, lines))));
}

function chooser() {
  if (data.runs.length < 2) return el("p", { class: "run" }, data.runs[0].name);
  const list = el("select", { id: "run", onchange: (event) => showRun(Number(event.target.value)) },
    data.runs.map((run, place) => el("option", { value: place }, run.answer
      ? `${run.name}: ${run.answer.metric} ${score(run.answer.posterior_mean ?? run.answer.mean)}` : run.name)));
  return el("label", { class: "run" }, "Run ", list);
}

// The page of a running search is written anew: take that up, unless somebody is at something.
function follow(every) {
  if (!every) return "";
  const box = el("input", { type: "checkbox", checked: true });
  const busy = () => document.getElementById("detail").open || document.getElementById("filter")?.value
    || document.activeElement?.matches("input:not([type=checkbox]), select");
  setInterval(() => { if (box.checked && !busy()) location.reload(); }, 1000 * every);
  return el("label", { class: "follow" }, box, ` reload every ${count(every)} s`);
}

const claims = data.claims ? [claimsOf(data.claims)] : [];
const compared = several ? [comparisonOf(data, (place) => readOf(place).rows, (place) => {
  choose(place);
  document.getElementById("answer").scrollIntoView();
  say(`Run ${data.runs[place].name}`);
})] : [];
document.title = `${data.runs.map((run) => run.name).join(", ")} · report`;
document.getElementById("head").append(el("span", { class: "brand" }, "Search report"), chooser(), follow(data.every));
document.getElementById("foot").append(el("p", {}, `Written ${day(data.made)} by `, el("code", {}, "nas report"), ". The page needs nothing beside it."));
if (several) choose(bestRun());
else showRun(0);
document.documentElement.dataset.ready = "yes";
