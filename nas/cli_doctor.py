"""`nas doctor [PRESET|FILE.toml]`: what a proxy can tell apart, before a search is paid for."""

import sys
from argparse import ArgumentTypeError, Namespace
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from nas.cli_output import write_output
from nas.cli_parser import ConfigParser, split_open_options
from nas.config import Config
from nas.interruption import stoppable

if TYPE_CHECKING:
    from nas.doctor_sample import Sample, SampleSize
    from results import Trial

FAILED = 1  # the exit code where no training succeeded
NOTES = """Trains a sample of the config's space and prints, with 95 % intervals: spread between
architectures and between seeds, ICC(1,1), the smallest difference of AP that so many seeds resolve,
rank agreement with a longer training and with what costs nothing, and a verdict. Sound
architectures are those without detail loss: no output is finer than the finest path to it. With
--rungs the first training of each is looked at on its way too: how early does it rank like its end?
The same command typed again goes on where it was stopped, and prints at once when all is trained;
the trainings are trials of a run: `nas leaderboard RUN_DIR`."""


def run(words: Sequence[str]) -> int:
    """Run the subcommand. Returns 1 where no training succeeded."""
    from nas.config_source import load_config
    from nas.doctor_against import compare, their_rewards
    from nas.doctor_candidates import candidates
    from nas.doctor_report import make_report
    from nas.doctor_run import default_doctor_directory, finished_run

    parser = _parser()
    rest, open_options = split_open_options(words)
    known = parser.parse(rest)
    config = load_config(known.source, {**parser.overrides(known), **open_options})
    size = _size(known)
    directory = known.run_dir or default_doctor_directory(known.source, config, size)
    if known.against is not None:
        their_rewards(known.against)  # raises before anything is trained
    sample, trials = finished_run(directory, config, size) or _train(
        directory, config, size, known.against
    )
    found = candidates(sample, trials)
    report = make_report(found, sample.trainings, has_long=bool(sample.long_fidelity))
    against = None if known.against is None else compare(found, known.against)
    if known.format == "json":
        from nas.doctor_json import doctor_json as written
    else:
        from nas.doctor_text import doctor_text as written
    write_output(written(report, sample, config, known.source, against).encode(), None)
    return 0 if any(candidate.short for candidate in found) else FAILED


def _parser() -> ConfigParser:
    from nas.config_source import preset_names

    parser = ConfigParser(
        prog="nas doctor", description="What a proxy can tell apart.", epilog=NOTES
    )
    parser.add_argument(
        "source",
        metavar="PRESET|FILE.toml",
        nargs="?",
        default="quick",
        help=f"{', '.join(preset_names())}, or a config file (default: quick)",
    )
    for option, default, text in (
        ("architectures", 12, "uniform members of the space (default: 12)"),
        ("seeds", 2, "trainings of each (default: 2)"),
        ("sound", None, "draw more until so many are sound (default: as --architectures)"),
    ):
        parser.add_argument(f"--{option}", metavar="N", type=int, default=default, help=text)
    parser.add_argument(
        "--long",
        metavar="FACTOR",
        type=float,
        default=2.5,
        help="train each once more with so many times the steps; 0: do not (default: 2.5)",
    )
    parser.add_argument(
        "--rungs",
        metavar="SHARES",
        type=_shares,
        default=(),
        help="pause the first training of each at these shares of the steps, as 0.125,0.25,0.5",
    )
    parser.add_argument(
        "--run-dir", metavar="DIR", type=Path, help="default: in runs/, named by what is asked"
    )
    parser.add_argument(
        "--against",
        metavar="RUN_DIR",
        type=Path,
        help="another doctor's finished run of the same architectures: do they agree?",
    )
    parser.add_argument("--format", choices=["text", "json"], default="text")
    parser.add_config_options(["data", "workers", "space", "pump", "address"])
    parser.add_argument(
        "--seed", metavar="N", dest="search.seed", help="of the sample and its trainings"
    )
    return parser


def _shares(text: str) -> tuple[float, ...]:
    try:
        return tuple(float(share) for share in text.split(","))
    except ValueError:
        raise ArgumentTypeError(f"{text!r}: give shares of the steps, as 0.125,0.25,0.5") from None


def _size(known: Namespace) -> "SampleSize":
    from nas.doctor_sample import SampleSize

    sound = known.architectures if known.sound is None else known.sound
    return SampleSize(known.architectures, known.seeds, sound, known.long, known.rungs)


def _train(
    directory: Path, config: Config, size: "SampleSize", against: Path | None
) -> tuple["Sample", list["Trial"]]:
    """All trainings that a run lacks, showing how they go on standard error."""
    from rich.console import Console

    from nas.doctor_against import check_common, their_rewards
    from nas.doctor_run import doctor_run
    from nas.failure_summary import failure_line, failures
    from nas.progress import ProgressCounter
    from nas.progress_view import progress_view

    console = Console(file=sys.stderr)

    def tell(line: str) -> None:
        console.print(line, soft_wrap=True, highlight=False, markup=False)

    with (
        stoppable("the same command goes on"),
        doctor_run(directory, config, size) as (sample, study, trials),
    ):
        if against is not None:
            keys = {planned.architecture.key for planned in study.plan}
            check_common(keys, their_rewards(against), against)
        tell(f"run directory: {directory}")
        store = study.store
        failed, done = failures(store), store.candidates(ended=True)
        tell(f"{len(sample.genotypes)} architectures, {sample.trainings} trainings")
        counter = ProgressCounter(sample.trainings, done, failed, store.best())
        with progress_view(console, counter.now()) as view:
            for trial in trials:
                view.show(counter.add(trial), trial)
        if (line := failure_line(store)) is not None:
            tell(line)
        return sample, store.trials()
