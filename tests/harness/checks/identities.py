"""Lives of an identity made by hand: what was asked of the software, what INSi answered, what left by mail."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from banc_harness.judging import judge
from banc_harness.trace import Exchange, Trace
from banc_standards.ins import Ins

MakeExchange = Callable[..., Exchange]


def verdict(check: Any, scenario: str, acts: list[Any], exchanges: list[Exchange]) -> str:
    """What a check says of a trace."""
    ordered = sorted(exchanges, key=lambda one: one.seq)
    said = judge(check, Trace(scenario, exchanges=tuple(ordered), acts=tuple(acts)))
    assert said is not None
    return f"{said.verdict} {said.crash}".strip()


def document(root: str, ins: Ins | None, *, replaces: str | None = None, **said: Any) -> Any:
    """A document as a check reads it: its id, its patient, the document that it takes the place of."""
    former = SimpleNamespace(root=replaces) if replaces else None
    return SimpleNamespace(id=SimpleNamespace(root=root), patient=SimpleNamespace(ins=ins, **said), replaces=former)


def mailed(exchange: MakeExchange, step: str, *documents: Any, to: str = "doctor@a.fr", **more: Any) -> Exchange:
    """A mail that left with these documents."""
    facts = {"recipients": [to]} | ({"ins": documents[0].patient.ins.value} if documents[0].patient.ins else {})
    made = exchange("mssante.submission", claimed_by=step, facts=facts, **more)
    made.__dict__["mailed_cdas"] = documents
    return made
