"""Laws of a merge, on trials alone: sets of evaluations, whatever the order and the clocks."""

from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from nas.merged_trials import merged_trials
from results import FailureKind, Outcome, Trial
from tests.nas.tiny import SPACE

RUNGS = ['{"steps":100,"stop_step":50}', '{"steps":100}']
MEMBERS = [SPACE.unrank(number) for number in (3, 30, 60)]
CRASHED, SCORED = Outcome.failed(FailureKind.CRASHED, "no"), Outcome.success({"AP": 0.1})
Run = list[Trial]


@st.composite
def runs(draw: st.DrawFn) -> Run:
    """Candidates of few architectures and seeds; some go on to the second rung. They end at any
    second, before what they continue too: clocks are set.
    """
    identities = st.tuples(st.integers(0, 2), st.integers(0, 1))
    trials: Run = []
    for member, seed in draw(st.lists(identities, max_size=4, unique=True)):
        before: int | None = None
        for fidelity in RUNGS:
            reward = draw(st.none() | st.integers(0, 2))
            trial = Trial(
                number=len(trials),
                genotype=MEMBERS[member],
                architecture=SPACE.decode(MEMBERS[member]),
                fidelity=fidelity,
                seed=seed,
                started=0.0,
                metrics={},
                continues=before,
            )
            outcome = CRASHED if reward is None else SCORED
            trials.append(trial.finish(outcome, reward, draw(st.integers(0, 3))))
            if reward is None or draw(st.booleans()):
                break
            before = trial.number
    return trials


def identity(trial: Trial) -> tuple[str, str, int]:
    return trial.key, trial.fidelity, trial.seed


def merged(*several: Run) -> Run:
    return [one.trial for one in merged_trials((str(n), run) for n, run in enumerate(several))]


@given(runs(), runs(), runs())
def test_neither_order_nor_repetition_nor_steps_make_a_difference(a: Run, b: Run, c: Run) -> None:
    whole = merged(a, b, c)
    for order in permutations((a, b, c)):
        assert merged(*order) == whole
    assert merged(whole, b, whole, a) == merged(merged(b, c), a) == merged(whole) == whole


@given(runs(), runs())
def test_every_evaluation_is_there_once_and_completed_if_one_was(a: Run, b: Run) -> None:
    whole = merged(a, b)
    assert len({identity(one) for one in whole}) == len(whole)
    assert {identity(one) for one in whole} == {identity(one) for one in a + b}
    done = {identity(one) for one in a + b if one.failure is None}
    assert {identity(one) for one in whole if one.failure is None} == done


@given(runs(), runs())
def test_a_promotion_continues_its_candidate_which_comes_before(a: Run, b: Run) -> None:
    whole = merged(a, b)
    assert [one.number for one in whole] == list(range(len(whole)))
    for one in whole:
        if one.continues is not None:
            before = whole[one.continues]
            assert one.continues < one.number
            assert (before.key, before.seed) == (one.key, one.seed)
            assert before.fidelity == RUNGS[0] != one.fidelity
