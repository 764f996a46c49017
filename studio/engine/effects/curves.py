"""Tone curves of a colour grade, written as points and bent as far as the strength says."""

from collections.abc import Mapping

Points = tuple[tuple[float, float], ...]


def curves(k: float, channels: Mapping[str, Points]) -> str:
    """A filter for RGB: at k = 1 each channel ("r", "g", "b" or "all") passes through its points (0 to 1 both ways).

    Twice as strong bends only half as far again: a look shall stay a picture.
    """
    k = min(k, 0.5 + k / 2)
    parts = []
    for channel, points in channels.items():
        bent = " ".join(f"{x:g}/{min(1.0, max(0.0, x + (y - x) * k)):.4f}" for x, y in points)
        parts.append(f"{channel}='{bent}'")
    return "curves=interp=pchip:" + ":".join(parts)
