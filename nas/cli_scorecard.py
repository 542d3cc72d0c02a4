"""`nas scorecard`: which controller saves how many trained candidates."""

import sys
from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from nas.cli_output import write_output
from nas.cli_parser import OneLineParser
from nas.errors import UsageError
from nas.scorecard_output import check_outputs, tell, whole_output
from nas.scorecard_settings import MEASURED, ScorecardSettings

MOST_WORKERS = 256
FAILED = 2  # the exit code where a controller failed: the table has the others
NOTES = """Every seed is a landscape: a synthetic reward of the space's networks with known truth,
that nothing has to be trained for. All controllers meet the same ones, with the same noise.
The ratio is the budget divided by the evaluations until the best reward so far reaches what
random search reaches: the median of its best rewards at the budget. Runs that do not reach it go
on to 1.25 budgets, and count as 0.8 then, an upper bound. Figures are medians over seeds with 95 %
intervals of the sign test (fewer than 6 seeds: their range), regrets means with bootstrap
intervals; they do not depend on the number of workers. `measured` needs --runs of 50 networks;
`spinebench` is of the real trainings in the package.
References, run beside ours where installed (pip install 'spinenas[scorecard]'): tpe is Optuna's,
pyglove is PyGlove's regularized evolution. A controller that fails is left out; the exit code is 2
then."""


def run(words: Sequence[str]) -> int:
    """Run the subcommand."""
    known = _parser().parse(words)
    if not 1 <= known.workers <= MOST_WORKERS:
        raise UsageError(f"--workers {known.workers}: give a whole number, 1 to {MOST_WORKERS}")
    check_outputs(known.output, known.plot)
    from nas.scorecard import scorecard
    from nas.scorecard_json import scorecard_json
    from nas.scorecard_plot import plot_format, scorecard_plot

    plot = None if known.plot is None else plot_format(known.plot)
    settings = _settings(known)
    if settings.halving:
        from nas.cli_scorecard_halving import run_halving

        return run_halving(settings, known, _progress)
    measured = _measured(settings)
    with _progress() as on_progress:
        card = scorecard(settings, known.workers, on_progress)
    for line in card.failures.values():
        tell(f"nas: {line}; it is left out")
    document = scorecard_json(card.rows, settings, measured).encode()
    if known.output is not None:
        write_output(document, known.output)
    if plot is not None:
        write_output(scorecard_plot(card.rows, settings, plot), known.plot)
    with whole_output(known.output):
        if known.format == "table" and sys.stdout is not None:
            from nas.scorecard_table import scorecard_table
            from nas.tables import print_table

            print_table(scorecard_table(card.rows, settings))
        elif known.output is None:
            write_output(document, None)
    return FAILED if card.failures else 0


def _parser() -> OneLineParser:
    parser = OneLineParser(
        prog="nas scorecard",
        description="Which controller saves how many trained candidates.",
        epilog=NOTES,
    )
    parser.add_argument(
        "--controllers",
        metavar="A,B",
        help="names as for --controller, tpe and pyglove (default: all that are installed)",
    )
    parser.add_argument(
        "--landscapes",
        metavar="A,B",
        help="tables, messages, flat, spinebench (default: these), measured (with --runs)",
    )
    parser.add_argument(
        "--runs",
        metavar="RUN_DIR,...",
        help="what `measured` is fitted to: runs of the space, with the same data and training",
    )
    for option, default, text in (
        ("budget", 500, "evaluations a run"),
        ("seeds", 30, "landscapes of each family"),
        ("first-seed", 0, "the seeds are this one and those after it"),
        ("reduction", 3, "with --halving: of so many at a rung one goes on"),
        ("workers", 2, "processes, of one thread each"),
    ):
        parser.add_argument(
            f"--{option}",
            metavar="N",
            type=int,
            default=default,
            help=f"{text} (default: {default})",
        )
    parser.add_argument(
        "--space", default="spinenet-49", help="`nas space` lists them (default: spinenet-49)"
    )
    parser.add_argument(
        "--noise",
        metavar="SD",
        type=float,
        default=0.3,
        help="of an evaluation, in the deviation between uniform members, 0 to 100 (default: 0.3)",
    )
    parser.add_argument(
        "--halving",
        metavar="SHARE,...",
        help="compare searches with rungs at these shares of a training, such as 0.25,0.5, with "
        "searches without: how much less training they need for the same regret",
    )
    _add_outputs(parser)
    return parser


def _add_outputs(parser: OneLineParser) -> None:
    parser.add_argument(
        "--format", choices=["table", "json"], default="table", help="what is printed"
    )
    parser.add_argument(
        "--output",
        metavar="FILE.json",
        help="write the JSON here, at the end: Ctrl-C keeps nothing; a table is printed all the "
        "same",
    )
    parser.add_argument("--plot", metavar="FILE.svg", help="draw curves and ratios; .png too")


def _settings(known: Namespace) -> ScorecardSettings:
    runs = _names(known.runs or "")
    if known.runs is not None and not runs:
        raise UsageError("--runs names nothing: give RUN_DIR,..., or leave the option out")
    landscapes = _landscapes(known)
    if runs and landscapes and MEASURED not in landscapes:
        landscapes = (*landscapes, MEASURED)
    if known.controllers is None:
        from nas.scorecard_controllers import default_controllers

        controllers, remarks = default_controllers(known.space)
        for remark in remarks:
            tell(f"nas: {remark}")
    else:
        controllers = _names(known.controllers)
    return ScorecardSettings(
        controllers=controllers,
        landscapes=landscapes,
        budget=known.budget,
        seeds=known.seeds,
        first_seed=known.first_seed,
        space=known.space,
        noise=known.noise,
        runs=runs,
        halving=_shares(known.halving),
        reduction=known.reduction,
    )


def _landscapes(known: Namespace) -> tuple[str, ...]:
    if known.landscapes is not None:
        return _names(known.landscapes)
    from nas.scorecard_landscape import default_landscapes

    landscapes, remarks = default_landscapes(known.space)
    for remark in remarks:
        tell(f"nas: {remark}")
    return landscapes


def _measured(settings: ScorecardSettings) -> dict[str, float] | None:
    """What is known of the error of `measured`, told on standard error."""
    if MEASURED not in settings.landscapes:
        return None
    from nas.scorecard import check_names
    from nas.scorecard_landscape import measured_error

    check_names(settings)  # before the fit, which takes a while
    found = measured_error(settings)
    tell(
        f"measured: {found['trials']} trials; of held-out ones the regression explains "
        f"{found['explained']:.0%} of the variance, rank correlation "
        f"{found['rank_correlation']:.2f}; what it misses is random, with a standard deviation of "
        f"{found['remainder_sd']:.4f}"
    )
    return found


def _shares(text: str | None) -> tuple[float, ...]:
    if text is None:
        return ()
    try:
        shares = tuple(map(float, _names(text)))
    except ValueError:
        shares = ()
    if not shares:
        raise UsageError(f"--halving {text}: give shares of a training, such as 0.25,0.5")
    return shares


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """A bar on a terminal, a line every tenth elsewhere; on standard error."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
    from rich.progress import TimeElapsedColumn as Elapsed

    console = Console(stderr=True)
    if not console.is_terminal:

        def say(done: int, total: int) -> None:
            if done * 10 // total > (done - 1) * 10 // total:
                tell(f"scorecard: {done} of {total} runs")

        yield say
        return
    columns = (TextColumn("scorecard"), BarColumn(None), MofNCompleteColumn(), Elapsed())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
