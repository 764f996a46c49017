"""What the models of the family take and cost (Runware documentation, model pages of Gemini Omni Flash)."""

from collections.abc import Mapping
from dataclasses import dataclass

DEFAULT_SECONDS = 8
"""Not documented; resellers of the model start from it."""
SHORTEST = 3
REFERENCES = 7
REFERENCES_WITH_SOURCE = 5
INPUT_IMAGE = 0.00306
"""Dollars for each image that goes in."""
INPUT_SECOND = 0.008688
"""Dollars for each second of video that goes in."""

TIERS = {"360p": (640, 360), "720p": (1280, 720), "1080p": (1920, 1080), "4K": (3840, 2160)}


@dataclass(frozen=True)
class Model:
    """`second` is dollars per second of output, for each resolution there is; `extra` are parameters of its own."""

    air: str
    longest: int
    second: Mapping[str, float]
    frames: tuple[str, ...] = ("first",)
    extra: frozenset[str] = frozenset()

    @property
    def sizes(self) -> list[tuple[int, int]]:
        """Landscape and portrait of each resolution."""
        landscape = [TIERS[tier] for tier in self.second]
        return landscape + [(height, width) for width, height in landscape]

    def tier(self, size: tuple[int, int]) -> str:
        """The resolution a size is billed as: the smallest that holds it."""
        for tier in self.second:
            if min(size) <= min(TIERS[tier]):
                return tier
        return list(self.second)[-1]


# The prices of 1.1 are as third parties derived them; those of 1.2 are not published and taken to be the same.
LATER_PRICES = {"360p": 0.03, "720p": 0.10, "1080p": 0.15, "4K": 0.30}
LATER_EXTRA = frozenset({"resolution", "settings", "routing"})
FAMILY = {
    model.air: model
    for model in (
        Model("google:gemini@omni-flash", 10, {"720p": 0.10136}),
        Model("google:gemini@omni-flash-1.1", 10, LATER_PRICES, ("first", "last"), LATER_EXTRA),
        Model("google:gemini@omni-flash-1.2", 15, LATER_PRICES, ("first",), LATER_EXTRA),
    )
}
