"""Shapes on a grid of 1000 by 1000, and colours."""

# Coordinates read best in a row.
# ruff: noqa: PLR0917

import math
import random
from collections.abc import Callable, Sequence

from PIL import Image, ImageDraw

SIDE_PIXELS = 750
GRID = 1000
FLOOR = 830
OVERSAMPLING = 2
"""Shapes are drawn this much larger and shrunk: Pillow's own edges are jagged."""

Colour = tuple[int, int, int]
Point = tuple[float, float]


def rgb(text: str) -> Colour:
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def mix(one: str, other: str, share: float) -> str:
    parts = (round(a + (b - a) * share) for a, b in zip(rgb(one), rgb(other), strict=True))
    return "#" + "".join(f"{part:02x}" for part in parts)


def dark(colour: str, share: float = 0.28) -> str:
    return mix(colour, "#1b1420", share)


def light(colour: str, share: float = 0.35) -> str:
    return mix(colour, "#ffffff", share)


class Pen:
    """Draws in units of the grid on a transparent sheet."""

    def __init__(self) -> None:
        side = SIDE_PIXELS * OVERSAMPLING
        self.scale = side / GRID
        self.sheet = Image.new("RGBA", (side, side), (0, 0, 0, 0))
        self._draw = ImageDraw.Draw(self.sheet)

    def _at(self, points: Sequence[Point]) -> list[Point]:
        return [(x * self.scale, y * self.scale) for x, y in points]

    def shape(self, colour: str, *points: Point) -> None:
        self._draw.polygon(self._at(points), fill=colour)

    def oval(self, colour: str, x: float, y: float, rx: float, ry: float | None = None) -> None:
        ry = rx if ry is None else ry
        self._draw.ellipse(self._at([(x - rx, y - ry), (x + rx, y + ry)]), fill=colour)

    def box(self, colour: str, x0: float, y0: float, x1: float, y1: float, r: float = 0) -> None:
        self._draw.rounded_rectangle(self._at([(x0, y0), (x1, y1)]), r * self.scale, fill=colour)

    def line(self, colour: str, width: float, *points: Point) -> None:
        self._draw.line(
            self._at(points), fill=colour, width=round(width * self.scale), joint="curve"
        )
        for x, y in (points[0], points[-1]):
            self.oval(colour, x, y, width / 2)

    def ring(
        self,
        colour: str,
        width: float,
        x: float,
        y: float,
        rx: float,
        ry: float | None = None,
        start: float = 0,
        end: float = 360,
    ) -> None:
        ry = rx if ry is None else ry
        self._draw.arc(
            self._at([(x - rx, y - ry), (x + rx, y + ry)]),
            start,
            end,
            fill=colour,
            width=round(width * self.scale),
        )

    def wedge(
        self, colour: str, x: float, y: float, rx: float, ry: float, start: float, end: float
    ) -> None:
        self._draw.pieslice(self._at([(x - rx, y - ry), (x + rx, y + ry)]), start, end, fill=colour)

    def leaf(
        self, colour: str, x: float, y: float, length: float, width: float, turn: float
    ) -> None:
        """A leaf from its stem at (x, y), ``turn`` degrees from upright, with a middle rib."""
        angle = math.radians(turn - 90)
        along, across = (math.cos(angle), math.sin(angle)), (-math.sin(angle), math.cos(angle))

        def at(t: float, side: float) -> Point:
            bulge = side * width / 2 * math.sin(math.pi * t**0.8)
            return (
                x + along[0] * length * t + across[0] * bulge,
                y + along[1] * length * t + across[1] * bulge,
            )

        steps = [step / 14 for step in range(15)]
        self.shape(colour, *[at(t, 1) for t in steps], *[at(t, -1) for t in reversed(steps)])
        self.line(dark(colour, 0.18), 5, (x, y), at(0.86, 0))


Motif = Callable[[Pen, str, str, random.Random], None]
MOTIFS: dict[str, Motif] = {}


def motif(draw: Motif) -> Motif:
    MOTIFS[draw.__name__] = draw
    return draw
