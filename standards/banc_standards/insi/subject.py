"""What the rules of INSi judge: one request, who sent it and how, and when."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

from cryptography import x509

from banc_standards import certificates
from banc_standards.insi.names import MOST_IN_BULK
from banc_standards.insi.read import Assertion, Request

Mode = Literal["CPX", "PSC", "ORG"]

LIFETIME = timedelta(hours=1)
"""How long an assertion PS serves after its IssueInstant, as an integrator observed."""


@dataclass(frozen=True, slots=True)
class InsiSubject:
    """One request as the gateway receives it; ``charset`` is that of its Content-Type, empty when it tells none.

    ``mutual_tls`` tells that it came to the host of organisation certificates, with ``certificate``; else it must
    carry an assertion, of which ``assertion`` is what was verified (or read, for an unsigned one) and
    ``signing_certificate`` who signed it. ``accepted`` maps each accepted IDAM to the name of its software. ``seen``
    holds those of the request's ids that earlier requests used. ``physician`` tells whether the user is one, None when
    unknown. ``bearer`` tells whether an access token came along, ``bearer_due`` whether one is wanted of PSC users.
    ``most_in_bulk`` bounds a deposit; ``ticket_known`` tells whether the caller may have what its ticket names.
    """

    request: Request
    now: datetime
    media_type: str = "application/soap+xml"
    charset: str = ""
    mutual_tls: bool = False
    certificate: x509.Certificate | None = None
    signing_certificate: x509.Certificate | None = None
    assertion: Assertion | None = None
    accepted: Mapping[str, str] = field(default_factory=dict)
    seen: frozenset[str] = frozenset()
    physician: bool | None = None
    bearer: bool = False
    bearer_due: bool = True
    most_in_bulk: int = MOST_IN_BULK
    ticket_known: bool = True

    @property
    def mode(self) -> Mode:
        """How the caller proves who it is: card, Pro Santé Connect, or organisation certificate."""
        if self.mutual_tls:
            return "ORG"
        unsigned = self.assertion is not None and not self.assertion.signed
        return "PSC" if unsigned and self.assertion and self.assertion.qualifier == "PSC" else "CPX"

    @property
    def caller(self) -> str | None:
        """Who calls: the OU of the organisation certificate, or the NameID of the assertion; None when unknown."""
        if self.mutual_tls:
            return None if self.certificate is None else certificates.structure(self.certificate)
        return None if self.assertion is None else self.assertion.name_id


_DATETIME: Final = re.compile(
    r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})T(?P<time>[0-9]{2}:[0-9]{2}:[0-9]{2})(?P<part>\.[0-9]+)?"
    r"(?P<zone>Z|[+-](?:0[0-9]|1[0-3]):[0-5][0-9]|[+-]14:00)"
)
_MIDNIGHT: Final = "24:00:00"


def moment(text: str | None) -> datetime | None:
    """The instant that an xs:dateTime names (XML Schema part 2 §3.2.7, outer space collapsed), in UTC.

    None when it is absent, malformed, without a time zone, or outside the years 1 to 9999 once in UTC.
    """
    found = _DATETIME.fullmatch((text or "").strip(" \t\r\n"))
    if found is None:
        return None
    ends = found["time"] == _MIDNIGHT and not (found["part"] or "").strip(".0")
    time = "00:00:00" if ends else found["time"] + (found["part"] or "")[:7]
    try:
        parsed = datetime.fromisoformat(f"{found['day']}T{time}{found['zone']}")
        return parsed.astimezone(UTC) + timedelta(days=int(ends))
    except (ValueError, OverflowError):
        return None
