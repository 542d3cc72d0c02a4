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
  return figureOf("family", title, `${chain.length} generations. ${told}`,
    el("ol", { class: "family" }, chain.map((one, place) => generation(one, place, run, widths, open))));
}

function generation(one, place, run, widths, open) {
  const gain = known(one.gain)
    ? el("span", { class: `gain ${one.resolved ? (one.gain > 0 ? "up" : "down") : ""}` },
      signed(one.gain), known(one.error) ? ` ± ${score(1.96 * one.error)}` : "") : "";
  const list = one.changes.length
    ? el("details", {}, el("summary", {}, one.summary), el("ul", {}, one.changes.map((line) => el("li", {}, line)))) : "";
  const other = one.parents.length > 1 ? el("div", { class: "faint" }, `parents ${one.parents.join(" and ")}`) : "";
  return el("li", {},
    el("button", { type: "button", class: "picture", "aria-label": `Trial ${one.trial}, larger`,
      onclick: () => open(one.trial, one.drawing) }, drawSmall(one.drawing, widths)),
    el("div", { class: "who" }, el("strong", {}, place ? `trial ${one.trial}` : `trial ${one.trial}, the first`),
      el("span", {}, `${run.metric} ${score(one.reward)}`), gain), other, list);
}
