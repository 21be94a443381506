"""A statement as a PDF that one would send to an accountant.

Every row has one height, so the number of pages is known before the first is drawn, and lines are
read from the database as they are written.
"""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from django.conf import settings
from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from marketplace.core.money import Money, exponent
from marketplace.payments.errors import StatementTooLong
from marketplace.payments.statements.statement import Statement, StatementLine

OF_SALES = ("escrow_release", "refund_after_release")
MAX_LINES = 5_000
"""About 120 pages and four seconds; CSV has no such limit."""
FONTS = Path(__file__).resolve().parent / "fonts"
REGULAR, BOLD = "Statement", "Statement-Bold"
WIDTH, HEIGHT = A4
LEFT, RIGHT, TOP, BOTTOM = 50.0, WIDTH - 50.0, HEIGHT - 50.0, 66.0
ROW = 16.0
INK, MUTED, HAIR, SHADE = (HexColor(c) for c in ("#1b1f24", "#5b6470", "#d5d9df", "#f3f5f7"))
ACCENT = HexColor("#14532d")
FIRST_TABLE_TOP = TOP - 184.0
NEXT_TABLE_TOP = TOP - 34.0
FACTS_MIDDLE = LEFT + 260.0
FACT_WIDTH = RIGHT - FACTS_MIDDLE
SMALLEST = 3.0
"""Of figures, which are set smaller and never cut; a currency without limits has long ones."""


@dataclass(frozen=True, slots=True)
class _Style:
    font: str
    size: float
    colour: HexColor


CELL, CELL_BOLD = _Style(REGULAR, 8, INK), _Style(BOLD, 8, INK)
NOTE, HEAD = _Style(REGULAR, 7.5, MUTED), _Style(REGULAR, 8, MUTED)
EN_DASH, MINUS = "\u2013", "\u2212"


@dataclass(frozen=True, slots=True)
class _Column:
    title: str
    x: float
    """Left edge; of a column of amounts, the right edge."""
    width: float
    is_amount: bool = False


COLUMNS = (
    _Column("Date", LEFT + 4, 62),
    _Column("Description", LEFT + 70, 118),
    _Column("Reference", LEFT + 190, 158),
    _Column("Amount", RIGHT - 84, 80, is_amount=True),
    _Column("Balance", RIGHT - 4, 80, is_amount=True),
)


def write_pdf(statement: Statement, *, holder: str) -> bytes:
    """The whole document; raises StatementTooLong beyond :data:`MAX_LINES`."""
    if statement.line_count > MAX_LINES:
        raise StatementTooLong(
            f"The statement has {statement.line_count} lines; a PDF holds up to {MAX_LINES}. "
            "Ask for CSV, or for a shorter period."
        )
    _register_fonts()
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4, pageCompression=1, lang="en")
    canvas.setTitle(f"Wallet statement {_period(statement)}")
    canvas.setAuthor(settings.PLATFORM_NAME)
    canvas.setCreator(settings.PLATFORM_NAME)
    _Pages(canvas, statement, holder).draw()
    canvas.save()
    return buffer.getvalue()


class _Pages:
    """Where on which page the next row goes."""

    def __init__(self, canvas: Canvas, statement: Statement, holder: str) -> None:
        self.canvas = canvas
        self.statement = statement
        self.holder = holder
        self.page = 1
        self.page_count = self._count_pages()
        self.y = FIRST_TABLE_TOP

    def draw(self) -> None:
        self._letterhead()
        self._column_titles()
        self._balance_row("Opening balance", self.statement.opening)
        for number, line in enumerate(self.statement.lines()):
            self._line(line, is_shaded=number % 2 == 0)
        self._balance_row("Closing balance", self.statement.closing)
        self._totals()
        self._footer()
        self.canvas.showPage()

    def _count_pages(self) -> int:
        """Goes through the same steps as drawing, row by row, without drawing."""
        pages, y = 1, FIRST_TABLE_TOP - ROW
        for _ in range(self.statement.line_count + 2):
            if y - ROW < BOTTOM:
                pages, y = pages + 1, NEXT_TABLE_TOP - ROW
            y -= ROW
        if y - self._totals_height < BOTTOM:
            pages += 1
        return pages

    @property
    def _totals_height(self) -> float:
        kept = 24.0 + ROW * 4 if self.statement.kept.is_any else 0.0
        return 34.0 + ROW * (len(self.statement.totals) + 1) + 26.0 + kept

    def _make_room(self, height: float, *, titles: bool = True) -> None:
        if self.y - height >= BOTTOM:
            return
        self._footer()
        self.canvas.showPage()
        self.page += 1
        self._running_head()
        self.y = NEXT_TABLE_TOP
        if titles:
            self._column_titles()

    def _letterhead(self) -> None:
        statement, canvas = self.statement, self.canvas
        self._text(settings.PLATFORM_NAME, LEFT, TOP, _Style(BOLD, 17, ACCENT))
        self._text("Wallet statement", RIGHT, TOP, _Style(REGULAR, 17, INK), to_right=True)
        canvas.setStrokeColor(ACCENT)
        canvas.setLineWidth(1.2)
        canvas.line(LEFT, TOP - 12, RIGHT, TOP - 12)
        y = TOP - 40
        self._fact("Account holder", self.holder, LEFT, y, is_main=True)
        self._fact("Period", _period(statement), FACTS_MIDDLE, y, is_main=True)
        y -= 38
        self._fact("Customer number", str(statement.user_id), LEFT, y)
        made = f"{_day(statement.made_at)}, {statement.made_at:%H:%M} UTC"
        kind = "final" if statement.is_final else "preliminary: the period is not over"
        self._fact("Issued", f"{made} ({kind})", FACTS_MIDDLE, y)
        self._summary(y - 48)

    def _summary(self, y: float) -> None:
        statement = self.statement
        boxes: Sequence[tuple[str, Money]] = (
            ("Opening balance", statement.opening),
            ("Money in", statement.money_in),
            ("Money out", statement.money_out),
            ("Closing balance", statement.closing),
        )
        width = (RIGHT - LEFT - 18) / 4
        for number, (title, amount) in enumerate(boxes):
            x = LEFT + number * (width + 6)
            self.canvas.setFillColor(SHADE)
            self.canvas.roundRect(x, y - 30, width, 44, 4, stroke=0, fill=1)
            self._text(title, x + 9, y - 1, NOTE)
            self._figure(amount, x + 9, y - 19, _Style(BOLD, 10.5, INK), width - 16)

    def _running_head(self) -> None:
        statement = self.statement
        self._text(settings.PLATFORM_NAME, LEFT, TOP, _Style(BOLD, 9, ACCENT))
        text = f"Wallet statement · {_period(statement)}"
        self._text(text, RIGHT, TOP, HEAD, to_right=True)
        self._text(self.holder, LEFT, TOP - 13, HEAD, width=300)

    def _footer(self) -> None:
        y = 40.0
        self._rule(y + 14, HAIR)
        note = f"All amounts in {self.statement.currency}. Days and times are UTC."
        self._text(note, LEFT, y, NOTE)
        number = f"Page {self.page} of {self.page_count}"
        self._text(number, RIGHT, y, NOTE, to_right=True)

    def _column_titles(self) -> None:
        for column in COLUMNS:
            right = column.is_amount
            self._text(column.title, column.x, self.y - 11, CELL_BOLD, to_right=right)
        self._rule(self.y - ROW, INK, 0.8)
        self.y -= ROW

    def _line(self, line: StatementLine, *, is_shaded: bool) -> None:
        self._make_room(ROW)
        if is_shaded:
            self.canvas.setFillColor(SHADE)
            self.canvas.rect(LEFT, self.y - ROW, RIGHT - LEFT, ROW, stroke=0, fill=1)
        day, description, reference, amount, balance = COLUMNS
        y = self.y - 11
        self._text(_day(line.at), day.x, y, CELL)
        self._text(line.description, description.x, y, CELL, width=description.width)
        named = str(line.reference_id)
        self._text(named, reference.x, y, _Style(REGULAR, 6.8, MUTED), width=reference.width)
        self._cell(_amount(line.amount, sign=True), amount, y, CELL)
        self._cell(_amount(line.balance), balance, y, CELL)
        self.y -= ROW

    def _balance_row(self, title: str, balance: Money) -> None:
        self._make_room(ROW)
        is_last = title.startswith("Closing")
        day = self.statement.ends_on if is_last else self.statement.starts_on
        if is_last:
            self._rule(self.y, INK, 0.8)
        y = self.y - 11
        self._text(_day(day), COLUMNS[0].x, y, CELL_BOLD)
        self._text(title, COLUMNS[1].x, y, CELL_BOLD)
        self._cell(_amount(balance), COLUMNS[4], y, CELL_BOLD)
        self.y -= ROW

    def _totals(self) -> None:
        self._make_room(self._totals_height, titles=False)
        self.y -= 34
        self._text("Totals by type", LEFT + 4, self.y + 6, _Style(BOLD, 10, INK))
        self._text("Lines", LEFT + 250, self.y + 6, CELL_BOLD, to_right=True)
        self._text("Amount", LEFT + 345, self.y + 6, CELL_BOLD, to_right=True)
        self._rule(self.y, INK, 0.8, RIGHT - 146)
        rows = [(t.description, str(t.count), t.amount) for t in self.statement.totals]
        change = self.statement.closing - self.statement.opening
        rows.append(("Change in the period", str(self.statement.line_count), change))
        for number, (title, count, amount) in enumerate(rows, start=1):
            style = CELL_BOLD if number == len(rows) else CELL
            y = self.y - 11
            self._text(title, LEFT + 4, y, style)
            self._text(count, LEFT + 250, y, style, to_right=True)
            self._text(_amount(amount, sign=True), LEFT + 345, y, style, to_right=True)
            self._rule(self.y - ROW, HAIR, 0.4, RIGHT - 146)
            self.y -= ROW
        self._kept()

    def _kept(self) -> None:
        """From what buyers paid for to what reached the wallet, where something was kept."""
        kept = self.statement.kept
        if not kept.is_any:
            return
        sold = [total.amount for total in self.statement.totals if total.type in OF_SALES]
        net = sum(sold[1:], start=sold[0])
        self.y -= 24
        for title, amount, style in (
            ("Sales less refunds, before commission", net - kept.commission - kept.tax, CELL),
            ("Commission", kept.commission, CELL),
            ("Tax on the commission", kept.tax, CELL),
            ("Sales less refunds, as in the wallet", net, CELL_BOLD),
        ):
            self._text(title, LEFT + 4, self.y - 11, style)
            figure = _amount(amount, sign=True)
            self._text(figure, LEFT + 345, self.y - 11, style, to_right=True)
            self._rule(self.y - ROW, HAIR, 0.4, RIGHT - 146)
            self.y -= ROW

    def _fact(self, title: str, value: str, x: float, y: float, *, is_main: bool = False) -> None:
        self._text(title, x, y, NOTE)
        style = _Style(BOLD, 10.5, INK) if is_main else _Style(REGULAR, 8.5, INK)
        # A long name is set smaller before it is cut.
        style = _smaller(value, style, FACT_WIDTH, least=7.0)
        self._text(value, x, y - 14, style, width=FACT_WIDTH)

    def _figure(self, amount: Money, x: float, y: float, style: _Style, width: float) -> None:
        text = f"{_amount(amount)} {amount.currency}"
        self._text(text, x, y, _smaller(text, style, width))

    def _cell(self, figure: str, column: _Column, y: float, style: _Style) -> None:
        self._text(figure, column.x, y, _smaller(figure, style, column.width), to_right=True)

    def _rule(self, y: float, colour: HexColor, width: float = 0.4, right: float = RIGHT) -> None:
        self.canvas.setStrokeColor(colour)
        self.canvas.setLineWidth(width)
        self.canvas.line(LEFT, y, right, y)

    def _text(
        self,
        text: str,
        x: float,
        y: float,
        style: _Style,
        *,
        to_right: bool = False,
        width: float = 0.0,
    ) -> None:
        self.canvas.setFont(style.font, style.size)
        self.canvas.setFillColor(style.colour)
        fitted = _fitted(text, style.font, style.size, width) if width else text
        draw: Callable[..., None] = (
            self.canvas.drawRightString if to_right else self.canvas.drawString
        )
        draw(x, y, fitted)


def _smaller(text: str, style: _Style, width: float, *, least: float = SMALLEST) -> _Style:
    """The style in a size in which the text fits, down to ``least``."""
    while style.size > least and pdfmetrics.stringWidth(text, style.font, style.size) > width:
        style = replace(style, size=style.size - 0.5)
    return style


def _fitted(text: str, font: str, size: float, width: float) -> str:
    """Cut with an ellipsis where it is too wide: a row is one line."""
    if pdfmetrics.stringWidth(text, font, size) <= width:
        return text
    while text and pdfmetrics.stringWidth(f"{text}…", font, size) > width:
        text = text[:-1]
    return f"{text}…"


def _amount(amount: Money, *, sign: bool = False) -> str:
    """Grouped, with the currency's places, and a real minus sign."""
    places = exponent(amount.currency)
    whole, fraction = divmod(abs(amount.amount_minor), 10**places)
    text = f"{whole:,}" + (f".{fraction:0{places}d}" if places else "")
    if amount.amount_minor < 0:
        return f"{MINUS}{text}"
    return f"+{text}" if sign and amount.amount_minor else text


def _period(statement: Statement) -> str:
    return f"{_day(statement.starts_on)} {EN_DASH} {_day(statement.ends_on)}"


def _day(at: object) -> str:
    return f"{at:%Y-%m-%d}"


@cache
def _register_fonts() -> None:
    """DejaVu Sans: Latin, Greek, Cyrillic and more; only the glyphs in use are embedded."""
    pdfmetrics.registerFont(TTFont(REGULAR, FONTS / "DejaVuSans.ttf"))
    pdfmetrics.registerFont(TTFont(BOLD, FONTS / "DejaVuSans-Bold.ttf"))
