"""What the services themselves said of an exchange: the findings that the journal sealed with it."""

from __future__ import annotations

from collections.abc import Iterator

from banc_harness.trace import Exchange, Trace
from banc_standards.rules import Finding


def heard(exchange: Exchange, *families: str) -> Iterator[Finding]:
    """The findings of an exchange whose rule belongs to one of the families (``VIHF-``, ``XDS-``…), located in it.

    The service judged with what only it holds (its trust store, its clock, its registry); the entry seals what it said.
    """
    known = Finding.__dataclass_fields__
    for said in exchange.findings:
        if str(said.get("rule", "")).startswith(families):
            finding = Finding(**{name: value for name, value in said.items() if name in known})
            yield Finding(**{**finding.as_json(), "location": exchange.place(finding.location)})


def heard_in(trace: Trace, *families: str) -> Iterator[Finding]:
    """The same, over every selected exchange."""
    for exchange in trace.selected:
        yield from heard(exchange, *families)
