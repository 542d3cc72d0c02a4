"""The known networks that the paper's claims are about, at the widths of a run."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from nas.errors import UsageError
from nas.network_study import Compared
from nas.study import Metrics
from proxy_tasks.recipe import Fidelity
from search_space import (
    MODEL_SIZES,
    R0_SP53,
    RESNET_DEPTHS,
    SPINENET_49,
    Architecture,
    ResNetFpn,
    sequential_only,
    without_long_range,
    without_short_range,
)
from search_space.block import MIN_LEVEL
from search_space.scale import BASE_FILTERS

RESNET: Final = ResNetFpn(RESNET_DEPTHS[50])
DAMAGED: Final = {  # arXiv 1912.05027 Table 8
    "r0-sp53": R0_SP53,
    "r0-sp53 without short-range": without_short_range(R0_SP53),
    "r0-sp53 without long-range": without_long_range(R0_SP53),
    "r0-sp53 sequential": sequential_only(R0_SP53),
}
SCALED: Final = ("spinenet-49s", "spinenet-49", "spinenet-96")
STEPS: Final = 512  # of filter_scale: the width of C5 is then every whole number
CLOSE: Final = 0.02  # what equal multiply-adds may differ by

CostAt = Callable[[Architecture | ResNetFpn, Fidelity], Metrics]


def known_networks(fidelity: Fidelity, *, scaled: bool) -> list[Compared]:
    """SpineNet-49 first; `scaled`: 49S and 96 too, which a task of one fidelity cannot train."""
    here = fidelity.canonical()
    found = [Compared("spinenet-49", SPINENET_49, here)]
    found += [Compared(name, body, here) for name, body in DAMAGED.items()]
    if scaled:
        found += [
            Compared(name, SPINENET_49, scaled_fidelity(fidelity, name).canonical())
            for name in SCALED
            if name != "spinenet-49"
        ]
    return found


def scaled_fidelity(fidelity: Fidelity, name: str) -> Fidelity:
    """That of one of SCALED where `fidelity` is SpineNet-49's: widths and repeats in proportion.

    The image stays as it is: the paper's 96 also sees a larger one.
    """
    ours, base = MODEL_SIZES[name], MODEL_SIZES["spinenet-49"]
    endpoints = ours.backbone.endpoint_filters / base.backbone.endpoint_filters
    return replace(
        fidelity,
        filter_scale=fidelity.filter_scale * ours.backbone.filter_scale,
        block_repeats=fidelity.block_repeats * ours.backbone.block_repeats,
        endpoint_filters=max(1, round(fidelity.endpoint_filters * endpoints)),
        head_filters=max(1, round(fidelity.head_filters * ours.head.filters / base.head.filters)),
    )


def equal_madds(fidelity: Fidelity, cost: CostAt) -> Fidelity:
    """The fidelity at whose filter scale ResNet-50-FPN costs what SpineNet-49 does here.

    Of its stages alone: the pyramid and the head stay as wide as SpineNet-49's endpoints and head.
    Raises UsageError where no width comes within 2 %.
    """
    wanted = cost(SPINENET_49, fidelity)["madds"]

    def at(step: int) -> Fidelity:  # the resamples, which no ResNet has, must have a channel
        return replace(fidelity, filter_scale=step / STEPS, resample_alpha=1.0)

    def madds(step: int) -> float:
        return cost(RESNET, at(step))["madds"]

    low, high = STEPS // BASE_FILTERS[MIN_LEVEL], 4 * STEPS  # the least that a backbone may have
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if madds(middle) <= wanted else (low, middle)
    nearest = min((low, high), key=lambda step: abs(madds(step) - wanted))
    if abs(madds(nearest) / wanted - 1) > CLOSE:
        raise UsageError(
            f"no ResNet-50-FPN costs {wanted:.3g} multiply-adds to 2 %, as SpineNet-49 does here: "
            f"the nearest has {madds(nearest):.3g}; give wider networks (fidelity.filter_scale)"
        )
    return at(nearest)
