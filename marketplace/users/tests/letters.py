"""What tests read out of letters."""

import re

from django.core.mail import EmailMessage


def key_in(letter: EmailMessage) -> str:
    """The key that the letter offers to API clients."""
    found = re.search(r"the key alone: (\S+)", str(letter.body))
    assert found, letter.body
    return found.group(1)


def link_in(letter: EmailMessage) -> str:
    """The address behind the letter's button, without the host."""
    found = re.search(r"https?://[^/\s]+(/\S+)", str(letter.body))
    assert found, letter.body
    return found.group(1)
