"""Mending typos: a word that no product uses becomes the nearest word that some product does."""

import re
from collections.abc import Sequence

from django.db import connection

WORDS = "products_catalogue_word"
WORD = re.compile(r"[^\W\d_]{3,40}")
MAX_WORDS = 8
"""Of one query; further words are taken as they are."""
CANDIDATES = 60
SHORT_WORD = 4
"""Up to this length one slip is forgiven, above it two."""

# `<->` walks the trigram index from the nearest word on. Trigrams only propose: a transposed pair
# ("chiar") breaks three of them, so the edit distance chooses.
PROPOSALS = f"""
SELECT raw, word, lower(unaccent(raw))
FROM unnest(%s::text[]) AS raw,
     LATERAL (
         SELECT word FROM {WORDS} ORDER BY word <-> lower(unaccent(raw)) LIMIT {CANDIDATES}
     ) AS near
WHERE to_tsvector('products_catalogue', raw) <> ''::tsvector
  AND NOT EXISTS (
      SELECT 1 FROM {WORDS} known
      WHERE known.lexeme = ANY(tsvector_to_array(to_tsvector('products_catalogue', raw)))
  )
"""  # noqa: S608


def mend(query: str) -> str:
    """``query`` with its unknown words replaced; operators and known words stay. One query."""
    words = list(dict.fromkeys(WORD.findall(query)))[:MAX_WORDS]
    if not words:
        return query
    with connection.cursor() as cursor:
        cursor.execute(PROPOSALS, [words])
        rows = cursor.fetchall()
    found: dict[str, tuple[int, int, str]] = {}
    for position, (raw, candidate, plain) in enumerate(rows):
        slips = distance(plain, candidate)
        if slips <= (1 if len(plain) <= SHORT_WORD else 2):
            # The fewest slips win, then the same first letter, then the nearer trigrams.
            rank = (slips, int(plain[0] != candidate[0]) * len(rows) + position, candidate)
            found[raw] = min(found.get(raw, rank), rank)
    return WORD.sub(lambda m: found[m[0]][2] if m[0] in found else m[0], query)


def distance(one: str, other: str) -> int:
    """Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment)."""
    before: Sequence[int] = []
    row: list[int] = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        above, row = row, [i]
        for j, b in enumerate(other, 1):
            best = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                best = min(best, before[j - 2] + 1)
            row.append(best)
        before = above
    return row[-1]
