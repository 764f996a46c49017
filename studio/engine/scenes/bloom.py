"""What is very bright lights its surroundings."""

import numpy as np
from PIL import Image, ImageChops, ImageFilter

from .film import Picture
from .palettes import Colour

BRIGHT = [0] * 180 + [int((value - 180) * 0.75) for value in range(180, 256)]


def bloom(picture: Picture, light: Colour) -> Picture:
    """The picture with a glow of that colour around its brightest places."""
    image = Image.fromarray(picture)
    bright = image.reduce(4).convert("L").point(BRIGHT)
    near, wide = bright.filter(ImageFilter.BoxBlur(2)), bright.filter(ImageFilter.BoxBlur(9))
    glow = ImageChops.add(near.filter(ImageFilter.BoxBlur(2)), wide.filter(ImageFilter.BoxBlur(7)))
    box = glow.getbbox()
    if box is None:
        return picture
    left, top, right, bottom = (side * 4 for side in box)
    around = (left, top, min(right, image.width), min(bottom, image.height))
    soft = glow.crop(box).resize((right - left, bottom - top), Image.Resampling.BILINEAR)
    part = image.crop(around)
    soft = soft.crop((0, 0, *part.size))
    tinted = Image.merge("RGB", [soft.point([int(value * share) for value in range(256)]) for share in light])
    image.paste(ImageChops.screen(part, tinted), around)
    return np.asarray(image)
