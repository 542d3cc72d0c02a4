"""What can be wrong with a controller.

ControllerError(ValueError)
├── InvalidSetting       an argument outside its range
├── InvalidObservation   a reward that is no number, or a genotype that is no member of the space
└── InvalidState         a state that another controller, or another setting of it, has written
"""


class ControllerError(ValueError):
    """What the room `controllers` raises; the message is one line and names the way out."""


class InvalidSetting(ControllerError):
    """An argument of a controller is outside its range."""


class InvalidObservation(ControllerError):
    """A reward that is no finite number, or a genotype that is no member of the space."""


class InvalidState(ControllerError):
    """A state that was not written by this controller with these settings."""
