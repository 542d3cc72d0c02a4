// How the winner came about: its ancestors in a row, each with what it changed and gained.

function familyTree(run, widths, open) {
  const chain = run.family, title = "Family of the winner";
  if (chain.length < 2) {
    return figureOf("family", title, chain.length
      ? "It has no parents that the controller told of." : "No trial has a reward yet.");
  }
  const gained = chain.filter((one) => one.resolved === true && one.gain > 0).length;
  const told = chain.some((one) => one.resolved !== null)
    ? `${gained} of ${chain.length - 1} steps are gains above the noise (95 %).`
    : "Which gains are above the noise is not known: no network was trained with two seeds.";
  const list = (part, first) => el("ol", { class: "family", start: first + 1 },
    part.map((one, place) => generation(one, first + place, run, widths, open)));
  const early = Math.max(0, chain.length - NEAREST);
  const before = el("details", { class: "figures", ontoggle: () => {
    if (before.open && !before.querySelector("ol")) before.append(list(chain.slice(0, early), 0));
  } }, el("summary", {}, `The ${early} generations before`));
  const many = chain[0].parents.length ? `The last ${chain.length} generations` : `${chain.length} generations`;
  return figureOf("family", title, `${many}. ${told}`,
    el("div", {}, chart(() => `${title}. ${many}. ${told}`, (width) => ascent(chain, run, width, open), widths),
      early ? before : "", list(chain.slice(early), early)));
}

// How far a gain may be off either way: half its 95 % interval.
function offBy(one) {
  return known(one.low) ? ` ± ${score((one.high - one.low) / 2)}` : "";
}

const NEAREST = 8;  // generations that are shown at once

// The rewards along the chain.
function ascent(chain, run, width, open) {
  const height = 220, seen = chain.map((one, i) => i).filter((i) => known(chain[i].reward));
  const area = plane(width, height, { x: [0.5, chain.length + 0.5], y: extent(seen.map((i) => chain[i].reward)) },
    { x: "generation", y: run.metric }, { x: (value) => (Number.isInteger(value) ? count(value) : ""), y: short });
  const points = seen.map((i) => ({ x: area.x(i + 1), y: area.y(chain[i].reward), drawing: chain[i].drawing,
    open: () => open(chain[i].trial, chain[i].drawing), words: [`Trial ${chain[i].trial}`, `${run.metric} ${score(chain[i].reward)}`,
      ...(known(chain[i].gain) ? [`gain ${signed(chain[i].gain)}${offBy(chain[i])}`] : []), chain[i].summary] }));
  const line = svg("path", { class: "line thin", d: pathOf(points.map((one) => [one.x, one.y])) });
  return { height, points, parts: [...area.parts, line, svg("path", { class: "dots", d: dots(points) })] };
}

function generation(one, place, run, widths, open) {
  const gain = known(one.gain)
    ? el("span", { class: `gain ${one.resolved ? (one.gain > 0 ? "up" : "down") : ""}` },
      signed(one.gain), offBy(one)) : "";
  const list = one.changes.length
    ? el("details", {}, el("summary", {}, one.summary), el("ul", {}, one.changes.map((line) => el("li", {}, line)))) : "";
  const other = one.parents.length > 1 ? el("div", { class: "faint" }, `parents ${one.parents.join(" and ")}`) : "";
  return el("li", {},
    el("button", { type: "button", class: "picture", "aria-label": `Trial ${one.trial}, larger`,
      onclick: () => open(one.trial, one.drawing) }, drawSmall(one.drawing, widths)),
    el("div", { class: "who" }, el("strong", {}, place || one.parents.length ? `trial ${one.trial}` : `trial ${one.trial}, the first`),
      el("span", {}, `${run.metric} ${score(one.reward)}`), gain), other, list);
}
