"""Motifs of play, reading and the table."""

import math
import random

from demo.drawing.pen import FLOOR, Pen, dark, light, mix, motif


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
