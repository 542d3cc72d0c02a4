"""A doctor's report as strict JSON."""

import json
from dataclasses import asdict
from importlib.metadata import version
from typing import Any

from nas.config import Config
from nas.doctor_against import Against
from nas.doctor_candidates import Candidate
from nas.doctor_report import RESOLVED_RULE, DoctorReport, Figures
from nas.doctor_rungs import advice, recommended, rung_agreement
from nas.doctor_sample import Sample
from nas.doctor_verdict import compared, verdict
from results.estimate import Measured, Unmeasured


def doctor_json(
    report: DoctorReport,
    sample: Sample,
    config: Config,
    source: str,
    against: Against | None = None,
) -> str:
    """One object. A figure is {"value", "low", "high"}; what is not known is null with a "reason".

    Names without a suffix are of the random architectures, those with `_sound` of the sound ones.
    """
    long = json.loads(sample.long_fidelity) if sample.long_fidelity else None
    document = {
        "verdict": verdict(report),
        **_figures(report.random, ""),
        **_figures(report.sound, "_sound"),
        **_against(against),
        **_rungs(report, sample),
        "resolvable_rule": RESOLVED_RULE,
        "resolvable_of": "sound" if compared(report) is report.sound else "random",
        "resolvable": {
            str(seeds): _figure(found) for seeds, found in compared(report).resolvable.items()
        },
        "cpu_seconds": _figure(report.cpu_seconds),
        "cpu_seconds_max": report.cpu_seconds_max,
        "failed": report.failed,
        "failed_share": report.failed / report.trainings,
        "trainings": report.trainings,
        "sample": {**sample.size.as_dict(), "seed": config.search.seed},
        "config": source,
        "data": config.data.directory or "generated scenes",
        "space": config.space.preset,
        "fidelity": json.loads(sample.fidelity),
        "long_fidelity": long,
        "candidates": [_candidate(candidate, sample) for candidate in report.candidates],
        "spinenas": version("spinenas"),
    }
    return json.dumps(document, indent=2, allow_nan=False) + "\n"


def _figures(group: Figures, suffix: str) -> dict[str, Any]:
    found = {
        "n": group.count,
        "mean_ap": group.mean,
        "icc": _figure(group.reliability.icc),
        "sd_architecture": _figure(group.reliability.sd_between),
        "sd_seed": _figure(group.reliability.sd_within),
        "rank_long": _figure(group.rank_long),
        **{f"rank_{name}": _figure(value) for name, value in group.baselines.items()},
        "rewards": {
            name: {
                "icc": _figure(group.other_icc[name]),
                "rank_long": _figure(group.other_rank_long[name]),
            }
            for name in group.other_icc
        },
    }
    return {f"{name}{suffix}": value for name, value in found.items()}


def _against(against: Against | None) -> dict[str, Any]:
    if against is None:
        return {}
    return {
        "against": str(against.directory),
        "rank_against": _figure(against.random),
        "rank_against_sound": _figure(against.sound),
    }


def _rungs(report: DoctorReport, sample: Sample) -> dict[str, Any]:
    if not sample.size.rungs:
        return {}
    found = rung_agreement(report.candidates, sample.size.rungs)
    return {
        "rank_at": {f"{share:g}": _figure(value) for share, value in found.random.items()},
        "rank_at_sound": {f"{share:g}": _figure(value) for share, value in found.sound.items()},
        "recommended_rungs": recommended(found),
        "rung_advice": advice(found),
    }


def _figure(figure: Measured) -> dict[str, Any]:
    if isinstance(figure, Unmeasured):
        return {"value": None, "low": None, "high": None, "reason": figure.reason}
    return asdict(figure)


def _candidate(candidate: Candidate, sample: Sample) -> dict[str, Any]:
    return {
        "key": candidate.key,
        "genotype": list(candidate.genotype),
        "random": candidate.random,
        "detail_loss": candidate.detail_loss,
        "params": candidate.params,
        "madds": candidate.madds,
        "ap": candidate.values("AP"),
        "ap_long": None if candidate.long is None else candidate.long.get("AP"),
        **({"ap_at": _ap_at(candidate)} if sample.size.rungs else {}),
        "failures": [str(failure) for failure in candidate.failures],
    }


def _ap_at(candidate: Candidate) -> dict[str, float]:
    return {f"{share:g}": metrics["AP"] for share, metrics in candidate.parts.items()}
