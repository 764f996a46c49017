"""What a change of each kind looks like, in pictures before and after an effect."""

from collections.abc import Callable, Sequence

import numpy as np

Pictures = Sequence[np.ndarray]


def warmth(picture: np.ndarray) -> float:
    return float(picture[..., 0].mean() - picture[..., 2].mean())


def luma(picture: np.ndarray) -> np.ndarray:
    weighted: np.ndarray = picture @ np.array([0.299, 0.587, 0.114])
    return weighted


def light(picture: np.ndarray) -> float:
    return float(luma(picture).mean())


def contrast(picture: np.ndarray) -> float:
    return float(luma(picture).std())


def chroma(picture: np.ndarray) -> float:
    return float((picture.max(axis=2).astype(int) - picture.min(axis=2)).mean())


def corners(picture: np.ndarray) -> float:
    light = luma(picture)
    return float(light[-30:, -50:].mean() / light[75:105, 135:185].mean())


def detail(picture: np.ndarray) -> float:
    """How much each pixel differs from its neighbours."""
    light = luma(picture)
    around = (light[:-2, 1:-1] + light[2:, 1:-1] + light[1:-1, :-2] + light[1:-1, 2:]) / 4
    return float(np.abs(light[1:-1, 1:-1] - around).mean())


def difference(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.abs(one.astype(int) - other).mean())


MEASURES: dict[str, Callable[[np.ndarray], float]] = {
    "warmth": warmth,
    "luma": light,
    "contrast": contrast,
    "chroma": chroma,
    "corners": corners,
    "detail": detail,
    "noise": lambda picture: detail(picture[100:]),
}


def brown(before: Pictures, after: Pictures) -> bool:
    red, green, blue = (after[3][..., at].astype(int) for at in range(3))
    return float((red >= green).mean()) > 0.98 and float((green >= blue).mean()) > 0.98 and chroma(after[3]) > 8


def glowing(before: Pictures, after: Pictures) -> bool:
    return light(after[3]) > light(before[3]) + 2 and detail(after[3]) < detail(before[3])


def steepest(picture: np.ndarray) -> float:
    """The hardest edge between two columns."""
    return float(np.abs(np.diff(luma(picture), axis=1)).max())


def soft_at_the_rim(before: Pictures, after: Pictures) -> bool:
    rim, middle = (steepest(after[3][rows]) / steepest(before[3][rows]) for rows in (slice(5, 35), slice(92, 108)))
    return rim < 0.7 and middle > 0.9


def step_share(picture: np.ndarray) -> float:
    """How many neighbours in a row are not exactly alike."""
    return float((np.abs(np.diff(luma(picture), axis=1)) > 0.6).mean())


def bright_and_grey(before: Pictures, after: Pictures) -> bool:
    return chroma(after[3]) < 6 and light(after[3]) > light(before[3]) + 40 and light(after[3]) < 225


def lines_on_black(before: Pictures, after: Pictures) -> bool:
    shown = luma(after[3])
    return chroma(after[3]) < 6 and float((shown < 40).mean()) > 0.7 and float(shown.max()) > 150


def few_tones(before: Pictures, after: Pictures) -> bool:
    """Five of light hold nearly all of the picture."""
    tones = 255 * np.linspace(0.05, 0.95, 5) ** 1.25
    off = [np.abs(luma(pictures[3])[..., None] - tones).min(axis=2) for pictures in (before, after)]
    return float((off[1] < 5).mean()) > 0.9 > 0.3 > float((off[0] < 5).mean())


def blocks(before: Pictures, after: Pictures) -> bool:
    """Four by four pixels are one at this size."""
    shown = luma(after[3])[:176].reshape(44, 4, 80, 4)
    return float(np.ptp(shown, axis=(1, 3)).mean()) < 2 < difference(before[3], after[3]) + 1.5


def inverted(before: Pictures, after: Pictures) -> bool:
    return difference(255 - before[3], after[3]) < 6


def heat(before: Pictures, after: Pictures) -> bool:
    """What was bright is red now, what was dark is blue."""
    shown, light_before = after[3].astype(int), luma(before[3])
    warm = shown[..., 0] - shown[..., 2]
    return float(warm[light_before > 200].mean()) > 60 and float(warm[light_before < 70].mean()) < -60


def bursts(before: Pictures, after: Pictures) -> bool:
    changes = sorted(difference(one, other) for one, other in zip(before, after, strict=True))
    return changes[-2] > 2 * changes[2]


def trails(before: Pictures, after: Pictures) -> bool:
    """Where the white bar was in the picture before there is still light; where it comes next there is none yet."""
    was = luma(before[2]) > luma(before[3]) + 80
    return float((luma(after[3])[was] - luma(before[3])[was]).mean()) > 60 and difference(after[0], before[0]) < 3


def halves(before: Pictures, after: Pictures) -> bool:
    left, right = after[3][:, :158], after[3][:, :-159:-1]
    return difference(left, right) < 2 and difference(left, before[3][:, :158]) < 2


def veil(before: Pictures, after: Pictures) -> bool:
    dark = luma(before[3]) < 60
    lifted = float((luma(after[3]) - luma(before[3]))[dark].mean())
    return lifted > 20 and contrast(after[3]) < 0.95 * contrast(before[3]) and difference(after[3], after[9]) > 1


def specks(before: Pictures, after: Pictures) -> np.ndarray:
    """Where something stands out from the ground, in the lower half, in two pictures."""
    ground = [luma(after[at])[100:] for at in (3, 4)]
    return np.array([light > np.median(light, axis=1, keepdims=True) + 25 for light in ground])


def bright_specks(before: Pictures, after: Pictures) -> bool:
    """Some, not everywhere, and elsewhere a picture later."""
    first, second = specks(before, after)
    return 0.004 < first.mean() < 0.3 and float((first & second).sum() / first.sum()) < 0.5


def warm_specks(before: Pictures, after: Pictures) -> bool:
    red_over_blue = [picture[100:, :, 0].astype(int) - picture[100:, :, 2] for picture in (before[3], after[3])]
    return bright_specks(before, after) and float((red_over_blue[1] > red_over_blue[0].max() + 20).mean()) > 0.004


CHECKS: dict[str, Callable[[Pictures, Pictures], bool]] = {
    "flat chroma": lambda before, after: chroma(after[3]) < 6,
    "picture": lambda before, after: difference(before[3], after[3]) > 1.0,
    "sepia": brown,
    "glow": glowing,
    "rim detail": soft_at_the_rim,
    "flat areas": lambda before, after: step_share(after[3]) < 0.7 * step_share(before[3]),
    "bright grey": bright_and_grey,
    "lines on black": lines_on_black,
    "few tones": few_tones,
    "blocks": blocks,
    "inverted": inverted,
    "heat": heat,
    "bursts": bursts,
    "trails": trails,
    "halves": halves,
    "veil": veil,
    "bright specks": bright_specks,
    "warm specks": warm_specks,
}
