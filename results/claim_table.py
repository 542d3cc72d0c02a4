"""A table of claims as texts: rows for a terminal, Markdown for docs."""

from collections.abc import Iterator, Sequence
from typing import Final

from results.claims import Claim
from results.paired_steps import MOST_SEEDS, Step, Verdict

HEADINGS: Final = ("", "claim", "paper", "measured here [95 %]", "verdict")
STEP_HEADINGS: Final = (
    *("claim", "better", "worse", "means", "difference [95 %]"),
    *("seeds", "p (Holm)", "verdict"),
)


def claim_rows(claims: Sequence[Claim]) -> list[tuple[str, ...]]:
    """A row a claim, as HEADINGS has it; several steps are several lines of a cell."""
    return [
        (
            str(claim.number),
            claim.text,
            claim.paper,
            "\n".join(_measured(claim)),
            "\n".join((claim.said, *_how_far(claim))),
        )
        for claim in claims
    ]


def step_rows(claims: Sequence[Claim]) -> list[tuple[str, ...]]:
    """A row a step, as STEP_HEADINGS has it; what decides nothing has no verdict."""
    return [
        (
            str(claim.number),
            step.better,
            step.worse,
            " / ".join(_figure(mean) for mean in step.means),
            _difference(step),
            str(step.seeds) + (f" ({step.failed} failed)" if step.failed else ""),
            "" if step.difference is None else f"{step.p:.2g}",
            _step_verdict(claim, step) if decides else "(beside)",
        )
        for claim in claims
        for decides, steps in ((True, claim.steps), (False, claim.beside))
        for step in steps
    ]


def markdown(claims: Sequence[Claim], about: Sequence[str] = ()) -> str:
    """Both tables and the notes; `about`: lines above them."""
    lines = [*about, *([""] if about else []), *_table(HEADINGS, claim_rows(claims)), ""]
    lines += [*_table(STEP_HEADINGS, step_rows(claims)), ""]
    for claim in claims:
        for sentence in (claim.estimand, *claim.notes):
            lines.append(f"- ({claim.number}) {sentence}")
    return "\n".join(lines) + "\n"


def _measured(claim: Claim) -> Iterator[str]:
    for step in claim.steps:
        yield f"{step.better} - {step.worse}: {_difference(step)}"
    if not claim.steps and claim.notes:
        yield claim.notes[0]


def _step_verdict(claim: Claim, step: Step) -> str:
    of = f" {claim.scope}" if claim.scope and step.verdict is not Verdict.NOT_RESOLVED else ""
    margin = "" if step.margin is None else f" (margin {step.margin:g})"
    return f"{step.verdict.value}{of}{margin}"


def _how_far(claim: Claim) -> Iterator[str]:
    """Why nothing is decided, or how many seeds it would take."""
    if any(step.same for step in claim.steps):
        yield "the same network on both sides"
    if claim.failed:
        yield f"{claim.failed} training{'s' * (claim.failed != 1)} failed"
        return
    if claim.verdict is not Verdict.NOT_RESOLVED:
        return
    open_steps = [step for step in claim.steps if step.verdict is Verdict.NOT_RESOLVED]
    measured = [step for step in open_steps if step.difference is not None and not step.same]
    if not measured:
        return
    if any(step.needed is None for step in measured):
        yield f"more than {MOST_SEEDS:,} seeds for this difference"
        return
    yield f"{max(step.needed or 0 for step in measured):,} seeds for this difference"


def _difference(step: Step) -> str:
    found = step.difference
    if found is None:
        return "not measured"
    return f"{found.value:+.4f} [{found.low:+.4f}, {found.high:+.4f}]"


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.4f}"


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    yield _row(headings)
    yield _row(["---"] * len(headings))
    for row in rows:
        yield _row(row)


def _row(cells: Sequence[str]) -> str:
    return (
        "| " + " | ".join(cell.replace("|", "\\|").replace("\n", "<br>") for cell in cells) + " |"
    )
