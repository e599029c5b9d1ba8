"""The records of the DMP as a test prepares them, and as a patient sees them."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from banc_mocks.dmp.service.deposit import deposit
from banc_mocks.dmp.state import Records
from banc_mocks.sandbox import tables
from banc_mocks.sandbox.batch import Batch
from banc_mocks.sandbox.chain import digest
from banc_mocks.sandbox.control.endpoint import (
    AFTER_KEY,
    LIMIT,
    MAX_PAGE,
    MAX_SEQ,
    PAGE,
    Asked,
    Endpoint,
    Parameter,
)
from banc_mocks.sandbox.journal import Query
from banc_mocks.sandbox.sandbox import Sandbox
from banc_mocks.sandbox.sessions import Session
from banc_mocks.sandbox.working import Change, Working
from banc_standards.contracts import control as shapes
from banc_standards.dmp.visibility import HIDDEN, HIDDEN_FROM_GUARDIANS, shown_to_patient
from banc_standards.errors import Sentence, UnusableInput
from banc_standards.xds.names import DELETED

SEERS: Final = ("patient", "guardian")
_ACTIONS: Final[dict[str, str]] = {
    "dmp.TD0.3": "authorization",
    "dmp.TD2.1": "filed",
    "dmp.TD3.1": "searched",
    "dmp.TD3.2": "read",
    "dmp.TD3.3a": "masked",
    "dmp.TD3.3b": "shown",
    "dmp.TD3.3c": "deleted",
    "dmp.TD3.3d": "archived",
}


async def documents(asked: Asked) -> shapes.DocumentPage:
    """The documents that the DMP of this session holds; of one patient, or as a patient or a guardian sees them."""
    table, working = tables.entries, asked.session.working
    after, limit = asked.text("after"), asked.whole("limit", PAGE, low=1, high=MAX_PAGE)
    seer, ins = asked.choice("seen_by", SEERS), asked.text("ins")
    held = sa.select(table.c.unique_id, table.c.value).where(
        table.c.session == working.session, table.c.epoch == working.epoch, table.c.current, ~table.c.signature
    )
    hidden = {"patient": (HIDDEN,), "guardian": (HIDDEN, HIDDEN_FROM_GUARDIANS)}.get(seer or "", ())
    for code in hidden:
        held = held.where(sa.func.replace(table.c.confidentiality, code, "") == table.c.confidentiality)
    if seer is not None:
        held = held.where(table.c.status != DELETED)
    if ins is not None:
        held = held.where(table.c.patient.startswith(f"{ins}^^^", autoescape=True))
    if after is not None:
        held = held.where(table.c.unique_id > after)
    rows = await asked.sandbox.store.rows(held.order_by(table.c.unique_id).limit(limit + 1))
    return shapes.DocumentPage(
        documents=[shapes.StoredDocument.model_validate(json.loads(row.value)) for row in rows[:limit]],
        next=rows[limit - 1].unique_id if len(rows) > limit else None,
    )


async def accesses(asked: Asked) -> shapes.AccessPage:
    """Who did what in the records, as Mon espace santé tells each patient: nothing of what they may not see."""
    ins = asked.text("ins")
    after, limit = asked.whole("after", 0, low=0, high=MAX_SEQ), asked.whole("limit", PAGE, low=1, high=MAX_PAGE)
    records = Records(_Prepared(asked.sandbox, asked.session))
    query = Query(after=after, outcome="accepted", facts={"ins": ins} if ins else {})
    page = await asked.sandbox.journal.exchanges(asked.session, query, limit=limit)
    told = [
        _access(entry, records)
        for entry in page.exchanges
        if entry["operation"] in _ACTIONS and entry["facts"].get("ins")
    ]
    return shapes.AccessPage(accesses=told, next=page.next if len(page.exchanges) == limit else None)


def _access(entry: Mapping[str, Any], records: Records) -> shapes.Access:
    facts = entry["facts"]
    action = _ACTIONS[entry["operation"]]
    named = [] if action == "searched" else facts.get("documents") or []
    found = (records.readable(name.removeprefix("urn:oid:")) for name in named)
    return shapes.Access.model_validate(
        {
            "seq": entry["seq"],
            "at": entry["clock"],
            "action": action,
            "ins": facts["ins"],
            "professional": facts.get("professional") or "",
            "structure": facts.get("structure") or "",
            "mode": facts.get("purpose") or "",
            "documents": [
                {"unique_id": document.unique_id, "title": document.title}
                for document in found
                if document is not None and shown_to_patient(document.visibility)
            ],
        }
    )


async def put_document(asked: Asked) -> shapes.StoredDocument:
    """Puts a CDA document into a record, as another software would have filed it before the test."""
    wanted = asked.content(shapes.DocumentRequest)
    content = _bytes(wanted.document)
    session = asked.session
    memory = _Prepared(asked.sandbox, session)
    kept = deposit(
        memory,
        content,
        session.now(),
        visibility=wanted.visibility,
        status=wanted.status,
        replaces=wanted.replaces or "",
        submitted=datetime.fromisoformat(wanted.submitted) if wanted.submitted else None,
    )
    await memory.commit({digest(content): content})
    return shapes.StoredDocument.model_validate(kept.as_json())


class _Prepared:
    """The DMP's memory of a session, changed outside an exchange."""

    def __init__(self, sandbox: Sandbox, session: Session) -> None:
        self.sandbox = sandbox
        self.working: Working = session.working
        self._changes: list[Change] = []

    def get(self, kind: str, key: str, default: Any = None) -> Any:
        return self.working.get("dmp", kind, key, default)

    def items(self, kind: str) -> list[tuple[str, Any]]:
        return self.working.items("dmp", kind)

    def put(self, kind: str, key: str, value: Any, columns: Mapping[str, Any] | None = None) -> None:
        self._changes.append(self.working.put("dmp", kind, key, value, columns))

    async def commit(self, blobs: Mapping[str, bytes]) -> None:
        world = self.working
        await self.sandbox.journal.enter(
            Batch(world.session, world.epoch, blobs=dict(blobs), changes=tuple(self._changes))
        )


def _bytes(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise UnusableInput(
            "DOCUMENT-001",
            Sentence("document refusé : ce n'est pas du base64", "unfit document: this is no base64"),
            Sentence("les octets du CDA, en base64", "the bytes of the CDA, in base64"),
        ) from None


_INS = Parameter("ins", "Matricule of the patient.", {"type": "string"})

ENDPOINTS = (
    Endpoint(
        "GET",
        "/sessions/{session}/documents",
        "listDocuments",
        "The documents that the DMP holds",
        documents,
        answer=shapes.DocumentPage,
        parameters=(
            _INS,
            Parameter("seen_by", "Only those that this person sees.", {"type": "string", "enum": list(SEERS)}),
            AFTER_KEY,
            LIMIT,
        ),
    ),
    Endpoint(
        "GET",
        "/sessions/{session}/accesses",
        "listAccesses",
        "Who did what in a patient's record, as the patient sees it",
        accesses,
        answer=shapes.AccessPage,
        parameters=(
            _INS,
            Parameter("after", "Position already seen.", {"type": "integer", "minimum": 0, "maximum": MAX_SEQ}),
            LIMIT,
        ),
    ),
    Endpoint(
        "POST",
        "/sessions/{session}/documents",
        "putDocument",
        "Puts a CDA document into a patient's record, as another software would have filed it",
        put_document,
        body=shapes.DocumentRequest,
        answer=shapes.StoredDocument,
        status=201,
    ),
)
