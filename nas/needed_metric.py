"""Whether a search will measure what its controller needs, before it trains anything."""

from collections.abc import Callable, Collection

from controllers import Controller
from nas.errors import UsageError
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
    if reported is not None and needed not in reported:
        raise UsageError(
            f"the controller needs a metric {shown(needed)}, which this search does not measure: "
            f"choose one of {', '.join(sorted({*reported, *counted}))} "
            "(--controller.options.minimize)"
        )
