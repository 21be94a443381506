"""The file with a person's data: JSON for programs, a page for people, and their own files."""

import zipfile
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import IO, Any
from uuid import UUID

import orjson
import structlog
from django.utils.html import format_html, format_html_join

from marketplace.core.privacy import PersonalData

MOST_FILE_BYTES = 200 * 1024 * 1024
"""Of pictures and documents together; what goes beyond is named on the page."""
STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;"
    "color:#1f2937}h2{margin-top:2.5rem}table{border-collapse:collapse;width:100%}"
    "th,td{border:1px solid #d1d5db;padding:.3rem .6rem;text-align:left;vertical-align:top;"
    "overflow-wrap:anywhere}th{background:#f3f4f6;font-weight:600}.why{color:#6b7280}"
)

log = structlog.get_logger(__name__)


def write_archive(
    target: IO[bytes],
    *,
    user_id: UUID,
    kinds: Iterable[PersonalData],
    at: datetime,
    progress: Callable[[int], None],
) -> None:
    """Write the whole archive, kind by kind; ``progress`` hears how many are done."""
    sections: list[tuple[PersonalData, Any]] = []
    left_out: list[str] = []
    size = 0
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for number, kind in enumerate(kinds, start=1):
            told = orjson.loads(orjson.dumps(kind.export(user_id), default=str))
            archive.writestr(f"{kind.name}.json", orjson.dumps(told, option=orjson.OPT_INDENT_2))
            sections.append((kind, told))
            for file in kind.files(user_id):
                content = _read(file.read, left_out, file.name)
                if size + len(content) > MOST_FILE_BYTES:
                    left_out.append(file.name)
                elif content:
                    size += len(content)
                    archive.writestr(f"files/{_safe(file.name)}", content)
            progress(number)
        archive.writestr("index.html", _page(sections, at, left_out))


def _read(read: Callable[[], bytes], left_out: list[str], name: str) -> bytes:
    try:
        return read()
    except OSError:
        # A picture that is gone from the disk does not keep everything else from its owner.
        log.warning("export_file_missing")
        left_out.append(name)
        return b""


def _safe(name: str) -> str:
    """A name that stays inside the folder it is unpacked in."""
    return "/".join(part for part in name.split("/") if part not in {"", ".", ".."})


def _page(sections: list[tuple[PersonalData, Any]], at: datetime, left_out: list[str]) -> str:
    body = format_html_join(
        "",
        '<h2>{}</h2><p class="why">{} Kept: {} <a href="{}.json">As JSON</a></p>{}',
        ((kind.title, kind.why, kind.kept, kind.name, _shown(told)) for kind, told in sections),
    )
    missing = format_html_join("", "<li>{}</li>", ((name,) for name in left_out))
    return format_html(
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        "<title>Your data</title><style>{}</style><h1>Your data</h1>"
        "<p>Everything this marketplace knew of you on {} (UTC).</p>{}{}</html>",
        STYLE,
        f"{at:%d %B %Y, %H:%M}",
        body,
        format_html("<h2>Left out</h2><ul>{}</ul>", missing) if left_out else "",
    )


def _shown(value: Any) -> str:
    if isinstance(value, Mapping):
        rows = format_html_join(
            "",
            "<tr><th>{}</th><td>{}</td></tr>",
            ((str(name).replace("_", " "), _shown(each)) for name, each in value.items()),
        )
        return format_html("<table>{}</table>", rows)
    if isinstance(value, list):
        return format_html_join("", "{}", ((_shown(each),) for each in value)) or "None"
    return format_html("{}", "" if value is None else value)
