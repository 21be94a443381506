"""Motifs of the house and its devices."""

import math
import random

from demo.drawing.pen import FLOOR, Pen, dark, light, motif


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
