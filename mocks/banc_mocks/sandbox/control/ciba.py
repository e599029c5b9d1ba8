"""What a person answers to a CIBA request, told from outside (CONTRACTS §12)."""

from __future__ import annotations

from banc_mocks.sandbox.batch import Batch
from banc_mocks.sandbox.control.endpoint import Asked, Endpoint
from banc_mocks.sandbox.control.problems import not_found
from banc_standards.contracts import control as shapes
from banc_standards.errors import Sentence, UnusableInput

_SERVICE, _KIND = "psc", "ciba"


async def decide(asked: Asked) -> None:
    """Approves or refuses a request that waits. Raises ``UnusableInput`` when it was answered, has ended or expired."""
    wanted = asked.content(shapes.CibaDecision)
    session, auth_req_id = asked.session, asked.part("auth_req_id")
    working = session.working
    found = working.get(_SERVICE, _KIND, auth_req_id)
    if found is None:
        raise not_found(Sentence("cette demande CIBA", "this CIBA request"))
    if found["ended"] or found["outcome"] is not None:
        raise UnusableInput(
            "CIBA-001",
            Sentence("cette demande CIBA a déjà sa réponse", "this CIBA request is answered already"),
            Sentence("en faire une nouvelle", "make a new one"),
        )
    if int(session.now().timestamp()) >= found["expires"]:
        raise UnusableInput(
            "CIBA-002",
            Sentence("cette demande CIBA a expiré", "this CIBA request has expired"),
            Sentence("en faire une nouvelle", "make a new one"),
        )
    change = working.put(_SERVICE, _KIND, auth_req_id, found | {"outcome": wanted.outcome})
    await asked.sandbox.journal.enter(Batch(session.id, working.epoch, changes=(change,)))


ENDPOINTS = (
    Endpoint(
        "POST",
        "/sessions/{session}/ciba/{auth_req_id}",
        "decideCiba",
        "Approves or refuses a CIBA request that waits for its person",
        decide,
        body=shapes.CibaDecision,
        status=204,
    ),
)
