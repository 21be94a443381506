"""Draws the demo shop's product pictures: flat still lifes, the same on every machine.

    python -m demo.pictures FOLDER      writes every picture, and a contact sheet

A picture is a motif (what), two or three colours, and a backdrop chosen by its name. A motif draws
flat shapes in a square of 1000 by 1000 whose floor is at ``FLOOR``; light, shadow and backdrop are
the same for all and added afterwards.
"""

# Coordinates read best in a row.
# ruff: noqa: PLR0917

import math
import random
import sys
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageFilter

SIDE_PIXELS = 1200
GRID = 1000
FLOOR = 830
OVERSAMPLING = 2
"""Shapes are drawn this much larger and shrunk: Pillow's own edges are jagged."""

Colour = tuple[int, int, int]
Point = tuple[float, float]

BACKDROPS = (
    ("#f4e3d3", "#e8c9ae", "#d9ac88"),
    ("#dfe9e6", "#bdd3cd", "#93b5ab"),
    ("#e6e3f1", "#c9c2e0", "#a59ac8"),
    ("#fbe9c6", "#f3d08b", "#dcae5a"),
    ("#dce8f3", "#b5cfe6", "#8aaecd"),
    ("#f7dcd9", "#ecb5ae", "#d48d86"),
    ("#e9ecdc", "#cbd4ad", "#a6b37f"),
    ("#efe9e3", "#d8cdc2", "#b9a999"),
)
"""Upper wall, lower wall, floor."""


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


@motif
def chair(pen: Pen, main: str, second: str, _: random.Random) -> None:
    for x, lean in ((360, -18), (640, 18)):
        pen.line(dark(main), 26, (x, 560), (x + lean * 0.4, FLOOR - 30))
    pen.line(main, 30, (335, 190), (335, 560), (312, FLOOR))
    pen.line(main, 30, (665, 190), (665, 560), (688, FLOOR))
    for y in (220, 300, 380):
        pen.box(light(main, 0.12), 335, y, 665, y + 44, 14)
    pen.box(main, 300, 540, 700, 590, 16)
    pen.box(second, 308, 506, 692, 556, 24)
    pen.line(dark(main), 20, (325, 700), (675, 700))


@motif
def armchair(pen: Pen, main: str, second: str, _: random.Random) -> None:
    for x in (300, 700):
        pen.line(second, 26, (x, 740), (x + (x - 500) * 0.1, FLOOR))
    pen.box(main, 270, 230, 730, 700, 90)
    pen.box(light(main, 0.1), 320, 280, 680, 620, 60)
    pen.box(dark(main, 0.14), 215, 440, 345, 760, 60)
    pen.box(dark(main, 0.14), 655, 440, 785, 760, 60)
    pen.box(light(main, 0.18), 320, 560, 680, 690, 44)
    pen.box(dark(main, 0.2), 260, 690, 740, 765, 30)
    pen.box(second, 430, 400, 590, 560, 26)


@motif
def table(pen: Pen, main: str, second: str, _: random.Random) -> None:
    for x, lean in ((250, -46), (750, 46)):
        pen.line(dark(main, 0.2), 30, (x, 480), (x + lean, FLOOR))
    for x, lean in ((390, -14), (610, 14)):
        pen.line(dark(main, 0.42), 24, (x, 480), (x + lean, FLOOR - 50))
    pen.oval(dark(main, 0.2), 500, 476, 350, 74)
    pen.oval(main, 500, 456, 350, 74)
    pen.oval(light(main, 0.14), 480, 448, 250, 44)
    pen.box(second, 560, 316, 640, 446, 26)
    pen.oval(dark(second), 600, 322, 36, 12)
    for turn in (-34, -8, 22):
        pen.leaf("#5f8a5a", 600, 322, 130, 46, turn)


@motif
def shelf(pen: Pen, main: str, second: str, rng: random.Random) -> None:
    pen.box(dark(main, 0.3), 280, 150, 720, FLOOR, 12)
    pen.box(dark(main, 0.5), 306, 176, 694, FLOOR - 26, 6)
    colours = (second, "#c4553f", "#3f6f8f", "#e3b04b", "#5f8a5a", "#efe6d8")
    for row in range(3):
        bottom = 370 + row * 213
        x = 318.0
        while x < 620:
            width, height = rng.randint(26, 50), rng.randint(110, 172)
            pen.box(rng.choice(colours), x, bottom - height, x + width, bottom, 4)
            x += width + 4
        pen.box(main, 280, bottom, 720, bottom + 26, 4)
    pen.oval(second, 652, 330, 34, 40)


@motif
def lamp(pen: Pen, main: str, second: str, _: random.Random) -> None:
    pen.oval(dark(main), 470, FLOOR - 22, 170, 34)
    pen.oval(main, 470, FLOOR - 38, 170, 34)
    pen.line(second, 22, (470, FLOOR - 40), (370, 540), (560, 330))
    pen.oval(dark(second), 370, 540, 26)
    pen.shape(main, (505, 300), (600, 240), (790, 330), (520, 446))
    pen.oval(dark(main), 655, 388, 150, 44)
    pen.shape(main, (505, 300), (600, 240), (798, 366), (512, 416))
    pen.oval("#fff7d9", 660, 400, 62, 26)


@motif
def pendant(pen: Pen, main: str, second: str, _: random.Random) -> None:
    pen.line("#3b3540", 10, (500, 0), (500, 300))
    pen.wedge(main, 500, 590, 290, 310, 180, 360)
    pen.wedge(light(main, 0.2), 500, 590, 200, 310, 180, 250)
    pen.oval(dark(main, 0.4), 500, 590, 290, 44)
    pen.oval("#fffbe8", 500, 602, 92, 40)
    pen.box(second, 456, 250, 544, 310, 14)


@motif
def camera(pen: Pen, main: str, second: str, _: random.Random) -> None:
    pen.box(dark(second, 0.1), 360, 322, 640, 430, 26)
    pen.box(second, 180, 390, 820, 520, 40)
    pen.box(main, 180, 450, 820, FLOOR - 60, 40)
    pen.box(second, 180, 730, 820, FLOOR - 40, 34)
    pen.box(dark(second), 236, 352, 320, 400, 14)
    pen.oval(light(second, 0.4), 716, 388, 44, 20)
    for radius, colour in (
        (178, "#d9d5d0"), (160, "#2b2a31"), (122, "#3d3b45"), (96, "#16151b"), (66, "#27405e")
    ):  # fmt: skip
        pen.oval(colour, 500, 600, radius)
    pen.oval("#7fa6cf", 474, 572, 24)
    pen.oval("#e8f1fa", 532, 636, 9)
    pen.box("#16151b", 448, 350, 552, 400, 14)
    pen.oval("#d5523f", 764, 478, 14)


@motif
def headphones(pen: Pen, main: str, second: str, _: random.Random) -> None:
    pen.ring(dark(main), 54, 500, 520, 262, 320, 180, 360)
    pen.ring(main, 34, 500, 512, 256, 316, 186, 354)
    for x, side in ((266, 1), (734, -1)):
        pen.box(dark(main), x - 34, 500, x + 34, 620, 24)
        pen.box(second, x - 52 + 40 * side, 520, x + 52 + 40 * side, 790, 50)
        pen.box(main, x - 60 - 8 * side, 510, x + 60 - 8 * side, 800, 58)
        pen.oval(light(main, 0.18), x - 14 * side, 655, 34, 96)


@motif
def watch(pen: Pen, main: str, second: str, _: random.Random) -> None:
    pen.shape(dark(main), (410, 110), (590, 110), (620, 360), (380, 360))
    pen.shape(dark(main), (380, 620), (620, 620), (586, FLOOR + 20), (414, FLOOR + 20))
    pen.shape(main, (424, 110), (576, 110), (600, 360), (400, 360))
    pen.shape(main, (400, 620), (600, 620), (572, FLOOR + 20), (428, FLOOR + 20))
    for y in (690, 740, 790):
        pen.oval(dark(main, 0.4), 500, y, 10)
    pen.box(second, 690, 468, 740, 516, 12)
    pen.oval(dark(second, 0.2), 500, 492, 206)
    pen.oval(second, 500, 492, 194)
    pen.oval("#faf6ee", 500, 492, 160)
    for hour in range(12):
        angle = math.radians(hour * 30)
        inner = 122 if hour % 3 == 0 else 136
        ends = [(500 + r * math.sin(angle), 492 - r * math.cos(angle)) for r in (inner, 148)]
        pen.line("#2b2a31", 9, *ends)
    pen.line("#2b2a31", 13, (500, 492), (434, 446))
    pen.line("#2b2a31", 10, (500, 492), (584, 400))
    pen.line("#d5523f", 5, (486, 540), (530, 372))
    pen.oval("#2b2a31", 500, 492, 14)


@motif
def phone(pen: Pen, main: str, second: str, _: random.Random) -> None:
    pen.box(dark(main, 0.4), 330, 130, 690, FLOOR, 58)
    pen.box(main, 316, 130, 676, FLOOR, 58)
    pen.box("#14131a", 332, 146, 660, FLOOR - 16, 46)
    pen.box(second, 344, 158, 648, FLOOR - 28, 38)
    pen.shape(light(second, 0.22), (344, 560), (500, 440), (648, 590), (648, 760), (344, 760))
    pen.oval(light(second, 0.5), 556, 330, 62)
    pen.box("#14131a", 448, 176, 544, 200, 12)
    for row in range(2):
        for column in range(3):
            x, y = 384 + column * 84, 560 + row * 92
            pen.box(light(second, 0.75), x, y, x + 58, y + 58, 16)


@motif
def laptop(pen: Pen, main: str, second: str, _: random.Random) -> None:
    pen.box(dark(main, 0.2), 210, 260, 790, 690, 26)
    pen.box("#17161d", 228, 278, 772, 672, 12)
    pen.box(second, 240, 290, 760, 660, 6)
    pen.shape(light(second, 0.2), (240, 660), (430, 430), (560, 560), (640, 480), (760, 660))
    pen.oval(light(second, 0.6), 640, 372, 40)
    pen.shape(main, (160, 690), (840, 690), (900, 790), (100, 790))
    pen.shape(dark(main, 0.25), (232, 704), (768, 704), (792, 744), (208, 744))
    pen.shape(dark(main, 0.12), (410, 754), (590, 754), (604, 782), (396, 782))
    pen.box(dark(main, 0.35), 100, 788, 900, 810, 10)


@motif
def speaker(pen: Pen, main: str, second: str, _: random.Random) -> None:
    pen.box(main, 320, 160, 680, FLOOR, 36)
    pen.box(dark(main, 0.18), 346, 186, 654, FLOOR - 26, 24)
    for y, radius in ((330, 86), (620, 138)):
        pen.oval("#d8d2ca", 500, y, radius + 10)
        pen.oval("#26252c", 500, y, radius)
        pen.oval("#3a3842", 500, y, radius * 0.78)
        pen.oval(second, 500, y, radius * 0.34)
    pen.oval(second, 620, 220, 10)


@motif
def keyboard(pen: Pen, main: str, second: str, _: random.Random) -> None:
    pen.box(dark(main, 0.35), 110, 470, 890, 790, 36)
    pen.box(main, 110, 450, 890, 764, 36)
    for row in range(4):
        x = 140.0 + row * 8
        while x < 840:
            width = 300 if row == 3 and 300 < x < 400 else 50
            colour = second if (row + round(x / 60)) % 7 == 0 else light(main, 0.7)
            pen.box(dark(colour, 0.25), x, 486 + row * 66, x + width, 538 + row * 66, 10)
            pen.box(colour, x + 3, 482 + row * 66, x + width - 3, 528 + row * 66, 9)
            x += width + 10


@motif
def bicycle(pen: Pen, main: str, second: str, _: random.Random) -> None:
    for x in (255, 745):
        pen.ring("#2b2a31", 24, x, 640, 190)
        pen.ring("#cfc9c2", 8, x, 640, 168)
        for spoke in range(12):
            angle = math.radians(spoke * 30 + 8)
            end = (x + 166 * math.cos(angle), 640 + 166 * math.sin(angle))
            pen.line("#bdb6ae", 3, (x, 640), end)
        pen.oval(dark(main), x, 640, 20)
    back, crank, seat, head, front = (255, 640), (470, 640), (400, 380), (660, 350), (745, 640)
    pen.line(main, 24, back, seat, crank, back)
    pen.line(main, 26, seat, head, crank)
    pen.line(main, 24, (648, 300), front)
    pen.line("#8d8891", 18, seat, (384, 316))
    pen.line(second, 34, (330, 306), (430, 300))
    pen.line("#8d8891", 18, (648, 300), (640, 252))
    pen.line(second, 26, (640, 252), (724, 244), (742, 290))
    pen.oval("#3b3941", *crank, 46)
    pen.oval("#bdb6ae", *crank, 26)
    pen.line("#3b3941", 14, crank, (510, 716))
    pen.line("#3b3941", 22, (484, 722), (540, 716))


@motif
def skateboard(pen: Pen, main: str, second: str, _: random.Random) -> None:
    for x in (300, 700):
        pen.shape("#9d98a1", (x - 60, 700), (x + 60, 700), (x + 30, 756), (x - 30, 756))
        for dx in (-46, 46):
            pen.oval(second, x + dx, 770, 52)
            pen.oval("#f3ece2", x + dx, 770, 20)
    pen.line(dark(main), 48, (110, 610), (220, 690), (780, 690), (890, 610))
    pen.line(main, 34, (110, 600), (222, 678), (778, 678), (890, 600))
    pen.line("#2b2a31", 10, (112, 584), (226, 660), (774, 660), (888, 584))


@motif
def guitar(pen: Pen, main: str, second: str, _: random.Random) -> None:
    pen.box(dark(second), 470, 120, 530, 560, 6)
    pen.box(second, 478, 120, 522, 560, 4)
    pen.shape(dark(second), (458, 40), (542, 40), (530, 130), (470, 130))
    for y in (60, 92):
        for x in (446, 554):
            pen.oval("#e6dcc8", x, y, 12)
    for colour, grow in ((dark(main), 14), (main, 0)):
        pen.oval(colour, 500, 500, 142 + grow, 128 + grow)
        pen.oval(colour, 500, 690, 196 + grow, 164 + grow)
        pen.box(colour, 392 - grow, 500, 608 + grow, 690, 40)
    pen.oval(light(main, 0.14), 470, 690, 130, 118)
    pen.oval(dark(main, 0.6), 500, 566, 64)
    pen.ring(second, 10, 500, 566, 76)
    pen.box(dark(second), 420, 734, 580, 764, 10)
    for x in (484, 495, 506, 517):
        pen.line("#f6efe1", 2.5, (x, 80), (x, 744))


@motif
def drum(pen: Pen, main: str, second: str, _: random.Random) -> None:
    pen.shape(main, (230, 420), (770, 420), (742, 760), (258, 760))
    pen.oval(dark(main, 0.1), 500, 760, 242, 62)
    for x in (300, 400, 500, 600, 700):
        pen.line("#f1e5cf", 8, (x - 40, 440), (x, 790 - abs(500 - x) * 0.12), (x + 40, 440))
    pen.oval(second, 500, 416, 284, 78)
    pen.oval("#f6eddd", 500, 404, 266, 66)
    pen.ring(second, 20, 500, 766, 246, 62, 0, 180)
    pen.line("#c99b62", 20, (420, 390), (720, 210))
    pen.line("#c99b62", 20, (580, 400), (300, 200))
    pen.oval("#e7c79a", 414, 394, 24, 18)
    pen.oval("#e7c79a", 588, 404, 24, 18)


@motif
def books(pen: Pen, main: str, second: str, rng: random.Random) -> None:
    colours = [main, second, "#efe3cf", dark(second, 0.35), light(main, 0.3)]
    y = FLOOR
    for index, colour in enumerate(colours):
        height, width, shift = rng.randint(72, 104), rng.randint(400, 520), rng.randint(-36, 36)
        left = 500 - width / 2 + shift
        pen.box("#f7f0e2", left + 18, y - height + 10, left + width - 6, y - 10, 4)
        pen.box(colour, left, y - height, left + width, y - height + 16, 8)
        pen.box(colour, left, y - 16, left + width, y, 8)
        pen.box(colour, left, y - height, left + 76, y, 12)
        pen.box(light(colour, 0.45), left + 22, y - height + 26, left + 34, y - 26, 4)
        y -= height
        if index == 4:
            pen.box(dark(main, 0.45), left + 120, y - 22, left + 300, y, 8)


@motif
def open_book(pen: Pen, main: str, second: str, _: random.Random) -> None:
    pen.shape(main, (120, 480), (500, 520), (880, 480), (880, 790), (500, 830), (120, 790))
    pen.shape("#fbf5e8", (146, 450), (330, 440), (500, 500), (500, 796), (330, 746), (146, 760))
    pen.shape("#f1e8d6", (854, 450), (670, 440), (500, 500), (500, 796), (670, 746), (854, 760))
    for row in range(6):
        y = 520 + row * 38
        pen.line("#c8bda8", 7, (190, y - 6), (450, y + 36))
        pen.line("#c8bda8", 7, (810 - (row % 3) * 40, y - 6), (550, y + 36))
    pen.shape(second, (560, 470), (606, 458), (606, 640), (583, 616), (560, 648))


@motif
def plant(pen: Pen, main: str, second: str, rng: random.Random) -> None:
    for turn in (-78, -52, -30, -10, 12, 34, 56, 80):
        shade = mix(main, "#ffffff", rng.uniform(0, 0.2))
        pen.leaf(shade, 500, 560, 330 - abs(turn) * 0.9, 112, turn)
    pen.shape(second, (356, 556), (644, 556), (606, FLOOR), (394, FLOOR))
    pen.box(dark(second, 0.12), 338, 530, 662, 596, 16)
    pen.oval(dark(second, 0.55), 500, 534, 150, 16)


@motif
def cactus(pen: Pen, main: str, second: str, _: random.Random) -> None:
    pen.line(main, 84, (500, 420), (500, 280), (500, 600))
    pen.line(main, 132, (500, 270), (500, 600))
    pen.line(main, 76, (480, 500), (340, 500), (340, 400))
    pen.line(main, 70, (520, 440), (656, 440), (656, 330))
    for x in (464, 500, 536):
        for y in range(250, 590, 52):
            pen.line("#f4efdc", 4, (x, y), (x, y + 14))
    pen.oval("#e8738a", 500, 196, 36)
    pen.oval("#f7c6cf", 500, 196, 16)
    pen.shape(second, (352, 580), (648, 580), (612, FLOOR), (388, FLOOR))
    pen.box(light(second, 0.16), 336, 560, 664, 620, 16)


@motif
def mug(pen: Pen, main: str, second: str, _: random.Random) -> None:
    pen.ring(dark(main, 0.16), 46, 690, 570, 116, 126)
    pen.box(main, 290, 380, 690, FLOOR, 56)
    pen.box(main, 290, 380, 690, 500, 0)
    pen.oval(light(main, 0.3), 490, 384, 200, 48)
    pen.oval("#5a3a28", 490, 392, 174, 36)
    pen.box(second, 290, 600, 690, 672, 0)
    for x in (430, 500, 560):
        points = [(x + 16 * math.sin(t / 3), 310 - t * 9.0) for t in range(20)]
        pen.line("#ffffff", 10, *points)


@motif
def teapot(pen: Pen, main: str, second: str, _: random.Random) -> None:
    pen.ring(dark(main, 0.15), 40, 730, 560, 110, 130, 260, 110)
    pen.shape(dark(main, 0.06), (330, 640), (160, 420), (210, 400), (390, 520))
    pen.oval(main, 500, 610, 258, 214)
    pen.box(dark(main, 0.18), 380, FLOOR - 34, 620, FLOOR - 4, 14)
    pen.oval(light(main, 0.16), 420, 540, 90, 80)
    pen.oval(second, 500, 420, 134, 36)
    pen.oval(second, 500, 366, 32)


@motif
def vase(pen: Pen, main: str, second: str, _: random.Random) -> None:
    for turn, length in ((-26, 330), (-6, 400), (20, 350)):
        angle = math.radians(turn - 90)
        x, y = 500 + length * math.cos(angle), 470 + length * math.sin(angle)
        pen.line("#6d8f5f", 10, (500, 480), (x, y))
        for petal in range(7):
            spot = math.radians(petal * 360 / 7)
            pen.oval(second, x + 34 * math.cos(spot), y + 34 * math.sin(spot), 27)
        pen.oval("#f5cf62", x, y, 24)
    pen.box(main, 440, 450, 560, 580, 20)
    pen.oval(main, 500, 690, 178, 140)
    pen.box(main, 410, 760, 590, FLOOR, 18)
    pen.oval(dark(main), 500, 456, 64, 16)
    pen.ring(light(main, 0.5), 12, 500, 640, 160, 46, 0, 180)
    pen.ring(light(main, 0.5), 8, 500, 676, 172, 46, 0, 180)


@motif
def bowl(pen: Pen, main: str, second: str, _: random.Random) -> None:
    for x, y, colour in (
        (400, 470, "#d9573f"), (520, 440, "#e8a33d"), (620, 480, "#9bb455"), (480, 500, "#c94b44")
    ):  # fmt: skip
        pen.oval(colour, x, y, 86)
        pen.oval(light(colour, 0.35), x - 26, y - 28, 22, 16)
    pen.wedge(main, 500, 520, 330, 290, 0, 180)
    pen.box(dark(main), 400, 794, 600, FLOOR, 10)
    pen.box(light(main, 0.2), 164, 506, 836, 548, 20)
    pen.box(second, 196, 590, 804, 616, 0)


@motif
def sneaker(pen: Pen, main: str, second: str, _: random.Random) -> None:
    pen.shape(
        main,
        (200, 430), (330, 470), (410, 400), (470, 440), (560, 560), (720, 630), (840, 670),
        (860, 760), (180, 760), (176, 560),
    )  # fmt: skip
    pen.oval(main, 790, 715, 82, 62)
    pen.shape(light(second, 0.1), (176, 560), (330, 560), (420, 760), (180, 760))
    pen.shape(
        dark(main, 0.35), (200, 430), (330, 470), (410, 400), (390, 450), (320, 506), (210, 470)
    )
    for step in range(4):
        x, y = 456 + step * 52, 478 + step * 42
        pen.line("#fbf7ee", 13, (x - 26, y + 34), (x + 22, y - 14))
    pen.line(second, 22, (330, 700), (480, 600), (640, 712))
    pen.box("#fbf7ee", 164, 744, 880, 806, 28)
    pen.box(dark(second), 164, 790, 880, FLOOR - 6, 16)


@motif
def backpack(pen: Pen, main: str, second: str, _: random.Random) -> None:
    pen.ring(dark(main), 28, 500, 210, 70, 80, 180, 360)
    pen.box(dark(main, 0.25), 240, 470, 340, 790, 40)
    pen.box(dark(main, 0.25), 660, 470, 760, 790, 40)
    pen.box(main, 290, 190, 710, FLOOR, 130)
    pen.box(light(main, 0.12), 340, 520, 660, FLOOR - 30, 40)
    pen.box(second, 290, 400, 710, 446, 0)
    pen.line(dark(main, 0.45), 9, (356, 590), (644, 590))
    pen.box(second, 480, 580, 520, 640, 10)
    pen.line(dark(main, 0.35), 9, (370, 300), (630, 300))


@motif
def tent(pen: Pen, main: str, second: str, _: random.Random) -> None:
    pen.shape(dark(main, 0.25), (500, 250), (880, FLOOR), (500, FLOOR))
    pen.shape(main, (500, 250), (120, FLOOR), (740, FLOOR))
    pen.shape(dark(main, 0.62), (500, 250), (380, FLOOR), (590, FLOOR))
    pen.shape(second, (500, 250), (380, FLOOR), (330, FLOOR))
    pen.shape(second, (500, 250), (590, FLOOR), (630, FLOOR))
    pen.line("#efe5d2", 6, (500, 250), (64, FLOOR))
    pen.line("#efe5d2", 6, (500, 250), (936, FLOOR))


@motif
def ball(pen: Pen, main: str, second: str, _: random.Random) -> None:
    pen.oval(main, 500, 560, 268)
    pen.ring(second, 16, 500, 560, 260)
    pen.line(second, 14, (500, 296), (500, 824))
    pen.line(second, 14, (236, 560), (764, 560))
    pen.ring(second, 14, 190, 560, 210, 260, -52, 52)
    pen.ring(second, 14, 810, 560, 210, 260, 128, 232)


@motif
def racket(pen: Pen, main: str, second: str, _: random.Random) -> None:
    for offset in range(-140, 141, 35):
        reach = 190 * math.sqrt(1 - (offset / 170) ** 2)
        pen.line("#f7f3e8", 4, (500 + offset, 340 - reach), (500 + offset, 340 + reach))
        pen.line(
            "#f7f3e8", 4, (500 - reach * 0.86, 340 + offset), (500 + reach * 0.86, 340 + offset)
        )
    pen.ring(main, 34, 500, 340, 190, 226)
    pen.line(main, 26, (420, 540), (500, 630), (580, 540))
    pen.line(second, 46, (500, 640), (500, FLOOR - 14))
    for y in range(670, 800, 30):
        pen.line(dark(second), 6, (480, y + 10), (520, y))
    pen.oval("#d8e35a", 720, 760, 62)
    pen.ring("#f7f9dc", 7, 790, 760, 70, 60, 130, 230)


@motif
def blocks(pen: Pen, main: str, second: str, _: random.Random) -> None:
    for colour, x, y in (
        (main, 250, 620), (second, 470, 620), ("#e9b949", 360, 410), ("#6fa287", 690, 620)
    ):  # fmt: skip
        pen.shape(light(colour, 0.35), (x, y), (x + 34, y - 34), (x + 234, y - 34), (x + 200, y))
        pen.shape(
            dark(colour), (x + 200, y), (x + 234, y - 34), (x + 234, y + 176), (x + 200, y + 210)
        )
        pen.box(colour, x, y, x + 200, y + 210, 4)
        pen.box(light(colour, 0.25), x + 26, y + 28, x + 174, y + 182, 20)
    pen.shape("#fbf5e8", (350, 680), (400, 780), (300, 780))
    pen.oval("#fbf5e8", 570, 725, 46)
    pen.box("#fbf5e8", 420, 474, 500, 556, 8)


@motif
def bear(pen: Pen, main: str, second: str, _: random.Random) -> None:
    pale = light(main, 0.45)
    for x in (372, 628):
        pen.oval(main, x, 226, 66)
        pen.oval(pale, x, 226, 36)
        pen.oval(dark(main, 0.1), x + (x - 500) * 0.36, 760, 92, 76)
        pen.oval(pale, x + (x - 500) * 0.44, 766, 48, 42)
        pen.oval(dark(main, 0.08), x + (x - 500) * 0.4, 560, 60, 110)
    pen.oval(main, 500, 640, 186, 190)
    pen.oval(pale, 500, 660, 118, 128)
    pen.oval(main, 500, 340, 184, 164)
    pen.oval(pale, 500, 394, 86, 66)
    pen.oval("#2b2028", 500, 364, 28, 20)
    pen.ring("#2b2028", 8, 500, 396, 34, 28, 20, 160)
    for x in (430, 570):
        pen.oval("#2b2028", x, 316, 17)
        pen.oval("#ffffff", x + 5, 310, 5)
    pen.shape(second, (500, 490), (420, 450), (420, 536))
    pen.shape(second, (500, 490), (580, 450), (580, 536))
    pen.oval(dark(second), 500, 492, 20)


@motif
def rocket(pen: Pen, main: str, second: str, _: random.Random) -> None:
    pen.shape(dark(second, 0.1), (400, 560), (270, 720), (290, 800), (420, 700))
    pen.shape(dark(second, 0.1), (600, 560), (730, 720), (710, 800), (580, 700))
    pen.shape("#f3a63b", (430, 730), (570, 730), (500, FLOOR + 40))
    pen.shape("#fbe08a", (465, 730), (535, 730), (500, FLOOR - 20))
    pen.oval(main, 500, 430, 136, 320)
    pen.box(main, 380, 600, 620, 730, 20)
    pen.shape(second, (500, 96), (590, 250), (410, 250))
    pen.oval(second, 500, 254, 92, 24)
    pen.oval(dark(second, 0.3), 500, 430, 74)
    pen.oval("#bfe0ef", 500, 430, 54)
    pen.box(second, 384, 640, 616, 680, 0)


@motif
def train(pen: Pen, main: str, second: str, _: random.Random) -> None:
    pen.box(main, 170, 500, 640, 720, 60)
    pen.box(second, 560, 330, 830, 720, 20)
    pen.box("#d9ecf2", 620, 390, 770, 510, 16)
    pen.box(dark(second), 530, 296, 860, 346, 18)
    pen.shape(dark(main), (240, 500), (340, 500), (360, 380), (220, 380))
    pen.box(dark(main, 0.45), 206, 356, 374, 396, 14)
    pen.oval("#e9b949", 470, 494, 44)
    pen.box(dark(main, 0.5), 150, 700, 850, 744, 16)
    for x, radius in ((270, 66), (430, 66), (700, 92)):
        pen.oval("#33303a", x, FLOOR - radius, radius)
        pen.oval("#e9b949", x, FLOOR - radius, radius * 0.62)
        pen.oval("#33303a", x, FLOOR - radius, radius * 0.2)
    pen.shape("#8c8692", (170, 700), (90, FLOOR), (190, FLOOR))


@motif
def candle(pen: Pen, main: str, second: str, _: random.Random) -> None:
    for radius, share in ((190, 0.86), (130, 0.7)):
        pen.oval(mix("#ffd98a", "#fff6dd", share), 500, 250, radius)
    pen.box(main, 330, 470, 670, FLOOR, 36)
    pen.oval(light(main, 0.35), 500, 476, 170, 40)
    pen.oval("#fdf3da", 500, 484, 138, 28)
    pen.line("#3b3030", 9, (500, 480), (500, 380))
    pen.oval("#f39a2d", 500, 340, 42, 78)
    pen.shape("#f39a2d", (468, 300), (532, 300), (500, 190))
    pen.oval("#fde79c", 500, 358, 22, 48)
    pen.box(second, 390, 580, 610, 720, 12)
    pen.line(dark(second), 7, (430, 630), (570, 630))
    pen.line(dark(second), 7, (450, 668), (550, 668))


@motif
def soap(pen: Pen, main: str, second: str, rng: random.Random) -> None:
    pen.box(dark(second), 190, 770, 810, FLOOR - 4, 24)
    pen.box(second, 190, 748, 810, 800, 24)
    for colour, x, y in ((main, 250, 590), (light(main, 0.5), 410, 440)):
        pen.box(dark(colour, 0.16), x, y + 22, x + 350, y + 168, 60)
        pen.box(colour, x, y, x + 350, y + 146, 60)
        pen.box(light(colour, 0.3), x + 90, y + 46, x + 260, y + 92, 22)
    for _ in range(9):
        x, y, radius = rng.randint(230, 780), rng.randint(230, 430), rng.randint(14, 40)
        pen.oval("#ffffff", x, y, radius)
        pen.oval(mix("#ffffff", main, 0.2), x, y, radius - 5)
        pen.oval("#ffffff", x - radius * 0.3, y - radius * 0.3, radius * 0.2)


@motif
def necklace(pen: Pen, main: str, second: str, _: random.Random) -> None:
    pen.shape("#efe6da", (420, 170), (580, 170), (610, 380), (790, 520), (800, FLOOR), (200, FLOOR),
              (210, 520), (390, 380))  # fmt: skip
    for step in range(33):
        angle = math.radians(8 + step * 164 / 32)
        x, y = 500 + 196 * math.cos(angle), 420 + 220 * math.sin(angle)
        pen.oval(dark(main, 0.16), x, y + 3, 14)
        pen.oval(main, x, y, 13)
    pen.shape(second, (500, 640), (556, 710), (500, 800), (444, 710))
    pen.shape(light(second, 0.4), (500, 640), (528, 710), (500, 740), (472, 710))


@motif
def ring(pen: Pen, main: str, second: str, _: random.Random) -> None:
    pen.ring(dark(main, 0.2), 56, 500, 610, 214)
    pen.ring(main, 36, 500, 606, 208)
    pen.ring(light(main, 0.55), 9, 500, 606, 200, 200, 190, 260)
    pen.shape(dark(second, 0.2), (380, 300), (620, 300), (500, 440))
    pen.shape(second, (430, 230), (570, 230), (620, 300), (380, 300))
    pen.shape(light(second, 0.55), (430, 230), (500, 230), (462, 300), (380, 300))
    pen.shape(light(second, 0.25), (462, 300), (540, 300), (500, 440))
    pen.line(dark(main), 20, (470, 430), (530, 430))


@motif
def sunglasses(pen: Pen, main: str, second: str, _: random.Random) -> None:
    pen.line(dark(main), 24, (170, 520), (330, 350))
    pen.line(dark(main), 24, (830, 520), (670, 350))
    for x in (320, 680):
        pen.box(main, x - 172, 490, x + 172, 740, 100)
        pen.box(second, x - 142, 518, x + 142, 712, 78)
        pen.shape(light(second, 0.35), (x - 90, 530), (x - 20, 530), (x - 90, 690), (x - 128, 640))
    pen.ring(main, 30, 500, 590, 64, 56, 190, 350)


@motif
def hat(pen: Pen, main: str, second: str, _: random.Random) -> None:
    pen.oval(dark(main, 0.15), 500, 720, 390, 92)
    pen.oval(main, 500, 704, 390, 88)
    pen.box(main, 300, 370, 700, 690, 150)
    pen.oval(main, 500, 690, 200, 44)
    pen.box(second, 300, 590, 700, 672, 10)
    pen.oval(dark(main, 0.2), 500, 388, 120, 22)


@motif
def pan(pen: Pen, main: str, second: str, _: random.Random) -> None:
    pen.line(second, 56, (700, 560), (905, 470))
    pen.oval("#e8dcc6", 890, 477, 12)
    pen.oval(dark(main), 440, 650, 320, 150)
    pen.oval(main, 440, 610, 320, 146)
    pen.oval(dark(main, 0.4), 440, 612, 280, 120)
    pen.oval("#fffaf0", 410, 610, 150, 70)
    pen.oval("#fffaf0", 520, 640, 90, 44)
    pen.oval("#f6b73c", 420, 604, 56, 34)
    pen.oval("#fde3a0", 404, 594, 16, 9)


@motif
def jar(pen: Pen, main: str, second: str, _: random.Random) -> None:
    pen.box("#f3ead9", 310, 330, 690, FLOOR, 70)
    pen.box(main, 330, 420, 670, FLOOR - 20, 56)
    pen.box(dark(second, 0.2), 330, 250, 670, 350, 24)
    pen.box(second, 330, 240, 670, 326, 24)
    pen.box("#fdf8ec", 372, 520, 628, 720, 16)
    pen.oval(second, 500, 590, 40)
    pen.line(dark(main, 0.3), 9, (430, 660), (570, 660))
    pen.line(dark(main, 0.3), 9, (450, 692), (550, 692))
    pen.box(light(main, 0.5), 344, 440, 364, 760, 10)


@motif
def bag(pen: Pen, main: str, second: str, _: random.Random) -> None:
    pen.ring(dark(second), 28, 500, 430, 140, 210, 180, 360)
    pen.shape(main, (270, 420), (730, 420), (800, FLOOR), (200, FLOOR))
    pen.shape(dark(main, 0.14), (270, 420), (730, 420), (748, 520), (252, 520))
    pen.ring(second, 28, 500, 436, 170, 230, 180, 360)
    for x in (330, 670):
        pen.oval("#e6cf8f", x, 452, 16)
    pen.box(second, 440, 600, 560, 690, 14)
    pen.line(light(main, 0.3), 5, (232, 780), (768, 780))


@dataclass(frozen=True, slots=True)
class Picture:
    motif: str
    main: str
    second: str


PICTURES: dict[str, Picture] = {
    name: Picture(motif_name, main, second)
    for name, motif_name, main, second in (
        ("oak-chair", "chair", "#b98350", "#e8d9c0"),
        ("black-chair", "chair", "#3a3740", "#c4553f"),
        ("green-armchair", "armchair", "#5d8069", "#e3b04b"),
        ("rose-armchair", "armchair", "#c97f7a", "#7c4a3a"),
        ("round-table", "table", "#c08a55", "#efe6d8"),
        ("bookcase", "shelf", "#a9744a", "#e3b04b"),
        ("desk-lamp", "lamp", "#d8593f", "#4a4650"),
        ("brass-lamp", "lamp", "#3f6f6b", "#c9a24f"),
        ("pendant-lamp", "pendant", "#e3b04b", "#4a4650"),
        ("blue-pendant", "pendant", "#44709c", "#d9b36a"),
        ("film-camera", "camera", "#4a3530", "#b9b4ae"),
        ("black-camera", "camera", "#2f2e36", "#55525c"),
        ("studio-headphones", "headphones", "#34323b", "#8b5e4a"),
        ("mint-headphones", "headphones", "#6fb0a2", "#f0e9dc"),
        ("dress-watch", "watch", "#8a5638", "#d9b36a"),
        ("steel-watch", "watch", "#38507a", "#b9bdc4"),
        ("blue-phone", "phone", "#aeb6c4", "#3f63a8"),
        ("coral-phone", "phone", "#35323c", "#e0715c"),
        ("laptop", "laptop", "#c3c6cc", "#40699a"),
        ("walnut-speaker", "speaker", "#8a5a3c", "#d9a441"),
        ("keyboard", "keyboard", "#55606f", "#e0715c"),
        ("red-bicycle", "bicycle", "#c8452f", "#7c4a3a"),
        ("teal-bicycle", "bicycle", "#2f8084", "#2b2a31"),
        ("skateboard", "skateboard", "#c08a55", "#e0715c"),
        ("mint-skateboard", "skateboard", "#5aa593", "#f0c14e"),
        ("classical-guitar", "guitar", "#d19a58", "#5b3a28"),
        ("red-guitar", "guitar", "#b23a34", "#3a2a26"),
        ("hand-drum", "drum", "#b5452f", "#c9a24f"),
        ("blue-drum", "drum", "#3f6f8f", "#e6dcc8"),
        ("novels", "books", "#2f5d62", "#c4553f"),
        ("cook-books", "books", "#d98b3a", "#5f8a5a"),
        ("sketchbook", "open_book", "#7c4a3a", "#c4553f"),
        ("atlas", "open_book", "#2f5d8a", "#e3b04b"),
        ("rubber-plant", "plant", "#3f7a4f", "#e0a184"),
        ("peace-lily", "plant", "#6a9a54", "#f1ebe0"),
        ("cactus", "cactus", "#4f8a5c", "#d9764f"),
        ("stoneware-mug", "mug", "#7f9aa8", "#efe6d8"),
        ("terracotta-mug", "mug", "#cf7a52", "#f3e3c8"),
        ("teapot", "teapot", "#3f6f8f", "#e3b04b"),
        ("cream-teapot", "teapot", "#e9dcc3", "#b5653f"),
        ("blue-vase", "vase", "#3d5f94", "#e98a8f"),
        ("fruit-bowl", "bowl", "#8fb0a8", "#f3ead9"),
        ("white-sneaker", "sneaker", "#ece8e1", "#3f9a7d"),
        ("blue-sneaker", "sneaker", "#3f63a8", "#f0c14e"),
        ("canvas-backpack", "backpack", "#8a8f55", "#8a5638"),
        ("red-backpack", "backpack", "#c04a3a", "#33303a"),
        ("tent", "tent", "#e0893a", "#f3dfae"),
        ("basketball", "ball", "#d9763a", "#3a2a26"),
        ("racket", "racket", "#3a5f9a", "#2b2a31"),
        ("wooden-blocks", "blocks", "#c4553f", "#3f7fa0"),
        ("teddy-bear", "bear", "#b07b4f", "#c4453f"),
        ("grey-bear", "bear", "#8d93a1", "#3f7fa0"),
        ("toy-rocket", "rocket", "#f0ebe1", "#d5523f"),
        ("toy-train", "train", "#3f7fa0", "#c4453f"),
        ("beeswax-candle", "candle", "#d9a441", "#fdf3da"),
        ("lavender-soap", "soap", "#a796c9", "#b98350"),
        ("pearl-necklace", "necklace", "#f6f1ea", "#3f8f8a"),
        ("gold-ring", "ring", "#d9a93f", "#7fc4d9"),
        ("sunglasses", "sunglasses", "#2b2a31", "#6a5a8a"),
        ("straw-hat", "hat", "#e0bb78", "#b23a34"),
        ("iron-pan", "pan", "#45434d", "#8a5a3c"),
        ("honey-jar", "jar", "#e09a2b", "#7c4a3a"),
        ("leather-bag", "bag", "#a8633a", "#5b3426"),
        ("olive-bag", "bag", "#7d8450", "#3d3a2a"),
    )
}  # fmt: skip


def draw_picture(name: str) -> Image.Image:
    """The picture of that name in ``PICTURES``, as RGB; the same pixels every time."""
    picture = PICTURES[name]
    rng = random.Random(zlib.crc32(name.encode()))
    pen = Pen()
    MOTIFS[picture.motif](pen, picture.main, picture.second, rng)
    thing = pen.sheet.reduce(OVERSAMPLING)
    scene = _backdrop(rng.randrange(len(BACKDROPS)), rng.randrange(3)).copy()
    _cast_shadow(scene, thing)
    scene.paste(_lit(thing), (0, 0), thing)
    return scene


@cache
def _backdrop(index: int, kind: int) -> Image.Image:
    """A wall with a floor, a disc or an arch; shapes are soft enough to be drawn small."""
    upper, lower, floor = BACKDROPS[index]
    side = SIDE_PIXELS
    wall = _gradient(upper, lower)
    draw = ImageDraw.Draw(wall)
    horizon = round(side * 0.7)
    if kind == 0:
        radius = side * 0.37
        centre = side * 0.5, side * 0.46
        box = (centre[0] - radius, centre[1] - radius, centre[0] + radius, centre[1] + radius)
        draw.ellipse(box, fill=rgb(light(upper, 0.45)))
    elif kind == 1:
        draw.rounded_rectangle(
            (side * 0.16, side * 0.1, side * 0.84, side * 1.2),
            side * 0.34,
            fill=rgb(light(upper, 0.38)),
        )
    ground = _gradient(floor, mix(floor, lower, 0.45)).resize((side, side - horizon))
    wall.paste(ground, (0, horizon))
    return wall.filter(ImageFilter.GaussianBlur(1))


def _gradient(top: str, bottom: str) -> Image.Image:
    column = Image.new("RGB", (1, 64))
    for y in range(64):
        column.putpixel((0, y), rgb(mix(top, bottom, y / 63)))
    return column.resize((SIDE_PIXELS, SIDE_PIXELS), Image.Resampling.BICUBIC)


def _cast_shadow(scene: Image.Image, thing: Image.Image) -> None:
    """A soft copy of the thing behind it, and a darker one flat on the floor below it."""
    alpha = thing.getchannel("A").reduce(8)
    small = alpha.width
    behind = ImageChops.offset(alpha, small // 40, small // 50)
    behind = behind.filter(ImageFilter.GaussianBlur(5)).point(lambda a: a * 0.28)
    flat = Image.new("L", alpha.size)
    height = small // 9
    floor = round(small * FLOOR / GRID)
    flat.paste(alpha.resize((small, height)), (small // 60, floor - height * 3 // 5))
    flat = flat.filter(ImageFilter.GaussianBlur(3)).point(lambda a: a * 0.5)
    mask = ImageChops.lighter(behind, flat).resize(scene.size, Image.Resampling.BICUBIC)
    scene.paste((58, 40, 46), (0, 0), mask)


def _lit(thing: Image.Image) -> Image.Image:
    """Light from the upper left: the flat colours get a lighter and a darker side."""
    return Image.composite(
        Image.blend(thing.convert("RGB"), Image.new("RGB", thing.size, (255, 250, 235)), 0.16),
        Image.blend(thing.convert("RGB"), Image.new("RGB", thing.size, (40, 22, 48)), 0.17),
        _light(),
    )


@cache
def _light() -> Image.Image:
    small = Image.new("L", (64, 64))
    small.putdata([max(0, min(255, 300 - 3 * x - 2 * y)) for y in range(64) for x in range(64)])
    return small.resize((SIDE_PIXELS, SIDE_PIXELS), Image.Resampling.BICUBIC)


def contact_sheet(pictures: Sequence[Image.Image], columns: int = 8) -> Image.Image:
    cell = 240
    rows = -(-len(pictures) // columns)
    sheet = Image.new("RGB", (columns * cell, rows * cell), "white")
    for number, picture in enumerate(pictures):
        place = (number % columns * cell + 5, number // columns * cell + 5)
        sheet.paste(picture.resize((cell - 10, cell - 10), Image.Resampling.BICUBIC), place)
    return sheet


def write_all(folder: Path) -> Iterator[Path]:
    """Write every picture as a JPEG and the contact sheet; yields each file."""
    folder.mkdir(parents=True, exist_ok=True)
    pictures = []
    for name in PICTURES:
        picture = draw_picture(name)
        path = folder / f"{name}.jpg"
        picture.save(path, quality=90)
        pictures.append(picture.reduce(4))
        yield path
    path = folder / "contact-sheet.png"
    contact_sheet(pictures).save(path)
    yield path


if __name__ == "__main__":
    for written in write_all(Path(sys.argv[1])):
        print(written)
