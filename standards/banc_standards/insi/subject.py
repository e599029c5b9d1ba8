"""What the rules of INSi judge: one request, who sent it and how, and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal

from cryptography import x509

from banc_standards import certificates
from banc_standards.insi.names import MOST_IN_BULK
from banc_standards.insi.read import Assertion, Request

Mode = Literal["CPX", "PSC", "ORG"]

LIFETIME = timedelta(hours=1)
"""How long an assertion PS serves after its IssueInstant, as an integrator observed."""


@dataclass(frozen=True, slots=True)
class InsiSubject:
    """One request as the gateway receives it.

    ``mutual_tls`` tells that it came to the host of organisation certificates, with ``certificate``; else it must
    carry an assertion, of which ``assertion`` is what was verified (or read, for an unsigned one) and
    ``signing_certificate`` who signed it. ``accepted`` maps each accepted IDAM to the name of its software. ``seen``
    holds those of the request's ids that earlier requests used. ``physician`` tells whether the user is one, None when
    unknown. ``bearer`` tells whether an access token came along, ``bearer_due`` whether one is wanted of PSC users.
    ``most_in_bulk`` bounds a deposit.
    """

    request: Request
    now: datetime
    media_type: str = "application/soap+xml"
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


def moment(text: str | None) -> datetime | None:
    """The instant that an xs:dateTime names, in UTC; None when it is absent, malformed or without a time zone."""
    try:
        parsed = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return parsed.astimezone(UTC) if parsed.tzinfo is not None and "T" in (text or "") else None
