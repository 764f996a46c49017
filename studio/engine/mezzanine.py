"""When a chain of turns is kept whole and without loss on the way, so that the next turn need not do all of it again.

A render from the original is the truth, and undo and branches rest on it. A mezzanine only saves time: it stands for
the turns up to it where nothing of theirs can be undone or placed anew by later ones, and may be lost at any moment.
"""

from collections.abc import Sequence

from studio.engine.catalogue import BY_ID
from studio.engine.effects.entry import Stage
from studio.engine.plan import Plan

# These treat every picture alike, one after the other; to steady a shot looks at its neighbours. Times, crops, captions
# and sounds of several turns are folded.
ALIKE = frozenset(
    (
        Stage.DENOISE, Stage.GRADE, Stage.LOOK, Stage.TEXTURE, Stage.STYLISE, Stage.ATMOSPHERE,
        Stage.VIGNETTE,
    )
)  # fmt: skip
SLOW_ENOUGH = 2
"""Slow effects that a turn does again, from which on it is worth it. Others are quicker done anew than read back:
without loss, ten seconds of noisy 720p are 200 MB."""


def can_stand_for(plans: Sequence[Plan]) -> bool:
    """Whether a file of these turns, from the first one on, is as good as doing them."""
    return all(BY_ID[step.id].stage in ALIKE and not BY_ID[step.id].timed for plan in plans for step in plan.steps)


def is_worth_keeping(plans: Sequence[Plan], is_drawn: bool) -> bool:
    """`plans`: what this turn does anew, since the original or the last mezzanine. `is_drawn`: the pictures, too."""
    return len(plans) > 1 and (is_drawn or _slow(plans) >= SLOW_ENOUGH)


def _slow(plans: Sequence[Plan]) -> int:
    return sum(BY_ID[step.id].slow for plan in plans for step in plan.steps)
