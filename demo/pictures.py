"""Draws the demo shop's product pictures: flat still lifes, the same on every machine.

    python -m demo.pictures FOLDER      writes every picture, and a contact sheet

A picture is a motif (what), two or three colours, and a backdrop chosen by its name. A motif draws
flat shapes in a square of 1000 by 1000 whose floor is at ``FLOOR``; light, shadow and backdrop are
the same for all and added afterwards.
"""

import random
import sys
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from demo.drawing import belongings, furnishings, pastimes
from demo.drawing.pen import FLOOR, GRID, MOTIFS, OVERSAMPLING, SIDE_PIXELS, Pen, light, mix, rgb

# Importing a module of motifs enters them into MOTIFS.
__all__ = ["MOTIFS", "PICTURES", "belongings", "draw_picture", "furnishings", "pastimes"]

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
    alpha = thing.getchannel("A").reduce(SIDE_PIXELS // 150)
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
        pictures.append(picture.reduce(3))
        yield path
    path = folder / "contact-sheet.png"
    contact_sheet(pictures).save(path)
    yield path


if __name__ == "__main__":
    for written in write_all(Path(sys.argv[1])):
        print(written)
