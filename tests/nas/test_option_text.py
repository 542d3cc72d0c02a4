import tomllib
from datetime import date

import pytest

from nas.option_text import option_text


@pytest.mark.parametrize(
    "value",
    [3, -1, 0.02, 1e-30, 1e22, True, False, [50, 100], [0.5, [1, 2]], ["a, b", 'c"\\', "\t\n"], []],
)
def test_a_value_is_spelt_as_toml_reads_it(value: object) -> None:
    (read,) = tomllib.loads(f"value = {option_text(value)}").values()
    assert read == value and type(read) is type(value)


def test_a_text_is_what_an_option_takes() -> None:
    assert option_text("val2017") == "val2017"


@pytest.mark.parametrize("value", [date(2020, 1, 1), {"a": 1}, [{"a": 1}], None])
def test_what_no_option_takes_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match="give a number, a text, true, false or a list"):
        option_text(value)
