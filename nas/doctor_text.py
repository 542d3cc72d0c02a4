"""A doctor's report for a terminal."""

from collections import Counter
from collections.abc import Iterator, Sequence

from nas.config import Config
from nas.doctor_against import Against
from nas.doctor_report import RESOLVED_RULE, REWARD, SEEDS, DoctorReport
from nas.doctor_rungs import advice, rung_agreement
from nas.doctor_sample import Sample
from nas.doctor_verdict import verdict
from results.estimate import Measured, Unmeasured
from results.training_length import training_length

WIDTHS = (44, 24)
LABELS = {"class_loss": "classification loss", "box_loss": "box loss"}
UNKNOWN = "-"


def doctor_text(
    report: DoctorReport,
    sample: Sample,
    config: Config,
    source: str,
    against: Against | None = None,
) -> str:
    """Two columns of figures with their intervals, and the verdict at the end."""
    lines = [
        *_head(report, sample, config, source),
        "",
        *_table(report, sample, against),
        "",
        *_below(report),
        f"verdict: {verdict(report)}",
    ]
    return "\n".join(lines) + "\n"


def _head(report: DoctorReport, sample: Sample, config: Config, source: str) -> Iterator[str]:
    data = config.data.directory or "generated scenes"
    task = data if config.task.name == "detection" else f"task {config.task.name}"
    yield f"proxy: {source}, space {config.space.preset}, {task}"
    long = training_length(sample.long_fidelity).steps if sample.long_fidelity else None
    seeds = f"{sample.size.seeds} seed{'s' if sample.size.seeds > 1 else ''}"
    # Nothing says that another task has any.
    if config.task.name == "detection" or sample.long_fidelity or sample.rung_fidelities:
        seeds += f" of {training_length(sample.fidelity).steps} steps"
    yield (
        f"trained: {len(report.candidates)} architectures ({sample.size.architectures} random; "
        f"{sum(candidate.sound for candidate in report.candidates)} sound, without detail loss), "
        f"{seeds}{'' if long is None else f' and one of {long}'} each"
    )
    if report.failed:
        failures = [failure for candidate in report.candidates for failure in candidate.failures]
        kinds = Counter(failure.kind for failure in failures)
        reasons = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())
        yield (
            f"failed: {report.failed} of {report.trainings} trainings "
            f"({report.failed / report.trainings:.0%}: {reasons}); they are left out, and another "
            "--run-dir trains anew"
        )
        yield f"the first failure: {failures[0]}"


def _table(report: DoctorReport, sample: Sample, against: Against | None) -> Iterator[str]:
    groups = (report.random, report.sound)
    yield _row(
        "", *[f"{name} ({g.count})" for name, g in zip(("random", "sound"), groups, strict=True)]
    )
    yield _row(f"mean {REWARD}", *[UNKNOWN if g.mean is None else f"{g.mean:.3f}" for g in groups])
    yield _row("SD between architectures", *[_cell(g.reliability.sd_between, 3) for g in groups])
    yield _row("SD between seeds", *[_cell(g.reliability.sd_within, 3) for g in groups])
    yield _row("ICC(1,1)", *[_cell(g.reliability.icc) for g in groups])
    for seeds in SEEDS:
        label = f"resolved by {seeds} seed{'s' if seeds > 1 else ''}"
        yield _row(label, *[_cell(g.resolvable[seeds], 3) for g in groups])
    yield "rank agreement (Spearman) with"
    if sample.long_fidelity:
        yield _row(
            f"  a training {sample.size.long:g} x longer", *[_cell(g.rank_long) for g in groups]
        )
    if against is not None:
        label = f"  {against.directory.name}"
        yield _row(label, _cell(against.random), _cell(against.sound))
    for name, label in (
        ("madds", "  multiply-adds, more first"),
        ("params", "  parameters, more first"),
        ("detail_loss", "  detail loss, least first"),
    ):
        yield _row(label, *[_cell(g.baselines[name]) for g in groups])
    if sample.size.rungs:
        yield from _rungs(report, sample.size.rungs)
    names = [name for name in report.random.other_icc if name in report.sound.other_icc]
    if names:
        yield "other rewards: ICC, and rank agreement with the longer training's AP"
    for name in names:
        label = LABELS.get(name, name)
        yield _row(f"  {label}", *[_cell(g.other_icc[name]) for g in groups])
        if sample.long_fidelity:
            yield _row("", *[_cell(g.other_rank_long[name]) for g in groups])


def _rungs(report: DoctorReport, shares: Sequence[float]) -> Iterator[str]:
    found = rung_agreement(report.candidates, shares)
    yield "rank agreement of the first training with its own end"
    for share in shares:
        label = f"  after {share:g} of the steps"
        yield _row(label, _cell(found.random[share]), _cell(found.sound[share]))
    yield f"rungs: {advice(found)}"


def _below(report: DoctorReport) -> Iterator[str]:
    if isinstance(report.cpu_seconds, Unmeasured):
        yield f"CPU seconds: not known, {report.cpu_seconds.reason}"
    else:
        yield (
            f"CPU seconds a training: median {_cell(report.cpu_seconds, 1)}, "
            f"largest {report.cpu_seconds_max:.1f}"
        )
    yield (
        f"[ ]: 95 % intervals. Resolved: {RESOLVED_RULE}; of two equal architectures 5 % differ by "
        "more."
    )
    for name, group in (("random", report.random), ("sound", report.sound)):
        for what, figure in (
            ("ICC", group.reliability.icc),
            ("rank agreement", group.baselines["madds"]),
        ):
            if isinstance(figure, Unmeasured):
                yield f"{what} of the {name} ones is not known: {figure.reason}"


def _row(label: str, *cells: str) -> str:
    return (label.ljust(WIDTHS[0]) + "".join(cell.ljust(WIDTHS[1]) for cell in cells)).rstrip()


def _cell(figure: Measured, digits: int = 2) -> str:
    if isinstance(figure, Unmeasured):
        return UNKNOWN
    texts = [f"{value:.{digits}f}" for value in (figure.value, figure.low, figure.high)]
    return f"{texts[0]} [{texts[1]}, {texts[2]}]"
