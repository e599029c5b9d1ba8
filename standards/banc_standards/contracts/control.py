"""Bodies of the control API ``/control/v1`` (CONTRACTS §3-§5, §11, §12): one model per request and per response.

Keys left out of a request take their defaults. Lists page with ``?after=&limit=``: ``next`` is null on the last page.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, JsonValue, RootModel

from banc_standards.contracts.exchange import ExchangePage
from banc_standards.contracts.shape import Count, Digest, Instant, SessionId, Sha256, Shape, Sparse
from banc_standards.contracts.vocabulary import (
    CertificateKind,
    CertificateProfile,
    LoginMeans,
    LoginOutcome,
    SessionMode,
)


class Problem(Shape):
    """An error (RFC 9457); ``detail`` and ``hint`` follow ``Accept-Language``, ``code`` never changes."""

    type: str = "about:blank"
    title: str
    status: Annotated[int, Field(ge=400, le=599)]
    code: str
    detail: str
    hint: str = ""
    instance: str | None = None


class SessionRequest(Shape):
    """``POST /sessions``: a null id is chosen by the sandbox; ``mllp`` asks for an MLLP port of its own."""

    id: SessionId | None = None
    mode: SessionMode = "strict"
    mllp: bool = False


class PublicUrls(Sparse):
    """``…/public-urls``: base URL of each service as the software sees it from outside (CONTRACTS §2)."""

    control: str | None = None
    psc: str | None = None
    wallet: str | None = None
    insi: str | None = None
    insi_mtls: str | None = None
    dmp: str | None = None
    annuaire: str | None = None


class LeaseRequest(Shape):
    """``POST …/lease``: who takes the session, and for how long at most, in seconds."""

    holder: Annotated[str, Field(min_length=1)]
    ttl_s: Annotated[int, Field(gt=0)] = 600


class Lease(Shape):
    """Who holds the session, until when."""

    holder: str
    until: Instant


class ClockRequest(Shape):
    """``PUT …/clock``: distance to real time in seconds; frozen stops it there."""

    offset_s: int = 0
    frozen: bool = False


class Clock(ClockRequest):
    """The clock of a session, with the instant that it shows."""

    now: Instant


class Session(Shape):
    """A session as it stands. ``mllp`` is the address of its own MLLP port, when it has one."""

    id: SessionId
    mode: SessionMode
    epoch: Count
    position: Count
    clock: Clock
    lease: Lease | None
    public_urls: PublicUrls
    mllp: str | None = None


class SessionPage(Shape):
    """``GET /sessions``."""

    sessions: list[Session]
    next: str | None = None


class SeedRequest(Shape):
    """``POST …/seed``: puts the population of that seed into the session."""

    seed: int = 1


class Switches(RootModel[dict[str, JsonValue]]):
    """``…/switches``: behaviour that rests on an uncertain fact, by name."""


class FaultRequest(Shape):
    """``PUT …/faults``: arms a fault for the next ``times`` exchanges that ``match`` (null: until it is taken away)."""

    id: str
    service: str | None = None
    match: dict[str, JsonValue] = Field(default_factory=dict)
    sequence: list[JsonValue] = Field(default_factory=list)
    times: Annotated[int, Field(ge=1)] | None = 1


class ArmedFault(FaultRequest):
    """A fault that is armed, with how often it has struck."""

    struck: Count = 0


class FaultPage(Shape):
    """``GET …/faults``."""

    faults: list[ArmedFault]
    next: str | None = None


class CertificateRequest(Shape):
    """``POST …/certificates`` (CONTRACTS §4): ``holder`` is the id of an identity or structure; ``csr`` is PEM."""

    kind: CertificateKind
    holder: str | None = None
    cn: str | None = None
    names: list[str] = Field(default_factory=list)
    csr: str | None = None
    profile: CertificateProfile = "valid"
    format: Literal["pem", "p12"] = "pem"


class Certificate(Shape):
    """A certificate that was issued: PEM texts, or PKCS#12 in base64 with its password."""

    id: str
    sha256: Sha256
    kind: CertificateKind
    subject: str
    not_before: Instant
    not_after: Instant
    certificate: str
    chain: str
    private_key: str | None
    p12: str | None
    password: str | None


class ClientRequest(Shape):
    """``POST …/clients``: a Pro Santé Connect client; a null secret is made by the sandbox."""

    client_id: Annotated[str, Field(min_length=1)]
    client_secret: str | None = None
    redirect_uris: list[str] = Field(default_factory=list)
    post_logout_uris: list[str] = Field(default_factory=list)
    auth_method: Literal["secret", "mtls", "both"] = "secret"
    ciba: bool = False
    certificate_dn: str | None = None
    backchannel_logout: str | None = None


class Client(ClientRequest):
    """A registered client, its secret included."""


class ClientPage(Shape):
    """``GET …/clients``."""

    clients: list[Client]
    next: str | None = None


class SoftwareRequest(Shape):
    """``POST …/software``: a software whose numbers the services accept."""

    name: Annotated[str, Field(min_length=1)]
    version: Annotated[str, Field(min_length=1)]
    idam: str | None = None
    nil: str | None = None
    homologation: str | None = None


class SoftwarePage(Shape):
    """``GET …/software``."""

    software: list[SoftwareRequest]
    next: str | None = None


class LoginRequest(Shape):
    """``PUT …/login`` (CONTRACTS §12): answers the next authorization requests without a page, as that professional."""

    auto: Annotated[str, Field(min_length=1, description="IdNat of a persona.")]
    means: LoginMeans = "MOBILE"
    outcome: LoginOutcome = "approve"


class CibaDecision(Shape):
    """``POST …/ciba/{auth_req_id}``."""

    outcome: Literal["approve", "refuse"]


class Observation(Shape):
    """``POST …/observations``: what a driver or a person saw; kept in the journal as an exchange ``observed``."""

    operation: str = "driver.observation"
    text: str = ""
    step: str | None = None
    facts: dict[str, JsonValue] = Field(default_factory=dict)


class Recorded(Shape):
    """Where an observation stands in the journal."""

    seq: Count
    hash: Digest


class DocumentRequest(Shape):
    """``POST …/documents``: a CDA document (its bytes in base64) that another software filed before the test.

    ``visibility`` holds codes of JDV J08 beside N; ``replaces`` is the uniqueId of the document whose place it takes;
    ``submitted`` dates its lot, now by default.
    """

    document: Annotated[str, Field(min_length=1)]
    visibility: list[str] = Field(default_factory=list)
    status: Literal["approved", "deprecated", "archived", "deleted"] = "approved"
    replaces: str | None = None
    submitted: Instant | None = None


class StoredDocument(Shape):
    """A document that the DMP holds, as the sandbox sees it."""

    unique_id: str
    entry_uuid: str
    ins: str
    type_code: str
    title: str
    status: str
    at: Instant
    blob: Digest
    size: Count
    visibility: list[str] = Field(default_factory=list)


class DocumentPage(Shape):
    """``GET …/documents``."""

    documents: list[StoredDocument]
    next: str | None = None


class AccessedDocument(Shape):
    """A document that an access was about, as its patient knows it."""

    unique_id: str
    title: str


class Access(Shape):
    """What somebody did in a patient's record: ``mode`` is the access mode of the VIHF, ``seq`` its exchange."""

    seq: Count
    at: Instant
    action: Literal["authorization", "filed", "searched", "read", "masked", "shown", "archived", "deleted"]
    ins: str
    professional: str
    structure: str
    mode: str
    documents: list[AccessedDocument]


class AccessPage(Shape):
    """``GET …/accesses``: who did what in a record, as its patient sees it; ``next`` is the position to go on from."""

    accesses: list[Access]
    next: Count | None = None


class IssuedToken(Shape):
    """An access token that Pro Santé Connect issued, by what it stands for; never its value."""

    id: str
    client_id: str
    subject: str
    issued: Instant
    expires: Instant
    active: bool


class Mailbox(Shape):
    """A mailbox of the session: its kind (PER, ORG, APP, citizen, test), its owner, and how many messages it holds."""

    address: str
    kind: Literal["PER", "ORG", "APP", "citizen", "test"]
    owner: str
    status: Literal["open", "suspended", "closed", "full"] | None
    messages: Count


class MailboxPage(Shape):
    """``GET …/mailboxes``."""

    mailboxes: list[Mailbox]
    next: str | None = None


class MailMessage(Shape):
    """A message of a mailbox: ``sender`` is the envelope's (empty for a notice), ``blob`` names its bytes.

    ``report`` is ``disposition-notification`` or ``delivery-status`` for a receipt.
    """

    uid: Count
    at: Instant
    sender: str
    subject: str
    message_id: str
    size: Count
    blob: Digest
    report: str | None = None
    documents: list[str] = Field(default_factory=list)
    flags: list[str] = Field(default_factory=list)


class MailMessagePage(Shape):
    """``GET …/mailboxes/{address}/messages``, oldest first."""

    messages: list[MailMessage]
    next: str | None = None


class TokenPage(Shape):
    """``GET …/tokens``."""

    tokens: list[IssuedToken]
    next: str | None = None


class IdentityList(Shape):
    """``GET /identities``: the fictitious population, the same in every service."""

    patients: list[dict[str, Any]]
    professionals: list[dict[str, Any]]
    structures: list[dict[str, Any]]


class Health(Shape):
    """``GET /health``."""

    status: Literal["ok", "degraded"]
    version: str
    uptime_s: Count
    sessions: Count
    queue: Count = 0


BODIES: Mapping[str, tuple[str, Any]] = {
    "problem": ("Error of the control API", Problem),
    "session-request": ("POST /sessions", SessionRequest),
    "session": ("A session", Session),
    "session-page": ("GET /sessions", SessionPage),
    "public-urls": ("PUT …/public-urls", PublicUrls),
    "lease-request": ("POST …/lease", LeaseRequest),
    "lease": ("Lease of a session", Lease),
    "clock-request": ("PUT …/clock", ClockRequest),
    "clock": ("Clock of a session", Clock),
    "seed-request": ("POST …/seed", SeedRequest),
    "switches": ("GET and PUT …/switches", Switches),
    "fault-request": ("PUT …/faults", FaultRequest),
    "fault": ("Fault armed", ArmedFault),
    "fault-page": ("GET …/faults", FaultPage),
    "certificate-request": ("POST …/certificates", CertificateRequest),
    "certificate": ("Certificate issued", Certificate),
    "client-request": ("POST …/clients", ClientRequest),
    "client": ("Client registered", Client),
    "client-page": ("GET …/clients", ClientPage),
    "software": ("POST …/software", SoftwareRequest),
    "software-page": ("GET …/software", SoftwarePage),
    "login": ("PUT …/login", LoginRequest),
    "ciba-decision": ("POST …/ciba/{auth_req_id}", CibaDecision),
    "exchange-page": ("GET …/exchanges", ExchangePage),
    "observation": ("POST …/observations", Observation),
    "recorded": ("Observation kept", Recorded),
    "document-request": ("POST …/documents", DocumentRequest),
    "document": ("Document put into a record", StoredDocument),
    "document-page": ("GET …/documents", DocumentPage),
    "access-page": ("GET …/accesses", AccessPage),
    "mailbox-page": ("GET …/mailboxes", MailboxPage),
    "mail-message-page": ("GET …/mailboxes/{address}/messages", MailMessagePage),
    "mail-message": ("GET …/mailboxes/{address}/messages/{uid}", MailMessage),
    "token-page": ("GET …/tokens", TokenPage),
    "identities": ("GET /identities", IdentityList),
    "health": ("GET /health", Health),
}
"""Every published body, by the name of its schema."""
