"""Links to a person's pages elsewhere: known sites, written in one way."""

import ipaddress
from typing import Any
from urllib.parse import urlsplit

from rest_framework import serializers

from marketplace.users.api.fields import HttpsUrlField

MAX_SOCIAL_LINKS = 10
WEBSITE = "website"
"""The person's own, at any host."""
HOSTS = {
    "bluesky": {"bsky.app"},
    "etsy": {"etsy.com"},
    "facebook": {"facebook.com", "m.facebook.com", "fb.me"},
    "github": {"github.com"},
    "instagram": {"instagram.com"},
    "linkedin": {"linkedin.com"},
    "pinterest": {"pinterest.com"},
    "reddit": {"reddit.com"},
    "telegram": {"t.me", "telegram.me"},
    "threads": {"threads.net", "threads.com"},
    "tiktok": {"tiktok.com", "vm.tiktok.com"},
    "twitch": {"twitch.tv"},
    "whatsapp": {"wa.me", "whatsapp.com"},
    "x": {"x.com", "twitter.com"},
    "youtube": {"youtube.com", "youtu.be", "m.youtube.com"},
}


class SocialLinksField(serializers.DictField):
    """The name of a site, such as ``instagram``, to an https address at that site.

    Kept with the host in lower case and without port, query and fragment: these follow visitors.
    """

    child = HttpsUrlField()

    def to_internal_value(self, data: Any) -> dict[str, str]:
        links: dict[str, str] = super().to_internal_value(data)
        if len(links) > MAX_SOCIAL_LINKS:
            raise serializers.ValidationError(
                f"At most {MAX_SOCIAL_LINKS} links.", code="too_many_links"
            )
        if unknown := sorted(set(links) - {*HOSTS, WEBSITE}):
            known = ", ".join([*HOSTS, WEBSITE])
            raise serializers.ValidationError(
                dict.fromkeys(unknown, f"Not a site that is known here: {known}."),
                code="unknown_site",
            )
        return {name: _tidied(name, url) for name, url in links.items()}


def _tidied(name: str, url: str) -> str:
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    try:
        has_port = parts.port not in (None, 443)
    except ValueError:
        has_port = True
    bare = host.removeprefix("www.")
    is_there = _is_public_name(host) if name == WEBSITE else bare in HOSTS[name]
    if has_port or not is_there:
        raise serializers.ValidationError(
            {name: "The address does not lead to that site."}, code="wrong_host"
        )
    return f"https://{host if name == WEBSITE else bare}{parts.path or '/'}"


def _is_public_name(host: str) -> bool:
    """A name of the public internet: no number, no single word, no look-alike letters."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        labels = host.split(".")
        return host.isascii() and len(labels) > 1 and not labels[-1].isdigit() and all(labels)
    return False
