"""What a consultation of the DMP says: queries and their answers, documents, and what the user asked and was shown."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from hashlib import sha1
from typing import TYPE_CHECKING, Any

from banc_harness.selection import Selection
from banc_harness.trace import Acted, Exchange, Trace
from banc_standards.errors import BancError

if TYPE_CHECKING:
    from banc_standards.xds.model import DocumentEntry
    from banc_standards.xds.query.model import StoredQuery

CONSULTATIONS = Selection(operation=("dmp.TD3.1", "dmp.TD3.2"))
SEARCHES = Selection(operation="dmp.TD3.1", facts={"query": "FindDocuments"})
READS = Selection(operation="dmp.TD3.2")
HISTORIES = ("UC3.31", "UC3.4?", "UC3.5?")
"""The scenarios in which a software reads the DMP."""
FRANCE_IN_WINTER = timezone(timedelta(hours=1))


def query_of(exchange: Exchange) -> StoredQuery | None:
    """The stored query of a TD3.1."""
    from banc_standards.xds.query import read

    message = exchange.soap
    return None if message is None or message.body is None else read.query(message.body)


def entries_of(exchange: Exchange) -> tuple[DocumentEntry, ...]:
    """The document entries that a TD3.1 answered."""
    from banc_standards.xds.query import read

    message = exchange.soap_response
    return () if message is None or message.body is None else read.answer(message.body).entries


def handed(exchange: Exchange) -> dict[str, bytes]:
    """The documents that a TD3.2 answered, by ``urn:oid:``; empty when the answer cannot be read."""
    from banc_standards.soap import mtom, read
    from banc_standards.xds import retrieve

    header = exchange.header("Content-Type", "response") or ""
    try:
        package = mtom.unpack(header, exchange.response_bytes, max_parts=1_000)
        body = read.read(package.root).body
        found = () if body is None else retrieve.retrieved(body, package).documents
    except BancError:
        return {}
    return {f"urn:oid:{document.unique_id}": document.content for document in found}


def digest(content: bytes) -> str:
    """The hash of XDS metadata: SHA-1 in hexadecimal."""
    return sha1(content, usedforsecurity=False).hexdigest()


def known_before(trace: Trace, exchange: Exchange) -> dict[str, DocumentEntry]:
    """The entries that the searches before an exchange gave about the same patient, by ``urn:oid:``; the last wins."""
    about = (one for one in trace.before(exchange, "dmp.TD3.1") if one.fact("ins") == exchange.fact("ins"))
    return {f"urn:oid:{entry.unique_id}": entry for one in about for entry in entries_of(one)}


def act_of(trace: Trace, step: str | None, *actions: str) -> Acted | None:
    """The action of a step, of these."""
    return next((act for act in trace.acts if act.step == step and act.action in actions), None)


def acts(trace: Trace, *actions: str) -> Iterator[Acted]:
    """The actions that the software answered with ``done``."""
    return (act for act in trace.acts if act.action in actions and act.status == "done")


def bound(day: str, *, end: bool) -> str:
    """Midnight of a French winter day, or of the next one, as the registry writes it."""
    midnight = datetime.fromisoformat(day).replace(tzinfo=FRANCE_IN_WINTER) + timedelta(days=int(end))
    return (midnight - timedelta(hours=1)).strftime("%Y%m%d%H%M%S")


def listed(act: Acted) -> list[dict[str, Any]]:
    """What the software says that its user saw in the list."""
    return [item for item in act.output.get("list") or () if isinstance(item, dict)]
