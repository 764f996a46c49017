"""Where the camera stands: the picture's size, its horizon, and what each pixel looks at."""

from dataclasses import dataclass


@dataclass(frozen=True)
class View:
    """`horizon` is the first row of water; `focal` is the distance of the picture plane in pixels."""

    width: int
    height: int
    horizon: int
    focal: float
    sun_x: float
    sun_y: float

    @property
    def eye(self) -> float:
        """Metres above the water: higher where more of it is seen, so that the nearest waves keep their size."""
        return 6.0 * max(1.0, self.sea_rows / (340 * self.unit))

    @property
    def sea_rows(self) -> int:
        return self.height - self.horizon

    @property
    def sun_side(self) -> float:
        """The light's direction sideways, as the tangent of its angle."""
        return (self.sun_x - self.width / 2) / self.focal

    @property
    def sun_up(self) -> float:
        return (self.horizon - self.sun_y) / self.focal

    @property
    def unit(self) -> float:
        """One for a picture of 720 on its shorter side: sizes of things are given for that."""
        return min(self.width, self.height) / 720
