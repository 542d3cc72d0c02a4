"""Colours of the drawings: blue and orange stay apart for every kind of colour vision."""

FILL = {"stem": "#8a94a3", "bottleneck": "#2f6db5", "residual": "#e08214"}
INK = "#1d2530"
EDGE_DOWN = "#5b7fa8"  # to a coarser level
EDGE_UP = "#b98a52"  # to a finer level
EDGE_LEVEL = "#7d8794"
MERGE = "#c2185b"
DEAD = "#a9b0ba"
GRID = "#e6e9ee"
MUTED = "#6a7482"
