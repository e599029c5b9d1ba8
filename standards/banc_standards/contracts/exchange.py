"""Exchange (CONTRACTS §6): one entry of the journal. Integers only, never a floating number."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, JsonValue, WithJsonSchema, field_validator

from banc_standards.contracts.finding import Finding
from banc_standards.contracts.shape import Count, Digest, Instant, SessionId, Sha256, Shape
from banc_standards.contracts.vocabulary import Outcome, SessionBy

_TEXT = {"type": "string"}
FACTS_SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "What the sandbox read in the bytes. Open: unknown facts are kept; numbers are integers.",
    "properties": {
        "ins": _TEXT,
        "ins_oid": _TEXT,
        "documents": {"type": "array", "items": _TEXT},
        "submission_set": _TEXT,
        "message_id": _TEXT,
        "professional": _TEXT,
        "structure": _TEXT,
        "lps": {
            "type": "object",
            "properties": dict.fromkeys(("name", "version", "idam", "nil", "homologation"), _TEXT),
            "additionalProperties": True,
        },
    },
    "additionalProperties": True,
}
Facts = Annotated[dict[str, JsonValue], WithJsonSchema(FACTS_SCHEMA)]


class PeerCertificate(Shape):
    """The client certificate that the peer showed."""

    sha256: Sha256
    subject: str
    kind: str | None = None


class PeerToken(Shape):
    """The token that the peer showed, by what it stands for."""

    client_id: str | None = None
    subject: str | None = None


class Peer(Shape):
    """Who spoke, and which sign attributed the exchange to its session (CONTRACTS §3)."""

    address: str
    certificate: PeerCertificate | None
    token: PeerToken | None
    session_by: SessionBy


class Message(Shape):
    """One direction of an exchange: its first line, its headers in order, and the name of its bytes."""

    line: str
    headers: list[tuple[str, str]]
    blob: Digest | None
    size: Count
    media_type: str | None


class Exchange(Shape):
    """One entry of the journal. ``request`` is null when nothing could be read, ``response`` when nothing was sent."""

    v: Literal[1]
    session: SessionId
    epoch: Count
    writer: str
    seq: Count
    id: str
    at: Instant
    clock: Instant
    duration_us: Count
    service: str
    operation: str
    direction: Literal["in", "out"]
    transport: str
    outcome: Outcome
    code: str | None
    fault: str | None
    count: Annotated[int, Field(ge=1, strict=True)]
    peer: Peer
    request: Message | None
    response: Message | None
    facts: Facts
    findings: list[Finding]
    prev: Digest | None
    hash: Digest

    @field_validator("facts")
    @classmethod
    def _integers_only(cls, facts: dict[str, JsonValue]) -> dict[str, JsonValue]:
        if _holds_float(facts):
            raise ValueError("a fact holds a floating number")
        return facts


class ExchangePage(Shape):
    """Answer of ``GET …/exchanges``: ``next`` is the ``after`` of the next question, ``epoch`` the one they are of."""

    exchanges: list[Exchange]
    next: Count
    epoch: Count | None = None


def _holds_float(value: JsonValue) -> bool:
    if isinstance(value, dict):
        return any(_holds_float(item) for item in value.values())
    if isinstance(value, list):
        return any(_holds_float(item) for item in value)
    return isinstance(value, float)
