"""Action and answer of a driver, and its capabilities (CONTRACTS §9): the same two objects for every kind of driver."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from banc_standards.contracts.sandbox import Services
from banc_standards.contracts.shape import SessionId, Shape, Sparse
from banc_standards.contracts.vocabulary import AnswerStatus


class PscClient(Shape):
    """The Pro Santé Connect client that the run registered for the software."""

    id: str
    secret: str | None = None


class MailAccount(Shape):
    """The mailbox of the software at the simulated operator."""

    user: str
    password: str


class KeyStore(Shape):
    """A certificate issued to the run: PKCS#12 in base64, and its password."""

    p12: str
    password: str


class ProxyClient(Shape):
    """A software that signs in through the proxy: its client at Pro Santé Connect, with a certificate of its own."""

    id: str
    secret: str | None = None
    certificate: KeyStore


class ProxyApi(Shape):
    """An API as the proxy relays to it: ``/send/{name}/{endpoint}`` goes to ``{url}/{endpoint}``.

    ``token_endpoint`` and ``scope`` are those of the exchange.
    """

    name: str
    url: str
    token_endpoint: str
    scope: str


class ProxyAccess(Shape):
    """What a proxy e-Santé needs of a session: the softwares that it serves, and the APIs."""

    clients: list[ProxyClient]
    apis: list[ProxyApi]


class ActionSandbox(Sparse):
    """Where the services are and what the software needs to reach them; absent means not needed by this run."""

    services: Services
    ca_file: str
    psc_client: PscClient | None = None
    mail: MailAccount | None = None
    annuaire_key: str | None = None
    certificates: dict[str, KeyStore] | None = None
    proxy: ProxyAccess | None = None


class Action(Shape):
    """One thing that the software is asked to do. ``input`` depends on the action, ``deadline_s`` is in seconds."""

    banc: Literal[1] = 1
    id: str
    run: str
    session: SessionId
    step: str
    action: str
    deadline_s: Annotated[int, Field(gt=0)]
    lang: Literal["fr", "en"]
    sandbox: ActionSandbox
    input: dict[str, Any] = Field(default_factory=dict)


class Shown(Shape):
    """What the software showed to its user."""

    level: Literal["info", "warning", "error"]
    text: str


class DriverEvidence(Shape):
    """A file that the driver hands over; never evidence for what the wire can show."""

    name: str
    media_type: str
    base64: str


class Answer(Shape):
    """What the driver says of an action. ``refused``: the software declined on purpose; ``error`` says why."""

    banc: Literal[1]
    id: str
    status: AnswerStatus
    output: dict[str, Any] = Field(default_factory=dict)
    shown: list[Shown] = Field(default_factory=list)
    evidence: list[DriverEvidence] = Field(default_factory=list)
    error: str | None = None


class Capabilities(Shape):
    """Answer of ``GET {url}/banc/v1/capabilities``: an open list."""

    banc: Literal[1]
    capabilities: list[str]
