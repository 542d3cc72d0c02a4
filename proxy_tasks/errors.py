"""What can go wrong in this room, one line each.

ProxyTaskError
├── DataError (a ValueError too)  the user's data is bad: names the file, the value, the way out
├── InvalidRecipe (a ValueError too)  a setting that no training can use
├── InvalidWeights (a ValueError too)  weights that do not fit the backbone they are for
├── MissingDevice                 the GPU that a config asks for is not there
├── MissingExtra (an ImportError too)  a library of an extra that is not installed
└── CandidateFailure              one candidate could not be measured; the search goes on
    └── Diverged                  its loss or its detections stopped being numbers
"""


class ProxyTaskError(Exception):
    """The family of this room."""


class DataError(ProxyTaskError, ValueError):
    """The data set cannot be used as it is; nothing about a candidate is to blame."""


class InvalidRecipe(ProxyTaskError, ValueError):
    """A recipe holds a value that no training can use."""


class InvalidWeights(ProxyTaskError, ValueError):
    """Weights do not fit the backbone that they are loaded into; names the first that does not."""


class MissingExtra(ProxyTaskError, ImportError):
    """An optional library is needed and not installed; says what to install."""


class MissingDevice(ProxyTaskError):
    """No GPU where training is asked for on one; says what to do."""


class CandidateFailure(ProxyTaskError):
    """One candidate has no reward; others may have."""


class Diverged(CandidateFailure):
    """Training left the finite numbers."""
