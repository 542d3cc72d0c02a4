"""A table of claims as a report's page shows it: its words, and the intervals to draw."""

from collections.abc import Sequence

from results.claim_table import claim_rows
from results.claims import Claim
from results.paired_steps import Step
from results.report_cells import Json, figure


def report_claims(claims: Sequence[Claim], caveat: str = "") -> Json:
    """`rows`: of each claim the lines of each cell of its row, its verdict, its steps' intervals.

    For `claims` of a document of `results.report_page`. A step that was not measured is None.
    caveat: what is said above the table; empty: nothing.
    """
    rows = [
        {
            "cells": [cell.split("\n") for cell in row],
            "verdict": claim.verdict.value,
            "intervals": [_interval(step) for step in claim.steps],
        }
        for claim, row in zip(claims, claim_rows(claims), strict=True)
    ]
    return {"caveat": caveat, "rows": rows}


def _interval(step: Step) -> Json | None:
    found = step.difference
    if found is None:
        return None
    ends = {"value": found.value, "low": found.low, "high": found.high, "margin": step.margin}
    return {name: figure(value) for name, value in ends.items()}
