"""What is said to a person whose file did not come in."""

from django.utils.translation import gettext as _

from studio import engine
from studio.media.disk import DiskFull
from studio.media.links import LinkRefused

REFUSALS = (engine.EngineError, LinkRefused, DiskFull)


def sentence(error: Exception) -> str:
    """The refusal in the reader's language. What is our own failure says that the file is not to blame."""
    if isinstance(error, engine.MediaRefused):
        return _(error.message) % error.values if error.values else _(error.message)
    if isinstance(error, LinkRefused | DiskFull):
        return str(error)
    return _("The studio could not read the file just now; the file itself may be fine. Try again in a moment.")


def status(error: Exception) -> int:
    """The HTTP status that says the same to a program."""
    if isinstance(error, DiskFull):
        return 507
    return 422 if isinstance(error, engine.MediaRefused | LinkRefused) else 503
