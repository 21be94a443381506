"""Motifs of what one wears, carries and keeps."""

import math
import random

from demo.drawing.pen import FLOOR, Pen, dark, light, mix, motif


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
