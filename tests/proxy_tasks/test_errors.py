from proxy_tasks.errors import CandidateFailure, DataError, Diverged, ProxyTaskError


def test_bad_data_is_a_value_error_and_no_fault_of_a_candidate() -> None:
    assert issubclass(DataError, ProxyTaskError)
    assert issubclass(DataError, ValueError)
    assert not issubclass(DataError, CandidateFailure)


def test_a_diverged_candidate_is_a_failed_candidate() -> None:
    assert issubclass(Diverged, CandidateFailure)
