"""Pictures of an architecture: for the terminal, as SVG, and for Graphviz."""

from search_space.drawing.dot import draw_dot
from search_space.drawing.svg import draw_svg
from search_space.drawing.text import draw_text

__all__ = ["draw_dot", "draw_svg", "draw_text"]
