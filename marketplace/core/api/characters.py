"""Characters that no text of ours holds, however it came.

Control characters break lines of logs, letters and terminals; characters that turn the direction of
writing make a text read as another one ("Trojan Source", Unicode TR 36). Marks that Arabic, Hebrew
and Persian need (U+200C to U+200F, U+061C) and the joiners of emoji stay.
"""

import re

ALLOWED_CONTROLS = "\t\n\r"
UNSAFE = re.compile(
    "["
    "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"  # C0 and C1, without tab and line ends
    "\u2028\u2029"  # line ends that JavaScript once took for its own
    "\u202a-\u202e\u2066-\u2069"  # embeddings, overrides and isolates
    "\ufff9-\ufffb\ufdd0-\ufdef\ufffe\uffff"  # annotations and what is no character
    "\ud800-\udfff"  # halves of a pair
    "]"
)


def is_unsafe(text: str) -> bool:
    return UNSAFE.search(text) is not None
