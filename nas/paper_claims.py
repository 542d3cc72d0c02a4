"""The eight claims of arXiv 1912.05027 that a reproduction measures."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from nas.compared_networks import DAMAGED
from results.claims import Claim
from results.paired_steps import Arm, Verdict
from search_space.model_sizes import MODEL_SIZES
from search_space.network_cost import PUBLISHED_COSTS, network_cost

# What searches chose, by the names of their folders; and SEARCH of at most SpineNet-49's cost.
SEARCH, RANDOM, WITHIN = "search", "random", "search, at most SpineNet-49's madds"
HOURGLASS, FISH, LEARNED = "hourglass", "fish", "r0-sp53"
MOVED: Final = ("moved-r35-sp18", "moved-r23-sp30", "moved-r14-sp39", "moved-r0-sp53")
RESNET_EQUAL, RESNET_WIDE = "resnet-50-fpn, equal madds", "resnet-50-fpn, equal widths"
CLOSE: Final = 0.01  # of a published figure, from which on a difference is named
DOUBTFUL: Final = (
    "spinenet-49s",
    "spinenet-mobile-49",
    "spinenet-mobile-49s",
    "spinenet-mobile-49xs",
)


@dataclass(frozen=True, slots=True)
class Text:
    """What a claim says besides its figures."""

    text: str
    paper: str
    estimand: str


MARGIN: Final = 0.01  # AP that a network may be worse by and still be as good
OF_RUNS: Final = (2, 4, 6)  # claims about searches of which there is one each
SCOPE: Final = "of these runs"
SINGLE_SEARCHES: Final = (
    f"Claims {', '.join(map(str, OF_RUNS))} compare what single searches chose: the seeds repeat "
    "the trainings and not the searches, so another seed of a search may choose otherwise."
)
UNPUBLISHED: Final = "R35-SP18 and R14-SP39: no published wiring to count."
_CHOSEN = "the networks that these runs chose, trained anew"
TEXTS: Final = {
    1: Text(
        "the search finds a network at least as good as SpineNet-49, same proxy, no more madds",
        "SpineNet-49 was its best of 14,000",
        f"Difference of true mean AP between a search's choice and SpineNet-49, of {_CHOSEN}.",
    ),
    2: Text(
        "the controller beats random search at equal budget",
        "not published",
        f"Difference of true mean AP between the two choices after equal races, of {_CHOSEN}.",
    ),
    3: Text(
        "scale-permuted beats scale-decreasing with FPN at equal multiply-adds",
        "40.8 (85.4B), 40.7 (95.2B) to 37.8 (96.8B)",
        "Difference of true mean AP; ResNet-50-FPN's stages are narrowed until it costs the same.",
    ),
    4: Text(
        "the learned order beats Hourglass and Fish",
        "40.7 to 38.3 and 37.5",
        "Difference of true mean AP between the choices of three searches of connections, equally "
        f"long: of {_CHOSEN}.",
    ),
    5: Text(
        "cutting short-range, long-range, all cross-scale edges hurts, in this order",
        "40.7 > 35.8 > 28.6 > 28.2",
        "Differences of true mean AP along the paper's order. R0-SP53; every block keeps one "
        "parent: its earlier one, its later one, the block before it.",
    ),
    6: Text(
        "moving more blocks into the permuted part helps",
        "38.7, 39.7, 39.6, 40.7",
        "Difference of true mean AP between the two ends, R0-SP53's choice and R35-SP18's; the "
        "steps between stand beside it. Four equally long searches, as two of the networks are "
        f"unpublished: of {_CHOSEN}.",
    ),
    7: Text(
        "wider and deeper is better: 49S < 49 < 96",
        "39.5 < 42.8 < 47.1",
        "Differences of true mean AP; widths and repeats in the published proportions, one image "
        "size (the paper's 96 also has 1024 pixels, 49S has 640).",
    ),
    8: Text(
        "published cost and parameters",
        f"{len(PUBLISHED_COSTS)} rows of tables and model zoos",
        "Relative difference of our count, without any training: exact.",
    ),
}
# What is compared with what: the better by the claim, then the worse. First what decides a claim,
# then what stands beside it.
_DAMAGED, _GROWN, _ORDER = list(DAMAGED), MOVED[::-1], f"{LEARNED} order"
DECIDED: Final = {
    1: [(WITHIN, "spinenet-49")],
    2: [(SEARCH, RANDOM)],
    3: [("spinenet-49", RESNET_EQUAL)],
    4: [(_ORDER, HOURGLASS), (_ORDER, FISH)],
    5: list(pairwise(_DAMAGED)),
    6: [(_GROWN[0], _GROWN[-1])],
    7: [("spinenet-96", "spinenet-49"), ("spinenet-49", "spinenet-49s")],
}
BESIDE: Final = {
    1: [(SEARCH, "spinenet-49"), (RANDOM, "spinenet-49")],
    3: [
        ("r0-sp53", RESNET_EQUAL),
        ("spinenet-49", RESNET_WIDE),
        (WITHIN, RESNET_EQUAL),
        (RANDOM, RESNET_EQUAL),
    ],
    4: [(_ORDER, MOVED[-1])],  # levels fixed and free, in one space: what another search changes
    5: [(_DAMAGED[0], name) for name in _DAMAGED[2:]],
    6: list(pairwise(_GROWN)),
}


def paper_claims(
    arms: Mapping[str, Arm],
    notes: Mapping[int, Sequence[str]] | None = None,
    *,
    margin: float = MARGIN,
) -> list[Claim]:
    """All eight, by number. A network without an arm was not measured; `notes`: by number.

    margin: AP that claim 1 allows its network to be worse by.
    """

    def measured(names: Iterable[tuple[str, str]]) -> list[tuple[Arm, Arm]]:
        return [(arms.get(a, Arm(a, {})), arms.get(b, Arm(b, {}))) for a, b in names]

    said = {number: tuple((notes or {}).get(number, ())) for number in TEXTS}
    said[1] = (
        f"Confirmed where the 95 % interval's lower end is above -{margin:g} AP and its upper end "
        "not below 0, or both are one network; contradicted where its upper end is below 0.",
        *said[1],
    )
    found = [
        Claim.of(
            measured(pairs),
            measured(BESIDE.get(number, ())),
            margin=margin if number == 1 else None,
            scope=SCOPE if number in OF_RUNS else "",
            number=number,
            text=TEXTS[number].text,
            paper=TEXTS[number].paper,
            estimand=TEXTS[number].estimand,
            notes=said[number],
        )
        for number, pairs in DECIDED.items()
    ]
    return [*found, published_costs()]


def published_costs() -> Claim:
    """Claim 8: our counts, with what the profiler counts for norms, beside the published ones."""
    close, doubtful, off = 0, [], []
    for figure in PUBLISHED_COSTS:
        cost = network_cost(MODEL_SIZES[figure.model], figure.network, figure.image_size)
        shares = {"madds": (cost.madds + cost.norms) / figure.madds - 1}
        if figure.params is not None:
            shares["params"] = cost.params / figure.params - 1
        for what, share in shares.items():
            said = f"{figure.model} {what} {share:+.1%} ({figure.network})"
            if abs(share) <= CLOSE:
                close += 1
            elif figure.model in DOUBTFUL:
                doubtful.append(said)
            else:
                off.append(said)
    total = close + len(doubtful) + len(off)
    notes = [f"{close} of {total} figures within {CLOSE:.0%}"]
    if doubtful:
        notes.append(
            "Beyond that, and not counted in the verdict: " + ", ".join(doubtful) + ". Released "
            "configs of 49S have 128 endpoint filters, its published cost is that of 256, which "
            "is counted; the mobile networks are of another space."
        )
    if off:
        notes.append("Beyond that: " + ", ".join(off))
    notes.append(UNPUBLISHED)
    text = TEXTS[8]
    return Claim(
        number=8,
        text=text.text,
        paper=text.paper,
        estimand=text.estimand,
        steps=(),
        verdict=Verdict.CONTRADICTED if off else Verdict.CONFIRMED,
        scope=f"for {len(off) if off else close} of {total}",
        notes=tuple(notes),
    )
