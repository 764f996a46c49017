"""Small things that fly through the picture: snow, rain, embers.

Each has a place, a speed and a size of its own, drawn once by chance; where it is follows from the time alone, so
that every render of a moment is the same. Only the pixels that they touch are reckoned.
"""

import av
import numpy as np
from numpy.typing import NDArray

from studio.engine.effects.entry import Params, strength
from studio.engine.painters.planes import Plane, moment, planes

Floats = NDArray[np.floating]
Spot = NDArray[np.int16]


def cover(plane: Plane, rows: Floats, columns: Floats, shares: Floats, ink: float) -> None:
    """Lay ink over the pixels, by shares between 0 and 1; those that meet add up, those outside are left out."""
    height, width = plane.shape
    down, across = rows.astype(np.intp), columns.astype(np.intp)
    inside = (down >= 0) & (down < height) & (across >= 0) & (across < width) & (shares > 0.004)
    down, across = down[inside], across[inside]
    flat = down * width + across
    sheet = np.zeros(height * width, np.float32)
    np.add.at(sheet, flat, shares[inside].astype(np.float32))
    share = np.minimum(sheet[flat], 1.0)
    plane[down, across] = (plane[down, across] * (1 - share) + ink * share).astype(np.uint8)


class Flight:
    """Where `count` things are: x and y in pixels of the picture, wrapped around it with room at the rim."""

    def __init__(self, chance: np.random.Generator, count: int, width: int, height: int, room: float) -> None:
        self._size = np.float32(width + 2 * room), np.float32(height + 2 * room)
        self._room = np.float32(room)
        self.near = np.sort(chance.uniform(0, 1, count).astype(np.float32) ** 2)  # few are close and large
        self._start = chance.uniform(0, 1, (2, count)).astype(np.float32)
        self.phase = chance.uniform(0, 2 * np.pi, count).astype(np.float32)

    def at(self, across: Floats, down: Floats) -> tuple[Floats, Floats]:
        """After they have moved so many pixels."""
        x = (self._start[0] * self._size[0] + across) % self._size[0] - self._room
        y = (self._start[1] * self._size[1] + down) % self._size[1] - self._room
        return x.astype(np.float32), y.astype(np.float32)


def discs(x: Floats, y: Floats, radius: Floats, shares: Floats) -> tuple[Floats, Floats, Floats]:
    """Soft round spots: the rows, columns and shares of their pixels."""
    parts = []
    reaches = np.ceil(radius * 1.5).astype(np.intp)
    for reach in np.unique(reaches):
        which = np.flatnonzero(reaches == reach)
        step = np.arange(-reach, reach + 1, dtype=np.float32)
        rows = np.floor(y[which])[:, None, None] + step[None, :, None]
        columns = np.floor(x[which])[:, None, None] + step[None, None, :]
        away = np.hypot(rows + 0.5 - y[which][:, None, None], columns + 0.5 - x[which][:, None, None])
        soft = np.clip(1.5 - away / radius[which][:, None, None], 0, 1) * shares[which][:, None, None]
        full = np.broadcast_to(rows, soft.shape), np.broadcast_to(columns, soft.shape)
        parts.append((full[0].ravel(), full[1].ravel(), soft.ravel()))
    rows, columns, soft = (np.concatenate(part) for part in zip(*parts, strict=True))
    return rows, columns, soft


class Snow:
    def __init__(self, width: int, height: int, params: Params, seed: int = 3) -> None:
        self._unit = min(width, height) / 720
        count = round(480 * strength(params) * width * height / (min(width, height) ** 2 * 16 / 9))
        self._flight = Flight(np.random.default_rng(seed), count, width, height, 14 * self._unit)

    def paint(self, frame: av.VideoFrame) -> None:
        light, blue, red = planes(frame)
        time, flight, unit = np.float32(moment(frame)), self._flight, np.float32(self._unit)
        sway = np.sin(time * (0.8 + 0.9 * (1 - flight.near)) + flight.phase) * (10 + 22 * flight.near)
        x, y = flight.at(unit * (sway + 26 * time), unit * time * (70 + 210 * flight.near))
        radius = unit * (1.5 + 6.5 * flight.near**1.5)
        rows, columns, shares = discs(x, y, np.maximum(radius, 0.8), 1.0 - 0.25 * flight.near)
        cover(light, rows, columns, shares, 232.0)
        for plane in (blue, red):
            cover(plane, rows[::2] / 2, columns[::2] / 2, shares[::2], 128.0)


class Rain:
    LENGTH = 26

    def __init__(self, width: int, height: int, params: Params, seed: int = 5) -> None:
        self._unit = min(width, height) / 720
        count = round(520 * strength(params) * width * height / (min(width, height) ** 2 * 16 / 9))
        self._flight = Flight(np.random.default_rng(seed), count, width, height, 70 * self._unit)

    def paint(self, frame: av.VideoFrame) -> None:
        light, _blue, _red = planes(frame)
        time, flight, unit = np.float32(moment(frame)), self._flight, np.float32(self._unit)
        fall = unit * (900 + 900 * flight.near)
        x, y = flight.at(-0.16 * fall * time, fall * time)
        length = unit * (22 + 44 * flight.near)
        along = np.linspace(0, 1, self.LENGTH, dtype=np.float32)
        wide = 2 if self._unit > 0.6 else 1
        side = np.arange(wide, dtype=np.float32)
        rows = y[:, None, None] - (along * length[:, None])[:, :, None] + 0 * side
        columns = x[:, None, None] + 0.16 * (along * length[:, None])[:, :, None] + side
        shares = (0.42 + 0.35 * flight.near)[:, None, None] * np.sin(np.pi * (1 - along) ** 0.6)[None, :, None]
        shares = np.broadcast_to(shares * np.where(side == 0, 1.0, 0.55), rows.shape)
        cover(light, rows.ravel(), columns.ravel(), shares.ravel().astype(np.float32), 225.0)


class Embers:
    """Bright cores, and around each a glow that was drawn beforehand: its place may be a half pixel off."""

    def __init__(self, width: int, height: int, params: Params, seed: int = 9) -> None:
        self._unit = min(width, height) / 720
        count = round(130 * strength(params) * width * height / (min(width, height) ** 2 * 16 / 9))
        self._flight = Flight(np.random.default_rng(seed), count, width, height, 30 * self._unit)
        self._core = np.maximum(np.float32(self._unit) * (2.0 + 4.5 * self._flight.near), 1.0).astype(np.float32)
        self._glows = [(glow(4.5 * radius), glow(2.25 * radius)) for radius in self._core]

    def paint(self, frame: av.VideoFrame) -> None:
        light, blue, red = planes(frame)
        time, flight, unit = np.float32(moment(frame)), self._flight, np.float32(self._unit)
        sway = np.sin(time * (1.1 + flight.near) + flight.phase) * (24 + 30 * flight.near)
        x, y = flight.at(unit * (sway + 30 * time), -unit * time * (60 + 150 * flight.near))
        flicker = (0.7 + 0.3 * np.sin(time * 9 + 5 * flight.phase)).astype(np.float32)
        for across, down, bright, (whole, half) in zip(x, y, flicker, self._glows, strict=True):
            lay(light, whole, across, down, bright * 0.45, 175)
            lay(blue, half, across / 2, down / 2, bright * 0.6, 60)
            lay(red, half, across / 2, down / 2, bright * 0.6, 190)
        rows, columns, shares = discs(x, y, self._core, flicker)
        cover(light, rows, columns, shares, 215.0)
        cover(blue, rows / 2, columns / 2, shares / 2.5, 50.0)
        cover(red, rows / 2, columns / 2, shares / 2.5, 175.0)


def glow(radius: float) -> Spot:
    """A round spot that fades out to its rim; 127 is opaque."""
    reach = int(np.ceil(radius * 1.5))
    step = np.arange(-reach, reach + 1, dtype=np.float32)
    away = np.hypot(step[:, None], step[None, :])
    return np.asarray(127 * np.clip(1.5 - away / radius, 0, 1) ** 2, np.int16)


def lay(plane: Plane, spot: Spot, x: float, y: float, share: float, ink: int) -> None:
    """Lay ink through the spot, as far as it is inside the plane."""
    reach = len(spot) // 2
    top, left = int(y) - reach, int(x) - reach
    place = plane[max(0, top) : max(0, top + len(spot)), max(0, left) : max(0, left + len(spot))]
    if place.size:
        first_row, first_column = max(0, -top), max(0, -left)
        part = spot[first_row : first_row + place.shape[0], first_column : first_column + place.shape[1]]
        weight = part * np.int16(127 * share) >> 7
        place[:] = place + ((np.int16(ink) - place) * weight >> 7)
