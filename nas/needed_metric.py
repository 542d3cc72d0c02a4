"""Whether a search will measure what its controller needs, before it trains anything."""

from collections.abc import Callable, Collection

from controllers import Controller
from nas.errors import UsageError
from results.front import LARGER_IS_BETTER
from search_space.shown import shown


def check_needed_metric(
    controller: Controller, counted: Collection[str], find_task: Callable[[], object]
) -> None:
    """Raises UsageError if the controller's `needs_metric` is not known of any candidate.

    `counted` are the metrics that are known of every candidate. `find_task` gives the task's class,
    and is asked only where it matters, as its import may take seconds; what a class without an
    attribute METRICS reports is not known before it does.
    """
    needed = getattr(controller, "needs_metric", None)
    if needed is None or needed in counted:
        return
    reported = getattr(find_task(), "METRICS", None)
    if needed.startswith(LARGER_IS_BETTER) or (reported is not None and needed not in reported):
        raise UsageError(
            f"the controller minimises {shown(needed)}, which this search does not measure, or "
            "which should be large: "
            f"choose one of {', '.join(_wanted_small({*(reported or ()), *counted}))} "
            "(--controller.options.minimize)"
        )


def _wanted_small(metrics: set[str]) -> list[str]:
    return sorted(name for name in metrics if not name.startswith(LARGER_IS_BETTER))
