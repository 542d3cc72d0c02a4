"""Colours of the drawings: blue and orange stay apart for every kind of colour vision."""

FILL = {"stem": "#8a94a3", "bottleneck": "#2f6db5", "residual": "#e08214", "mbconv": "#7a4fb0"}
PALE = {"stem": "#dde1e6", "bottleneck": "#c9d9ed", "residual": "#f8ddbd", "mbconv": "#dcd0eb"}
INK = "#1d2530"
EDGE_DOWN = "#5b7fa8"  # to a coarser level
EDGE_UP = "#b98a52"  # to a finer level
EDGE_LEVEL = "#7d8794"
EDGE_STEM = "#b4bcc7"
EDGE_SAME = "#ccd2da"  # in a difference: in both
MERGE = "#c2185b"
DEAD = "#a9b0ba"
GRID = "#e6e9ee"
MUTED = "#6a7482"
# In a difference: of the first alone, of the second alone, of both but changed.
LOST, LOST_HALO = "#cf222e", "#ffd7d5"
GAINED, GAINED_HALO = "#0b7a52", "#c4ecd8"
CHANGED, CHANGED_HALO = "#966b00", "#ffe48a"
