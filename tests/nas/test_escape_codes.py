import pytest

from nas.escape_codes import without_escape_codes


@pytest.mark.parametrize(
    "text",
    ["\x1b[1;31ma b\x1b[0m", "\x1b]0;title\x07a b", "\x1b]8;;http://x\x1b\\a b\x1b[K", "a b"],
)
def test_what_steers_a_terminal_goes_and_the_text_stays(text: str) -> None:
    assert without_escape_codes(text) == "a b"
