"""Damage to bytes and to documents."""

import copy
import math
from random import Random
from typing import Any

ODD_TEXTS = (
    "", " ", "\0", "\n", "\r\n", "a\nb", "\x1b[31mred", "é", "漢字", "\u202eleft", "\U0001f600",
    "\ufeff",
    "..", "../up", "/", ".", "~", "~nobody/x", "a" * 300, "a" * 5000, "%s%d{}", "null", "nan", "-",
    "--",
    "true", "0x10", "1e999", "9" * 5000, "c:\\x", "a/b", "name:0", ":", "os:", ":x", "json:loads",
)  # fmt: skip
ODD_NUMBERS = (
    0, 1, -1, 2, 3, 7, 255, 2**31 - 1, 2**31, 2**32, 2**53, 2**63 - 1, 2**63, 2**64, -(2**63),
    10**30,
    10**400, 10**4000, -(10**400), 0.0, -0.0, 0.5, 1.5, -1.5, 1e-320, 5e-324, 1e16, 1e30, 1e308,
    -1e308,
    math.nan, math.inf, -math.inf,
)  # fmt: skip


def odd_value(rng: Random, depth: int = 0) -> Any:
    """A value that a reader may not have reckoned with: of any type, size and nesting."""
    kinds = ["number"] * 4 + ["text"] * 3 + ["truth", "none", "list", "table", "deep", "long"]
    match rng.choice(kinds if depth < 3 else kinds[:9]):
        case "number":
            return rng.choice(ODD_NUMBERS)
        case "text":
            return rng.choice(ODD_TEXTS)
        case "truth":
            return rng.choice([True, False])
        case "none":
            return None
        case "list":
            return [odd_value(rng, depth + 1) for _ in range(rng.randrange(5))]
        case "table":
            return {odd_name(rng): odd_value(rng, depth + 1) for _ in range(rng.randrange(4))}
        case "long":
            return [rng.choice(ODD_NUMBERS)] * rng.choice([100, 3000])
    value: Any = rng.choice(ODD_NUMBERS)
    for _ in range(rng.choice([50, 150])):
        value = [value] if rng.random() < 0.5 else {"x": value}
    return value


def odd_name(rng: Random) -> str:
    """A key of a table."""
    return rng.choice(ODD_TEXTS[:20]) if rng.random() < 0.7 else str(rng.randrange(9))


def damaged_document(document: Any, rng: Random) -> Any:
    """A copy with one to three nodes replaced, left out, doubled, renamed, nested or swapped."""
    document = copy.deepcopy(document)
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        places = list(_places(document))
        if not places or rng.random() < 0.01:
            return odd_value(rng)
        holder, key = rng.choice(places)
        _damage_node(holder, key, rng)
        if rng.random() < 0.15:
            other, place = rng.choice(places)
            with_value = copy.deepcopy(document) if rng.random() < 0.2 else odd_value(rng)
            if place in other if isinstance(other, dict) else place < len(other):
                other[place] = with_value
    return document


def _damage_node(holder: Any, key: Any, rng: Random) -> None:
    value = holder[key]
    match rng.randrange(8):
        case 0:
            del holder[key]
        case 1 if isinstance(holder, list):
            holder.insert(rng.randrange(len(holder) + 1), copy.deepcopy(value))
        case 1 | 2 if isinstance(holder, dict):
            holder[odd_name(rng)] = holder.pop(key)
        case 3 if isinstance(value, int | float) and not isinstance(value, bool):
            holder[key] = value * rng.choice([-1, 0.5, 2, 1000]) + rng.choice([0, 1, -1, 0.25])
        case 4:
            holder[key] = str(value)
        case 5:
            holder[key] = [value]
        case _:
            holder[key] = odd_value(rng)


def _places(document: Any) -> list[tuple[Any, Any]]:
    """All nodes below the root, as what holds them and their key or index."""
    found: list[tuple[Any, Any]] = []
    left = [document]
    while left:
        node = left.pop()
        if isinstance(node, dict):
            found += [(node, key) for key in node]
            left += node.values()
        elif isinstance(node, list):
            found += [(node, place) for place in range(len(node))]
            left += node
    return found


def damaged_bytes(content: bytes, rng: Random) -> bytes:
    """A copy with bits flipped, bytes overwritten, cut, inserted, moved or joined by others."""
    data = bytearray(content)
    for _ in range(rng.choice([1, 1, 1, 2, 5, 20])):
        at = rng.randrange(len(data)) if data else 0
        length = rng.choice([1, 1, 2, 4, 16, 100, 512])
        match rng.randrange(9):
            case 0 | 1 | 2 if data:
                data[at] ^= 1 << rng.randrange(8)
            case 3:
                data[at : at + length] = rng.randbytes(length)
            case 4:
                data[at : at + length] = bytes([rng.choice([0, 255])]) * length
            case 5:
                del data[at : at + length]
            case 6:
                data[at:at] = data[: rng.randrange(1, 600)]
            case 7 if rng.random() < 0.5:
                del data[at:]
            case _:
                source = rng.randrange(len(data)) if data else 0
                data[at : at + length] = data[source : source + length]
    return bytes(data)
