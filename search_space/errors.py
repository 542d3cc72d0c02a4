"""What can be wrong with an architecture, a genotype or a space.

SearchSpaceError (ValueError)
├── InvalidArchitecture   block specs that no network can be built from
├── InvalidGenotype       choices that name no member of the space, or no member to name
└── InvalidSpace          a space or a scale whose settings contradict each other
"""


class SearchSpaceError(ValueError):
    """Base of every error this package raises; its message is one line."""


class InvalidArchitecture(SearchSpaceError):
    """The block specs describe no network that can be built."""


class InvalidGenotype(SearchSpaceError):
    """The choices name no member of the space, or the architecture is no member of it."""


class InvalidSpace(SearchSpaceError):
    """The settings of a space, or of a scale to build it at, contradict each other."""
