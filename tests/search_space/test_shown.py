import pytest

from search_space.shown import MOST_LETTERS, shown


@pytest.mark.parametrize("value", ["x", 5, None, (0, 1), {3: 1}, float("nan")])
def test_a_short_value_is_shown_as_python_writes_it(value: object) -> None:
    assert shown(value) == repr(value)


LONG = {
    "letters": "x" * 200_000,
    "a list": list(range(1000)),
    "4,001 digits": 10**4000,
    "5,001 digits, which Python does not print": 10**5000,
}


@pytest.mark.parametrize("name", LONG)
def test_a_long_value_is_cut(name: str) -> None:
    assert len(shown(LONG[name])) <= MOST_LETTERS


def test_the_ends_of_a_long_value_stay() -> None:
    assert shown(list(range(100))).startswith("[0, 1, 2")
    assert shown(list(range(100))).endswith("98, 99]")


def test_a_value_of_several_lines_is_shown_in_one() -> None:
    class Lines:
        def __repr__(self) -> str:
            return "a\n  b"

    assert shown(Lines()) == "a b"
