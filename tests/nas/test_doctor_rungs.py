"""What parts of first trainings say: agreement, advice, times, failures."""

import json
from itertools import count

import pytest
from scipy import stats

from nas.doctor_candidates import Candidate, candidates
from nas.doctor_rungs import advice, recommended, rung_agreement
from nas.doctor_sample import Sample, SampleSize
from nas.errors import UsageError
from nas.rung_placement import CHANCE, USEFUL
from results import Failure, FailureKind, Trial, TrialStatus
from results.estimate import Estimate, Unmeasured
from tests.nas.tiny import SPACE


def trials_of(*seconds: float | None) -> list[Trial]:
    """One architecture's training in three parts; None: that part failed."""
    genotype = SPACE.unrank(0)
    return [
        Trial(
            number=number,
            genotype=genotype,
            architecture=SPACE.decode(genotype),
            fidelity="part",
            seed=0,
            started=0.0,
            finished=1.0,
            metrics={"params": 1, "madds": 1}
            | ({} if spent is None else {"AP": number / 10, "cpu_seconds": spent}),
            continues=number - 1 if number else None,
            status=TrialStatus.COMPLETED if spent is not None else TrialStatus.FAILED,
            failure=None if spent is not None else Failure(FailureKind.DIVERGED, "nan"),
        )
        for number, spent in zip(count(), seconds, strict=False)
    ]


def one_candidate(*seconds: float | None) -> Candidate:
    size = SampleSize(1, 1, 0, 0, (0.25, 0.5))
    sample = Sample(size, (SPACE.unrank(0),), "whole", "", ("first", "second"))
    (found,) = candidates(sample, trials_of(*seconds))
    return found


def test_seconds_are_of_all_parts_and_other_metrics_of_the_end() -> None:
    assert one_candidate(1.0, 2.0, 4.0).short == (
        {"params": 1, "madds": 1, "AP": 0.2, "cpu_seconds": 7.0},
    )


def test_what_was_trained_before_a_part_that_failed_is_not_counted() -> None:
    found = one_candidate(1.0, None, 4.0)
    assert found.values("cpu_seconds") == [4.0]
    assert found.parts.keys() == {0.25, 1.0}
    assert found.failures == ()


def test_a_training_whose_last_part_failed_failed_once() -> None:
    found = one_candidate(1.0, None, None)
    assert found.short == ()
    assert len(found.failures) == 1


def ranked(at: list[float | None], end: list[float]) -> list[Candidate]:
    """Every third one loses detail."""
    return [
        Candidate(
            key=str(i),
            genotype=(i,),
            random=True,
            detail_loss=0 if i % 3 else 1,
            params=1,
            madds=1,
            short=({"AP": last},),
            long=None,
            failures=(),
            parts={1.0: {"AP": last}} | ({} if part is None else {0.5: {"AP": part}}),
        )
        for i, (part, last) in enumerate(zip(at, end, strict=True))
    ]


def test_a_part_that_failed_leaves_the_others_in() -> None:
    part: list[float | None] = [0.1, 0.3, None, 0.2, 0.5, 0.4, 0.9]
    end = [1.0, 2.0, 99.0, 3.0, 4.0, 5.0, 6.0]
    found = rung_agreement(ranked(part, end), (0.5,))
    known = [(a, b) for a, b in zip(part, end, strict=True) if a is not None]
    rho = stats.spearmanr(*zip(*known, strict=True)).statistic
    assert isinstance(found.random[0.5], Estimate)
    assert found.random[0.5].value == pytest.approx(rho)
    assert found.sound[0.5] == Unmeasured("3 measured: it takes 5")


def test_the_advice_is_of_the_shares_where_the_order_is_known() -> None:
    rising = [float(i) for i in range(12)]
    found = rung_agreement(ranked([*rising], rising), (0.25, 0.5))
    assert found.random[0.25] == Unmeasured("0 measured: it takes 5")
    assert recommended(found) == (0.5,)
    assert advice(found) == "--halving.rungs '[0.5]'"


def test_the_advice_says_what_so_few_leave_open() -> None:
    part, end = [2.0, 1.0, 4.0, 3.0, 6.0, 5.0], [1.0, 2.0, 3.0, 4.0, 5.0, 6.0]
    found = rung_agreement(ranked([*part], end), (0.5,))
    agreed = found.random[0.5]
    assert isinstance(agreed, Estimate)
    assert agreed.low < CHANCE < USEFUL < agreed.value
    assert f"(rank agreement may be {agreed.low:.2f} at 0.5)" in advice(found)


def test_a_sample_without_rungs_is_written_as_before_there_were_any() -> None:
    size = SampleSize(12, 2, 12, 2.5)
    asked = {"architectures": 12, "seeds": 2, "sound": 12, "long": 2.5}
    assert size.as_dict() == asked
    old = {"size": asked, "genotypes": [], "fidelity": "a", "long_fidelity": "b"}
    assert Sample.from_dict(old) == Sample(size, (), "a", "b")


def test_a_sample_with_rungs_is_read_back() -> None:
    sample = Sample(SampleSize(1, 1, 0, 0, (0.25,)), ((1, 2),), "whole", "", ("part",))
    assert Sample.from_dict(json.loads(json.dumps(sample.as_dict()))) == sample


@pytest.mark.parametrize("rungs", [(0.0,), (1.0,), (0.5, 0.25), (0.5, 0.5), (float("nan"),)])
def test_what_are_no_shares_is_refused(rungs: tuple[float, ...]) -> None:
    with pytest.raises(UsageError, match=r"--rungs .*: give shares of the steps between 0 and 1"):
        SampleSize(1, 1, 0, 0, rungs)
