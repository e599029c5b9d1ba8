"""What a check reads: the exchanges of one scenario with their bytes, and what the driver said.

Everything here comes from journal entries, blobs and answers that the bundle seals, so that a verdict can be computed
again offline. Bytes are parsed when a check first asks for them; what cannot be parsed reads ``None``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property, lru_cache, partial
from typing import TYPE_CHECKING, Any, Literal, TypeVar
from urllib.parse import parse_qs, urlsplit

from banc_harness.selection import Difference, Selection, fact
from banc_standards.errors import BancError, Lang

if TYPE_CHECKING:
    from banc_standards.cda.read import Document
    from banc_standards.contracts.sut import Sut
    from banc_standards.mail.read import Received
    from banc_standards.soap.mtom import Package
    from banc_standards.soap.read import Message
    from banc_standards.vihf.read import Assertion
    from banc_standards.xds.model import Submission

_T = TypeVar("_T")
Blobs = Mapping[str, bytes]
Reply = Literal["done", "refused", "unsupported", "failed", "error"]


class Exchange:
    """One journal entry (CONTRACTS §6) with its bytes. ``claimed_by`` is the step that took it, ``None`` for a
    stray.
    """

    def __init__(self, entry: Mapping[str, Any], blobs: Blobs, claimed_by: str | None = None) -> None:
        self.entry = entry
        self.claimed_by = claimed_by
        self._blobs = blobs

    def __repr__(self) -> str:
        return f"<Exchange {self.seq} {self.operation} {self.outcome}>"

    def claimed_as(self, step: str) -> Exchange:
        """The same exchange as one of another step's."""
        return Exchange(self.entry, self._blobs, step)

    @property
    def seq(self) -> int:
        """Place in the journal of the session."""
        return int(self.entry["seq"])

    @property
    def hash(self) -> str:
        """``sha256:…`` of the entry."""
        return str(self.entry["hash"])

    @property
    def service(self) -> str:
        """``psc``, ``insi``, ``dmp``…"""
        return str(self.entry["service"])

    @property
    def operation(self) -> str:
        """Service and name of the transaction, as ``dmp.TD2.1``."""
        return str(self.entry["operation"])

    @property
    def outcome(self) -> str:
        """``accepted``, ``refused``, ``failed`` or ``observed``."""
        return str(self.entry["outcome"])

    @property
    def code(self) -> str | None:
        """The protocol's own error code, when the service answered one."""
        code = self.entry.get("code")
        return None if code is None else str(code)

    @property
    def facts(self) -> Mapping[str, Any]:
        """What the sandbox read in the bytes."""
        facts: Mapping[str, Any] = self.entry.get("facts") or {}
        return facts

    def fact(self, name: str) -> Any:
        """One fact by plain or dotted name, ``None`` when absent."""
        return fact(self.facts, name)

    @property
    def findings(self) -> tuple[Mapping[str, Any], ...]:
        """What the rules of the service found when the exchange crossed it."""
        return tuple(self.entry.get("findings") or ())

    @cached_property
    def clock(self) -> datetime:
        """The session's time of the exchange."""
        return datetime.fromisoformat(self.entry["clock"])

    def place(self, where: str = "") -> str:
        """How findings name this exchange, or a place in it."""
        return f"{self.operation}#{self.seq}" + (f" {where}" if where else "")

    # the request

    @property
    def line(self) -> str:
        """The first line of the request, empty when nothing could be read."""
        return str((self.entry.get("request") or {}).get("line", ""))

    @cached_property
    def query(self) -> Mapping[str, str]:
        """Parameters of the request's address; of a repeated one, the first."""
        address = ([*self.line.split(" "), "", ""])[1]
        return {name: values[0] for name, values in parse_qs(urlsplit(address).query, keep_blank_values=True).items()}

    @cached_property
    def form(self) -> Mapping[str, str]:
        """Fields of a form sent as the request; of a repeated one, the first. Empty for anything else."""
        if "x-www-form-urlencoded" not in self._media_type("request"):
            return {}
        text = self.request_bytes.decode("utf-8", "replace")
        return {name: values[0] for name, values in parse_qs(text, keep_blank_values=True).items()}

    def header(self, name: str, side: Literal["request", "response"] = "request") -> str | None:
        """The first header of that name, whatever its case."""
        headers = (self.entry.get(side) or {}).get("headers") or ()
        return next((value for key, value in headers if key.lower() == name.lower()), None)

    @property
    def request_bytes(self) -> bytes:
        """The bytes that the software sent."""
        return self._bytes("request")

    @property
    def response_bytes(self) -> bytes:
        """The bytes that the service answered."""
        return self._bytes("response")

    @cached_property
    def request_json(self) -> Any:
        """The request as JSON."""
        return _json(self.request_bytes)

    @cached_property
    def response_json(self) -> Any:
        """The answer as JSON."""
        return _json(self.response_bytes)

    @cached_property
    def package(self) -> Package | None:
        """The MTOM package of the request; a message without parts is one with a root only."""
        from banc_standards.soap import mtom

        return _read(lambda: mtom.unpack(self._content_type("request"), self.request_bytes))

    @cached_property
    def soap(self) -> Message | None:
        """The SOAP message of the request."""
        from banc_standards.soap import read

        package = self.package
        return None if package is None else _read(lambda: read.read(package.root))

    @cached_property
    def soap_response(self) -> Message | None:
        """The SOAP message of the answer."""
        from banc_standards.soap import mtom, read

        return _read(lambda: read.read(mtom.unpack(self._content_type("response"), self.response_bytes).root))

    @cached_property
    def assertion(self) -> Assertion | None:
        """The VIHF as sent. Whether its signature holds was judged by the service, in ``findings``."""
        from banc_standards.vihf import read

        message = self.soap
        if message is None or message.security is None:
            return None
        sent = message.security.find("{urn:oasis:names:tc:SAML:2.0:assertion}Assertion")
        return None if sent is None else _read(lambda: read.read(sent))

    @cached_property
    def submission(self) -> Submission | None:
        """The XDS submission of the request."""
        from banc_standards.xds import read

        message = self.soap
        if message is None or message.body is None:
            return None
        body = message.body
        return _read(lambda: read.read(body))

    @cached_property
    def documents(self) -> Mapping[str, bytes]:
        """Bytes of the documents that the request carries, by the id of their entry; the signature's are among them."""
        from banc_standards.soap import mtom
        from banc_standards.xds import read

        message, package = self.soap, self.package
        if message is None or message.body is None or package is None:
            return {}
        parts = read.document_parts(message.body)
        found = {id: _read(partial(mtom.resolve, element, package)) for id, element in parts.items()}
        return {id: data for id, data in found.items() if data is not None}

    @cached_property
    def mail(self) -> Received | None:
        """The mail that an SMTP transaction carries."""
        from banc_standards.mail import read

        return _read(lambda: read.read(self.request_bytes)) if self.request_bytes else None

    @cached_property
    def mailed_cdas(self) -> tuple[Document, ...]:
        """The CDA documents in the XDM archives of the mail; what cannot be read is left out."""
        from banc_standards.xdm import read as xdm

        attached = self.mail.archives if self.mail else ()
        archives = (_read(partial(xdm.read, part.content)) for part in attached)
        contents = (data for archive in archives if archive is not None for data in archive.documents)
        read_or_not = (_read(partial(clinical_document, data)) for data in contents)
        return tuple(document for document in read_or_not if document is not None)

    @cached_property
    def cdas(self) -> tuple[Document, ...]:
        """The CDA documents that the request carries; one that cannot be read is left out."""
        read_or_not = (_read(partial(clinical_document, data)) for data in self.documents.values())
        return tuple(document for document in read_or_not if document is not None)

    def _bytes(self, side: str) -> bytes:
        name = (self.entry.get(side) or {}).get("blob")
        return b"" if name is None else self._blobs.get(name, b"")

    def _media_type(self, side: str) -> str:
        return str((self.entry.get(side) or {}).get("media_type") or "")

    def _content_type(self, side: Literal["request", "response"]) -> str:
        return self.header("Content-Type", side) or self._media_type(side)


@dataclass(frozen=True, slots=True)
class Acted:
    """One action and what came of it. ``error``: the driver gave no answer that can be read; ``why`` says which way.

    ``gone``: it could not be reached or did not answer in time.
    """

    step: str
    action: str
    status: Reply
    input: Mapping[str, Any] = field(default_factory=dict)
    output: Mapping[str, Any] = field(default_factory=dict)
    shown: tuple[tuple[str, str], ...] = ()
    why: str = ""
    gone: bool = False

    @property
    def answered(self) -> bool:
        """Whether the software could be asked and knows the action: only then does an absence tell something."""
        return self.status not in ("unsupported", "error")


@dataclass(frozen=True, slots=True)
class Expectation:
    """An exchange that a step waited for; ``met`` is its ``seq``. ``nearest`` and ``differences`` explain a miss."""

    step: str
    selection: Selection
    met: int | None = None
    nearest: int | None = None
    differences: tuple[Difference, ...] = ()
    untested: str = ""


@dataclass(frozen=True, slots=True)
class Trace:
    """What happened in one scenario. ``selected`` are the exchanges that the check is about, in the journal's order.

    ``subjects`` names the fictitious people of the scenario: ``patients``, ``professionals``, ``structures``, each the
    ids of the population. In a story, ``earlier`` is what INSi told the software, and what it filed, in former
    chapters, which nothing judges again; ``arrived`` are the mails of others that a step asks it to fetch.
    """

    scenario: str
    exchanges: tuple[Exchange, ...] = ()
    earlier: tuple[Exchange, ...] = ()
    arrived: tuple[Exchange, ...] = ()
    selected: tuple[Exchange, ...] = ()
    acts: tuple[Acted, ...] = ()
    expectations: tuple[Expectation, ...] = ()
    subjects: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    sut: Sut | None = None
    lang: Lang = "fr"

    def about(self, selection: Selection, *, strays: bool = False) -> Trace:
        """The same trace with the exchanges of a selection selected; strays only when asked for."""
        taken = (item for item in self.exchanges if strays or item.claimed_by is not None)
        return replace(self, selected=tuple(item for item in taken if selection.matches(item.entry)))

    def all(self, operation: str, outcome: str | None = None) -> tuple[Exchange, ...]:
        """Every exchange of an operation (or pattern), claimed or not, in the journal's order."""
        wanted = Selection(operation=operation, outcome=outcome)
        return tuple(item for item in self.exchanges if wanted.matches(item.entry))

    def before(self, exchange: Exchange, operation: str, outcome: str | None = None) -> tuple[Exchange, ...]:
        """Every exchange of an operation that came before the given one, in former chapters too."""
        wanted = Selection(operation=operation, outcome=outcome)
        known = (*self.earlier, *self.exchanges)
        return tuple(item for item in known if item.seq < exchange.seq and wanted.matches(item.entry))

    def after(self, exchange: Exchange, operation: str, outcome: str | None = None) -> tuple[Exchange, ...]:
        """Every exchange of an operation that came after the given one."""
        return tuple(item for item in self.all(operation, outcome) if item.seq > exchange.seq)

    def of_step(self, step: str) -> tuple[Exchange, ...]:
        """Every exchange that one step claimed."""
        return tuple(item for item in self.exchanges if item.claimed_by == step)

    def answers(self, action: str) -> tuple[Acted, ...]:
        """What the driver said of an action, each time that it was asked."""
        return tuple(item for item in self.acts if item.action == action)


@lru_cache(maxsize=32)
def clinical_document(data: bytes) -> Document:
    """The CDA document of these bytes, which several checks and the report read. Raises what reading it raises."""
    from banc_standards.cda import read

    return read.read(data)


def _json(data: bytes) -> Any:
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None


def _read(parse: Callable[[], _T]) -> _T | None:
    try:
        return parse()
    except BancError:
        return None
