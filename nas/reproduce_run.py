"""A reproduction from its first training to its table of claims."""

import json
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from rich.console import Console

from nas.config import Config
from nas.config_file import AGAIN
from nas.errors import UsageError
from nas.paper_claims import RANDOM, SEARCH, SINGLE_SEARCHES
from nas.reproduction import NETWORKS, Reproduction
from nas.reproduction_checks import check_brought
from nas.reproduction_choice import choices, compared
from nas.reproduction_claims import measured_claims
from nas.reproduction_finals import check_finals
from nas.reproduction_plan import plan_lines, untimed, untimed_lines
from nas.reproduction_searches import check_searches, run_searches
from nas.reproduction_trainings import retry_lost, train_networks, train_resnets
from proxy_tasks.whole_file import write_whole
from results import Trial, TrialStatus, TrialStore
from results.claim_table import markdown
from results.claims import Claim
from results.report_claims import report_claims

CLAIMS, TABLE, PAGE = "claims.json", "claims.md", "report.html"  # in the run's directory
MEASURED_ON: Final = {
    "test_AP": "AP on the test split, which no search has seen",
    "AP": "AP on the split that rewards are of, as there is no test split: what searches chose by "
    "it looks a little too good",
}
UNTRAINED: Final = "what the task `{}` gives as AP; it trains no detector"


def reproduce(
    reproduction: Reproduction, console: Console, say: Callable[[str], None], *, plan_only: bool
) -> list[Claim]:
    """All trainings that are left, then the claims, which are written too.

    say: is told the plan; plan_only: nothing follows but the claims of what is there, and none
    where the data or the GPU are missing, which counting takes neither of. Each part goes on where
    it was stopped. Raises UsageError, NotARun and its kin, DataError.
    """
    if plan_only and (why := untimed(reproduction)):
        for line in untimed_lines(reproduction, why):
            say(line)
        return []
    check_brought(reproduction)
    reproduction.resnets  # noqa: B018 - none of equal cost shows before anything is trained
    check_finals(reproduction)
    check_searches(reproduction)
    train_networks(reproduction, reproduction.networks[:1], console, seeds=1, workers=1)
    for line in plan_lines(reproduction, _first_training(reproduction)):
        say(line)
    if not plan_only:
        _train(reproduction, console)
    claims = measured_claims(reproduction)
    _write(reproduction, claims)
    if not plan_only:
        _report(reproduction, claims)
    return claims


def _train(reproduction: Reproduction, console: Console) -> None:
    retry_lost(reproduction, console)
    train_networks(reproduction, reproduction.networks, console)
    train_resnets(reproduction, console)
    _write(reproduction, measured_claims(reproduction))  # hours before the rest is known
    run_searches(reproduction, console)
    train_networks(reproduction, compared(reproduction, choices(reproduction)), console)


def _first_training(reproduction: Reproduction) -> Trial | None:
    with TrialStore.open_read_only(reproduction.directory / NETWORKS) as store:
        first = store.trial(0)
    return first if first.status is TrialStatus.COMPLETED else None


def claims_json(reproduction: Reproduction, claims: list[Claim]) -> str:
    """One object, strict JSON."""
    scale = reproduction.scale
    document: dict[str, Any] = {
        "claims": [claim.as_dict() for claim in claims],
        "metric": reproduction.metric,
        "measured_on": _measured_on(reproduction),
        "scale": scale.model_dump(mode="json", exclude=None if scale.caveat else {"caveat"}),
        "seeds": reproduction.seeds,
        "config": reproduction.config.as_dict(),
        "spinenas": version("spinenas"),
    }
    return json.dumps(document, indent=2, allow_nan=False) + "\n"


def about(reproduction: Reproduction) -> list[str]:
    """What a table of claims is of."""
    config: Config = reproduction.config
    data = f"on {config.data.directory or 'generated scenes'}"
    where = data if reproduction.detects else f"by the task `{config.task.name}`"
    caveat = reproduction.scale.caveat
    return [
        *([f"**{caveat}**", ""] if caveat else []),
        f"SpineNet-49 {where}, preset `{reproduction.scale.preset}`: "
        f"{reproduction.scale.search.trials:,} candidates by `{reproduction.scale.controller}` and "
        f"as many by random search, seed {config.search.seed}; every compared network trained "
        f"anew with {reproduction.scale.seeds} seeds, the same for all. Measured: "
        f"{_measured_on(reproduction)}. Intervals: 95 %, Student's t of the differences "
        "within seeds. A claim of several steps is confirmed where each is, by Holm's p below "
        "0.05, and contradicted where one is the other way; neither while trainings of it failed.",
        "",
        "Every interval is of one step alone, unadjusted; verdicts are by Holm within a claim, and "
        "nothing is corrected between the eight claims.",
        "",
        SINGLE_SEARCHES,
    ]


def _measured_on(reproduction: Reproduction) -> str:
    if not reproduction.detects:
        return UNTRAINED.format(reproduction.config.task.name)
    return MEASURED_ON[reproduction.metric]


def _write(reproduction: Reproduction, claims: list[Claim]) -> None:
    directory = reproduction.directory
    _write_file(directory / CLAIMS, claims_json(reproduction, claims).encode())
    _write_file(directory / TABLE, markdown(claims, about(reproduction)).encode())


def _report(reproduction: Reproduction, claims: list[Claim]) -> None:
    """The claims, and the two searches side by side."""
    from nas.report_commands import report_commands
    from nas.report_protocols import differing_protocols
    from results import report_document, report_page

    runs = [reproduction.searches[name].directory for name in (SEARCH, RANDOM)]
    document = report_document(runs, report_commands, None, differing_protocols, None)
    shown = report_claims(claims, reproduction.scale.caveat)
    page = report_page({**document, "claims": shown})
    _write_file(reproduction.directory / PAGE, page)


def _write_file(file: Path, content: bytes) -> None:
    try:
        write_whole(file, content)
    except OSError as error:
        raise UsageError(
            f"{file} cannot be written ({error.strerror}): mend that, then {AGAIN}"
        ) from error
