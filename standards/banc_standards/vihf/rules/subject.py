"""What the rules of the VIHF read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from cryptography import x509

from banc_standards.vihf import names
from banc_standards.vihf.read import Assertion

CARD_KINDS = frozenset({"CPS_AUTH"})
STRUCTURE_KINDS = frozenset({"AUTH_CLI"})


@dataclass(frozen=True, slots=True)
class VihfSubject:
    """A verified assertion with its context.

    ``tls_kind`` is the kind of the TLS certificate in the sandbox's register (None: unknown). ``algorithms`` are the
    signature and digest algorithm URIs used. ``resource_required`` is false for TD0.4 and TD0.5, which name no patient.
    ``declared_under`` gives for a legal entity (EJ) the structures (EG) that its certificate may speak for.
    ``reused`` tells that another message carried the assertion already.
    ``homologations`` are the numbers that the session's software declared; None when it declared none.
    """

    assertion: Assertion
    now: datetime
    signing_certificate: x509.Certificate | None = None
    tls_certificate: x509.Certificate | None = None
    tls_kind: str | None = None
    algorithms: frozenset[str] = frozenset()
    resource_required: bool = True
    declared_under: Mapping[str, frozenset[str]] = field(default_factory=dict)
    homologations: frozenset[str] | None = None
    reused: bool = False

    @property
    def mode(self) -> str:
        """The authentication mode, deduced from the TLS certificate when the token does not say (dmp.md §5.2)."""
        if self.assertion.mode:
            return self.assertion.mode
        return names.DIRECT if self.tls_kind in CARD_KINDS else names.INDIRECT
