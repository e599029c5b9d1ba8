"""The records of the DMP as a test prepares them, and as a patient sees them."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from banc_mocks.dmp.service.deposit import deposit
from banc_mocks.sandbox.batch import Batch
from banc_mocks.sandbox.chain import digest
from banc_mocks.sandbox.control.endpoint import Asked, Endpoint
from banc_mocks.sandbox.sandbox import Sandbox
from banc_mocks.sandbox.sessions import Session
from banc_mocks.sandbox.working import Change, Working
from banc_standards.contracts import control as shapes
from banc_standards.errors import Sentence, UnusableInput


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


ENDPOINTS = (
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
