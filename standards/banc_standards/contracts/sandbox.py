"""The ready line of ``banc up`` and the addresses of the services (CONTRACTS §1, §2, §11)."""

from __future__ import annotations

from typing import Literal

from banc_standards.contracts.shape import Sha256, Shape, Sparse


class PscAddresses(Sparse):
    """Pro Santé Connect: issuer as software sees it, and the address of its discovery document."""

    issuer: str | None = None
    discovery: str | None = None


class InsiAddresses(Sparse):
    """INSi: plain TLS, and its mutual-TLS twin."""

    url: str | None = None
    url_mtls: str | None = None


class DmpAddresses(Sparse):
    """DMP: base of the SOAP services, and the PDSm FHIR base."""

    url: str | None = None
    fhir: str | None = None


class AnnuaireAddresses(Sparse):
    """Annuaire Santé: the FHIR base."""

    url: str | None = None


class MssanteAddresses(Sparse):
    """MSSanté: ``host:port`` of each mail port."""

    smtp: str | None = None
    submission: str | None = None
    submission_tls: str | None = None
    imap: str | None = None
    imap_tls: str | None = None


class PfiAddresses(Sparse):
    """Intermediation platform: MLLP, and MLLP over TLS."""

    mllp: str | None = None
    mllp_tls: str | None = None


class Services(Sparse):
    """Addresses by service; one that does not run has no key."""

    psc: PscAddresses | None = None
    insi: InsiAddresses | None = None
    dmp: DmpAddresses | None = None
    annuaire: AnnuaireAddresses | None = None
    mssante: MssanteAddresses | None = None
    pfi: PfiAddresses | None = None


class Ready(Shape):
    """The one line that ``banc up`` prints, writes to ``DATA/sandbox.json`` and serves at ``/control/v1/sandbox``."""

    event: Literal["ready"]
    pid: int
    plain_http: bool
    ca_file: str
    ca_sha256: Sha256
    control: str
    services: Services


class Readiness(Shape):
    """``/ready`` at the root of the control port: 200 when every service listens, 503 until then."""

    ready: bool
    services: dict[str, bool]
