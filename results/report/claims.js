// What a paper claims, what was measured of each claim, and what that decides.

const CLAIM_BADGES = { confirmed: "better", contradicted: "worse", "not resolved": "not-resolved" };
const WHISKER = { width: 132, height: 18, margin: 8 };

function claimsOf({ rows: claims, caveat }) {
  const rows = claims.map(({ cells: [number, text, paper, measured, said], verdict, intervals }) => {
    const reach = Math.max(...intervals.filter(known).flatMap((one) => [one.low, one.high, one.margin ?? 0].map(Math.abs)), 1e-9);
    const lines = measured.map((line, i) => el("div", {}, known(intervals[i]) ? whisker(intervals[i], reach) : "", el("span", {}, line)));
    return el("tr", {},
      el("td", {}, number), el("th", { scope: "row" }, text, el("small", {}, `Paper: ${paper.join(" ")}`)), el("td", { class: "measured" }, lines),
      el("td", {}, el("span", { class: `badge ${CLAIM_BADGES[verdict]}` }, verdict), ...sayings(said, verdict).map((more) => el("small", {}, more))));
  });
  const heads = ["", "claim", "measured here, with 95 %", "verdict"];
  return el("section", { id: "claims", "aria-labelledby": "claims-title" },
    el("h1", { id: "claims-title" }, claimsHeadline(claims)),
    caveat ? el("div", { class: "note", role: "note" }, el("strong", {}, caveat)) : "",
    el("p", { class: "caution" }, "Differences between the two networks of a line, trained with the same seeds; the upright line is none, and each claim has a scale of its own. claims.md says of what, and what it leaves open."),
    el("div", { class: "scroll side", tabindex: "0", role: "region", "aria-label": "The claims; scrolls" },
      el("table", { class: "claims" }, el("thead", {}, el("tr", {}, heads.map((one) => el("th", { scope: "col" }, one)))), el("tbody", {}, rows))));
}

function claimsHeadline(claims) {
  const many = (verdict) => claims.filter((claim) => claim.verdict === verdict).length;
  return `Of ${count(claims.length)} claims ${count(many("confirmed"))} confirmed, ${count(many("contradicted"))} contradicted, ${count(many("not resolved"))} not resolved`;
}

// What a verdict says beside its name: what it is of, and how far it is from being resolved.
const sayings = ([first, ...rest], verdict) => [first.slice(verdict.length).trim(), ...rest].filter((one) => one);

// An interval around its value on a scale from -reach to reach; where being nearly as good is enough, that bound is dashed.
function whisker({ value, low, high, margin }, reach) {
  const { width, height, margin: edge } = WHISKER, middle = height / 2;
  const x = (at) => width / 2 + (at / reach) * (width / 2 - edge);
  return svg("svg", { class: "whisker", width, height, viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" },
    svg("path", { class: "none", d: `M${x(0)} 0V${height}` }),
    known(margin) ? svg("path", { class: "margin", d: `M${x(-margin)} 0V${height}` }) : "",
    svg("path", { class: "reach", d: `M${x(low)} ${middle}H${x(high)}` }),
    svg("circle", { cx: x(value), cy: middle, r: 4 }));
}
