"""Pictures of an architecture or of the difference of two: for the terminal, SVG, Graphviz."""

from search_space.drawing.difference_svg import draw_difference_svg
from search_space.drawing.difference_text import draw_difference_text
from search_space.drawing.dot import draw_dot
from search_space.drawing.svg import draw_svg
from search_space.drawing.text import draw_text

__all__ = ["draw_difference_svg", "draw_difference_text", "draw_dot", "draw_svg", "draw_text"]
