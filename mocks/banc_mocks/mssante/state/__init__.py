"""What the operator remembers in a session: mailboxes and the messages in them, and the mails that were sent.

The mailboxes come from the population; a session adds what arrives in them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from typing import Any, Literal, Protocol

from banc_fixtures.population import population
from banc_fixtures.structures import Structure
from banc_standards.mail.addresses import canonical, domain_of
from banc_standards.mail.names import CITIZEN_DOMAIN, SPACE, TEST_BOX
from banc_standards.mail.smtp_rules import Status

BoxKind = Literal["PER", "ORG", "APP", "citizen", "test"]


class Memory(Protocol):
    """Where values are kept: an :class:`~banc_mocks.sandbox.exchange.Exchange` is one."""

    def get(self, kind: str, key: str, default: Any = None) -> Any:
        """A value, or ``default``."""

    def put(self, kind: str, key: str, value: Any) -> None:
        """Sets a value (JSON)."""

    def items(self, kind: str) -> list[tuple[str, Any]]:
        """Every key and value of one kind."""


@dataclass(frozen=True, slots=True)
class Box:
    """A mailbox of the space. ``owner`` is an id of the population; ``openers`` the IdNats that may open it.

    ``status`` is what the population says: a citizen's is ``None`` (unknown) without Mon espace santé account.
    """

    address: str
    kind: BoxKind
    owner: str
    openers: frozenset[str] = field(default_factory=frozenset)
    status: Status | None = "open"


@dataclass(frozen=True, slots=True)
class Message:
    """A message in a mailbox: ``blob`` names its octets, ``at`` is session time, ``report`` the kind of a receipt.

    ``return_path`` is the envelope sender as the client wrote it; None for a message that nobody delivered (APPEND).
    """

    uid: int
    at: str
    sender: str
    subject: str
    message_id: str
    size: int
    blob: str
    report: str | None = None
    documents: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    return_path: str | None = None

    @property
    def prefix(self) -> bytes:
        """The header that delivery puts before the octets (RFC 5321 §4.4)."""
        return b"" if self.return_path is None else f"Return-Path: <{self.return_path}>\r\n".encode()

    def as_json(self) -> dict[str, Any]:
        """The message as stored, and as the control API lists it."""
        return {
            "uid": self.uid,
            "at": self.at,
            "sender": self.sender,
            "subject": self.subject,
            "message_id": self.message_id,
            "size": self.size,
            "blob": self.blob,
            "report": self.report,
            "documents": list(self.documents),
            "flags": list(self.flags),
            "return_path": self.return_path,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Message:
        """The message as it was stored."""
        return cls(**(dict(value) | {"documents": tuple(value["documents"]), "flags": tuple(value["flags"])}))


@dataclass(frozen=True, slots=True)
class Sent:
    """A mail that was accepted: enough to judge a receipt about it, and to know its Message-ID again."""

    message_id: str
    sender: str
    receipt_to: str


def application_mailbox(structure: Structure) -> str:
    """The address of a structure's application mailbox: ``_auto`` after the local part, as the published examples."""
    local, _, domain = structure.mailbox.partition("@")
    return f"{local}_auto@{domain}"


@cache
def directory() -> Mapping[str, Box]:
    """Every mailbox of the space by its address: PER, ORG, APP, citizens, one test box a domain."""
    people = population()
    boxes = [Box(one.mailbox, "PER", one.id, frozenset({one.idnat})) for one in people.professionals if one.mailbox]
    for place in people.structures:
        staff = frozenset(one.idnat for one in people.professionals if place.id in one.structures)
        boxes.append(Box(place.mailbox, "ORG", place.id, staff))
        boxes.append(Box(application_mailbox(place), "APP", place.id))
    states: dict[str, Status | None] = {"open": "open", "closed": "closed", "absent": None}
    boxes += [
        Box(canonical(one.mailbox), "citizen", one.id, status=states[one.dmp]) for one in people.patients if one.mailbox
    ]
    domains = dict.fromkeys(domain_of(box.address) for box in boxes)
    boxes += [Box(f"{TEST_BOX}@{domain}", "test", domain) for domain in domains]
    return {box.address: box for box in boxes}


@cache
def listed_domains() -> frozenset[str]:
    """The domains of the white list."""
    return frozenset(domain_of(address) for address in directory()) | {CITIZEN_DOMAIN}


_NAMED = re.compile(rf"(.+)\.([a-z0-9]{{4,16}})\.{re.escape(SPACE)}")


def plain(address: str, exists: Callable[[str], bool]) -> tuple[str, str | None]:
    """The address without the session in its domain, and that session: ``x@a.k7f2.mssante.fr`` is of ``k7f2``."""
    local, _, domain = canonical(address).rpartition("@")
    found = _NAMED.fullmatch(domain)
    if found is None or domain in listed_domains() or not exists(found[2]):
        return canonical(address), None
    return f"{local}@{found[1]}.{SPACE}", found[2]


class Records:
    """The operator's memory of one session."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def deliver(self, address: str, message: Message) -> Message:
        """Puts a message into a mailbox under its next UID; returns it as it now is."""
        uid = int(self._memory.get("uid", address, 0)) + 1
        placed = replace(message, uid=uid)
        self._memory.put("uid", address, uid)
        self._memory.put(_kind(address), str(uid), placed.as_json())
        return placed

    def message(self, address: str, uid: int) -> Message | None:
        """One message of a mailbox."""
        value = self._memory.get(_kind(address), str(uid))
        return None if value is None else Message.from_json(value)

    def messages(self, address: str) -> list[Message]:
        """The messages of a mailbox, oldest first."""
        return [Message.from_json(value) for _, value in self._memory.items(_kind(address))]

    def used(self) -> dict[str, int]:
        """The mailboxes that got something, with how many messages they hold."""
        return {address: len(self._memory.items(_kind(address))) for address, _ in self._memory.items("uid")}

    def sent(self, message_id: str) -> Sent | None:
        """The mail of that Message-ID."""
        value = self._memory.get("sent", message_id)
        return None if value is None else Sent(**value)

    def keep_sent(self, mail: Sent) -> None:
        """Remembers a mail that was accepted."""
        self._memory.put("sent", mail.message_id, asdict(mail))


def _kind(address: str) -> str:
    return f"message:{address}"
