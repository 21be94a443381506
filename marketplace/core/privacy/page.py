"""The table of what is stored, for ``docs/privacy.md``: drawn from the registry, never by hand."""

from marketplace.core.privacy import excused_models, personal_data
from marketplace.core.retention import retention_rules

BEGIN, END = "<!-- drawn from the registry: begin -->", "<!-- end -->"


def render() -> str:
    """What is kept of people, why and how long; then the periods; then what is left out and why."""
    rules = retention_rules()
    lines = [
        "| what | why | how long | where |",
        "| --- | --- | --- | --- |",
    ]
    for kind in sorted(personal_data(), key=lambda kind: kind.name):
        rule = rules.get(kind.kept)
        kept = f"{rule.days} days (`{rule.name}`)" if rule else kind.kept
        if kind.retained:
            after = rules[kind.retained.rule]
            kept = f"With the account; then {after.days} days (`{after.name}`): {after.reason}"
        models = ", ".join(f"`{label}`" for label in kind.models)
        lines.append(f"| **{kind.title}** (`{kind.name}`) | {kind.why} | {kept} | {models} |")
    lines += ["", "| period | default, days | range | why |", "| --- | ---: | --- | --- |"]
    lines += [
        f"| {rule.title} (`{rule.name}`) | {rule.days} | {rule.least_days} to {rule.most_days} "
        f"| {rule.reason} |"
        for rule in sorted(rules.values(), key=lambda rule: rule.name)
    ]
    lines += ["", "| not erased with a person | because |", "| --- | --- |"]
    lines += [f"| `{label}` | {reason} |" for label, reason in sorted(excused_models().items())]
    return "\n".join(lines)
