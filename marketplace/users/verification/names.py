"""Whether two spellings name one person, as banks and passports spell."""

import re
import unicodedata

SPELLED_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "æ": "ae"})
TITLES = frozenset({"mr", "mrs", "ms", "dr", "prof", "sir", "dame", "herr", "frau"})
FEWEST_WORDS = 2


def is_same_name(one: str, other: str) -> bool:
    """Every word of the shorter is in the longer, in any order; two words at the least.

    Case, accents, hyphens and titles do not count, and banks leave middle names out. Initials do
    not stand for names: what is in doubt is for a person to decide.
    """
    return (
        any(_matches(_words(read(one)), _words(read(other))) for read in (_bare, _spelled_out))
        or _matches(_words(_bare(one)), _words(_spelled_out(other)))
        or _matches(_words(_spelled_out(one)), _words(_bare(other)))
    )


def _matches(one: frozenset[str], other: frozenset[str]) -> bool:
    shorter, longer = sorted((one, other), key=len)
    return len(shorter) >= FEWEST_WORDS and shorter <= longer


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[^\W\d_]+", text)) - TITLES


def _bare(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text.casefold())
    bare = "".join(character for character in apart if not unicodedata.combining(character))
    return bare.replace("ø", "o").replace("æ", "ae").replace("'", "").replace("\u2019", "")


def _spelled_out(text: str) -> str:
    composed = unicodedata.normalize("NFC", text.casefold())
    return _bare(composed.translate(SPELLED_OUT))
