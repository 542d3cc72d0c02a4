"""Conditions on the rows of a table, as `--where` has them: "madds < 2e9 and status != 'failed'".

Python's parser reads them, and nothing evaluates them as Python: a condition is comparisons of
columns and constants, joined by and, or, not. Whatever else the parser can read is refused.
"""

import ast
import operator
import warnings
from collections.abc import Callable
from typing import Any, Final

import pandas as pd

from nas.errors import UsageError
from nas.named_column import column
from search_space.shown import shown

LONGEST: Final = 1000  # characters; Python's own limits on nesting lie beyond what they can hold
ORDERS: Final[dict[type[ast.cmpop], Callable[[Any, Any], Any]]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
WAY_OUT: Final = (
    "compare columns with numbers, quoted texts or each other (< <= > >= == != in), "
    "joined by and, or, not, as in \"madds < 2e9 and status == 'completed'\""
)


def matching(frame: pd.DataFrame, condition: str) -> pd.DataFrame:
    """The rows for which a condition holds; where a value is missing it neither holds nor fails.

    Raises UsageError for anything but a condition, and for a column that is not there.
    """
    return _Condition(frame, condition).rows()


class _Condition:
    def __init__(self, frame: pd.DataFrame, text: str) -> None:
        self._frame = frame
        self._text = text.strip()  # a leading space would be an indent

    def rows(self) -> pd.DataFrame:
        if len(self._text) > LONGEST:
            raise UsageError(f"--where: {len(self._text)} characters, at most {LONGEST} are read")
        return self._frame[self._holds(self._parsed()).fillna(False)]

    def _parsed(self) -> ast.expr:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of what Python thinks of the texts in it
                return ast.parse(self._text, mode="eval").body
        except (SyntaxError, ValueError, MemoryError, RecursionError):
            raise self._refusal("is no condition") from None

    def _holds(self, tree: ast.expr) -> "pd.Series[bool]":
        match tree:
            case ast.BoolOp(op=ast.And(), values=parts):
                return self._joined(operator.and_, parts)
            case ast.BoolOp(op=ast.Or(), values=parts):
                return self._joined(operator.or_, parts)
            case ast.UnaryOp(op=ast.Not(), operand=part):
                return ~self._holds(part)
            case ast.Compare(left=left, ops=signs, comparators=others):
                found = self._compared(left, signs[0], others[0])
                for one, sign, other in zip(others, signs[1:], others[1:], strict=False):
                    found &= self._compared(one, sign, other)
                return found
        raise self._refusal(f"{self._of(tree)} is no comparison")

    def _joined(self, join: Callable[[Any, Any], Any], parts: list[ast.expr]) -> "pd.Series[bool]":
        found = self._holds(parts[0])
        for part in parts[1:]:
            found = join(found, self._holds(part))
        return found

    def _compared(self, left: ast.expr, sign: ast.cmpop, right: ast.expr) -> "pd.Series[bool]":
        if isinstance(sign, ast.In | ast.NotIn):
            found = self._among(left, right)
            return ~found if isinstance(sign, ast.NotIn) else found
        if type(sign) not in ORDERS:
            raise self._refusal("`is` compares no values: write == or !=")
        one, other = self._value(left), self._value(right)
        if not isinstance(one, pd.Series) and not isinstance(other, pd.Series):
            raise self._refusal(f"{self._of(left)} and {self._of(right)} are no columns")
        if _is_text(one) != _is_text(other):
            raise self._refusal(f"{self._of(left)} and {self._of(right)} are a text and a number")
        return ORDERS[type(sign)](one, other).astype("boolean")  # type: ignore[no-any-return]

    def _among(self, left: ast.expr, right: ast.expr) -> "pd.Series[bool]":
        """A column's value among constants, or a text within a column's."""
        value = self._value(left)
        if isinstance(right, ast.Tuple | ast.List) and isinstance(value, pd.Series):
            found = pd.Series(False, value.index, dtype="boolean").mask(value.isna())
            for constant in right.elts:
                found |= self._compared(left, ast.Eq(), constant)
            return found
        whole = None if isinstance(right, ast.Tuple | ast.List) else self._value(right)
        if isinstance(value, str) and isinstance(whole, pd.Series) and _is_text(whole):
            return whole.str.contains(value, regex=False).astype("boolean")
        raise self._refusal(
            "`in` wants a column in a list of constants, or a text in a column of texts"
        )

    def _value(self, tree: ast.expr) -> Any:  # noqa: ANN401 - a column, a number or a text
        sign = 1
        match tree:
            case ast.Name(id=name):
                return column(self._frame, name, "--where")
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant() as tree):
                sign = -1
        match tree:
            case ast.Constant(value=str() as text) if sign == 1:
                if any("\ud800" <= character <= "\udfff" for character in text):
                    raise self._refusal("a text holds half a character (a lone surrogate)")
                return text
            case ast.Constant(value=int() | float() as number) if type(number) is not bool:
                return sign * (number if number < 2**63 else self._large(number))
        raise self._refusal(f"{self._of(tree)} is neither a column nor a number nor a text")

    def _large(self, number: float) -> float:
        try:
            return float(number)
        except OverflowError:
            raise self._refusal("a number in it is too large") from None

    def _of(self, tree: ast.expr) -> str:
        return shown(ast.get_source_segment(self._text, tree) or "a part of it")

    def _refusal(self, what: str) -> UsageError:
        return UsageError(f"--where {shown(self._text)}: {what}: {WAY_OUT}")


def _is_text(value: object) -> bool:
    return isinstance(value, str) or (isinstance(value, pd.Series) and value.dtype == "string")
