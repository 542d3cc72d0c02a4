"""Columns for two pictures, one over the other, in which a block keeps its column."""

from search_space.block import NUM_STEM_FEATURES
from search_space.difference import Difference

Columns = dict[int, int]  # by feature


def align_columns(difference: Difference) -> tuple[Columns, Columns]:
    """A column for every feature of both: shared by paired blocks, unless the block moved.

    Blocks that moved, or that only one has, take a column of their own, the first's first.
    """
    earlier = max(len(a.stem_levels) for a in (difference.first, difference.second))
    start = earlier - NUM_STEM_FEATURES  # room for the stem blocks before feature 0
    columns = [{f: start + f for f in range(NUM_STEM_FEATURES)} for _ in range(2)]
    settled = [pair for pair in difference.pairs if not pair.moved]
    first_end, second_end = (
        NUM_STEM_FEATURES + len(a.blocks) for a in (difference.first, difference.second)
    )
    stops = [(pair.first.feature, pair.second.feature) for pair in settled]
    column, done = earlier, (NUM_STEM_FEATURES, NUM_STEM_FEATURES)
    for stop in [*stops, (first_end, second_end)]:
        for side in range(2):
            for feature in range(done[side], stop[side]):
                columns[side][feature] = column
                column += 1
        if stop != (first_end, second_end):
            columns[0][stop[0]] = columns[1][stop[1]] = column
            column += 1
        done = stop[0] + 1, stop[1] + 1
    return columns[0], columns[1]
