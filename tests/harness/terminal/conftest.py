"""A recorded run: one scenario that went well, one that did not, one that was not played."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from banc_standards.contracts.events import AnyEvent, read_event

HASH = "sha256:" + "0" * 64
SUT = {
    "banc": 1,
    "vendor": "Éditeur Exemple",
    "product": {"name": "Dossier Plus", "version": "4.2.1"},
    "couloir": "hopital",
    "software_type": "DPI",
    "driver": {"kind": "manual"},
}
SET = {"name": "banc-hopital", "version": "2026.11", "hash": HASH, "count": 165}
FINDING = {
    "rule": "CHK-DMP-003",
    "severity": "error",
    "certainty": "sourced",
    "location": "SubmitObjectsRequest/ExtrinsicObject[1]/Slot[@name='hash']",
    "line": 118,
    "column": None,
    "found": "da39a3ee5e6b4b0d3255bfef95601890afd80709",
    "expected": "3f786850e387550fdab836ed7e6dc881de23001b",
    "message": "L'empreinte déclarée est celle du document envoyé.",
    "clause": "DMP, guide d'intégration, métadonnée hash",
    "fix": "Calculer SHA-1 sur les octets exacts de la partie MTOM, après la dernière écriture du CDA.",
    "source": "banc",
}


def requirement(name: str, text: str, verdict: str, **more: Any) -> dict[str, Any]:
    """A decided requirement."""
    return {
        "type": "requirement.decided",
        "requirement": name,
        "text": text,
        "area": "dmp",
        "use_cases": ["UC1"],
        "level": "mandatory",
        "check_mode": "automatic",
        "weight": 1,
        "verdict": verdict,
        "reason": "",
        **more,
    }


def exchange(seq: int, operation: str, outcome: str, step: str | None, code: str | None = None) -> dict[str, Any]:
    """An exchange claimed by a step, or stray."""
    return {
        "type": "exchange",
        "seq": seq,
        "hash": HASH,
        "operation": operation,
        "outcome": outcome,
        "code": code,
        "scenario": step and step.rpartition(".")[0],
        "claimed_by": step,
        "stray": step is None,
    }


def step(name: str, title: str, *within: dict[str, Any], outcome: str = "done") -> list[dict[str, Any]]:
    """A step and what happens within."""
    common = {"scenario": name.rpartition(".")[0], "step": name}
    return [
        {"type": "step.started", **common, "title": title, "position": 1},
        {"type": "action.sent", **common, "id": "a", "action": "document.send", "driver": "http", "deadline_s": 30},
        *within,
        {"type": "step.ended", **common, "outcome": outcome, "duration_ms": 12},
    ]


STARTED = {
    "type": "run.started",
    "kind": "bac-a-sable",
    "lang": "fr",
    "sut": SUT,
    "bench": {"banc-segur": "0.1.0"},
    "requirements": SET,
    "rules": {**SET, "name": "banc-segur", "count": 40},
    "session": "k7f2",
    "mode": "lenient",
    "seed": 2026,
    "sandbox": "https://localhost:8440",
    "profiles": ["general"],
    "scenarios": ["UC1.01", "UC1.05", "UC1.09"],
}
MISSED = {
    "type": "expectation.missed",
    "scenario": "UC1.05",
    "step": "UC1.05.2",
    "id": "e",
    "operation": "dmp.TD2.1",
    "outcome": "accepted",
    "nearest": {
        "seq": 14,
        "operation": "dmp.TD0.2",
        "outcome": "accepted",
        "difference": ["operation : attendu dmp.TD2.1, trouvé dmp.TD0.2"],
    },
}
CHECKS = [
    {"type": "check.ended", "check": "CHK-DMP-001", "title": "TD0.2 vient avant TD2.1", "scenario": "UC1.01",
     "requirements": ["SC.DMP/UX.08"], "inputs": [HASH], "findings": [], "verdict": "CONFORME"},
    {"type": "check.ended", "check": "CHK-DMP-003", "title": "L'empreinte déclarée est celle du document envoyé.",
     "scenario": "UC1.01", "requirements": ["DMP/va1.03"], "inputs": [HASH], "findings": [FINDING],
     "verdict": "NON_CONFORME"},
    {"type": "check.ended", "check": "CHK-DMP-009", "title": "Rien ne part au DMP d'un patient opposé.",
     "scenario": "UC1.05", "requirements": ["SC.DMP/CONF.09"], "inputs": [HASH],
     "findings": [{**FINDING, "rule": "CHK-DMP-009", "message": "Un document est parti malgré l'opposition [rouge]."}],
     "verdict": "NON_CONFORME", "zero_tolerance": True},
]  # fmt: skip
GOOD_SCENARIO: list[dict[str, Any]] = [
    {"type": "scenario.started", "scenario": "UC1.01", "title": "Lettre de liaison de sortie vers le DMP"},
    *step("UC1.01.1", "Le professionnel se connecte par Pro Santé Connect",
          exchange(3, "psc.authorization", "accepted", "UC1.01.1"), exchange(4, "psc.token", "accepted", "UC1.01.1"),
          exchange(5, "psc.userinfo", "accepted", "UC1.01.1")),
    *step("UC1.01.2", "La lettre de liaison part au DMP",
          exchange(6, "dmp.TD0.2", "accepted", "UC1.01.2"), exchange(7, "dmp.TD2.1", "accepted", "UC1.01.2")),
    {"type": "scenario.ended", "scenario": "UC1.01", "outcome": "done", "duration_ms": 240},
]  # fmt: skip
GOOD_REQUIREMENT = requirement(
    "SC.DMP/UX.08",
    "Toute consultation du DMP est précédée d'une vérification du droit d'accès (TD0.2 ou TD0.4).",
    "CONFORME",
    checks=["CHK-DMP-001"],
)
FAILED: list[dict[str, Any]] = [
    STARTED,
    *GOOD_SCENARIO,
    {"type": "scenario.started", "scenario": "UC1.05", "title": "Le DMP tombe, puis revient"},
    *step("UC1.05.1", "Le DMP est en panne ; l'envoi échoue deux fois de suite et le logiciel le dit à son utilisateur",
          exchange(12, "dmp.TD2.1", "failed", "UC1.05.1", "503"),
          exchange(13, "dmp.TD2.1", "failed", "UC1.05.1", "503")),
    *step("UC1.05.2", "Le DMP est revenu : la même lettre repart", MISSED, outcome="missed"),
    exchange(15, "dmp.TD0.3", "accepted", None),
    {"type": "scenario.ended", "scenario": "UC1.05", "outcome": "done", "duration_ms": 240},
    {"type": "scenario.started", "scenario": "UC1.09", "title": "Recherche par carte Vitale"},
    {"type": "scenario.ended", "scenario": "UC1.09", "outcome": "skipped",
     "reason": "capacités non déclarées : insi.vitale", "duration_ms": 0},
    *CHECKS,
    {"type": "log", "level": "warning", "code": "SUT-020", "text": "ids.nil est vide", "hint": "demandez-le au CNDA"},
    GOOD_REQUIREMENT,
    requirement("DMP/va1.03", "L'utilisateur du DPI peut demander lui-même l'envoi au DMP de chaque type de document, "
                "par la PFI.", "NON_CONFORME", reason="CHK-DMP-003 échoue dans UC1.01", checks=["CHK-DMP-003"]),
    requirement("SC.DMP/CONF.09", "L'opposition du patient à l'alimentation de son DMP est enregistrée.",
                "NON_CONFORME", reason="CHK-DMP-009 échoue dans UC1.05", checks=["CHK-DMP-009"], in_gate=False),
    requirement("DOC/va1.06", "Un document du DPI nomme tous ses destinataires.", "A_COMPLETER",
                reason="une personne doit regarder", check_mode="semi"),
    *(requirement(f"SC.MSS/CONF.{n:02}", "t", "NON_TESTE", area="mssante") for n in range(40)),
    *(requirement(f"SC.SSI/GEN.{n:02}", "t", "NON_TESTE", area="security") for n in range(33)),
    {"type": "run.ended",
     "gate": {"passed": False, "scope": "tested", "sentence": "2 exigences jugées sur 4 ne sont pas conformes.",
              "reasons": ["DMP/va1.03 : CHK-DMP-003 échoue dans UC1.01", "tolérance zéro : CHK-DMP-009"]},
     "score": {"percent": 33.3, "judged": 3, "applicable": 96}, "exit_code": 1, "duration_ms": 4210},
]  # fmt: skip
PASSED: list[dict[str, Any]] = [
    STARTED,
    *GOOD_SCENARIO,
    CHECKS[0],
    GOOD_REQUIREMENT,
    {"type": "run.ended",
     "gate": {"passed": True, "scope": "tested", "sentence": "Tout ce qui a été jugé est conforme."},
     "score": {"percent": 100.0, "judged": 1, "applicable": 96}, "exit_code": 0, "duration_ms": 4210},
]  # fmt: skip


def numbered(rows: list[dict[str, Any]]) -> list[AnyEvent]:
    """The rows as the events of a run, numbered without gaps."""
    common = {"v": 1, "run": "r-1", "at": "2026-11-21T10:00:00Z"}
    return [read_event(json.dumps({**common, "n": n, **row})) for n, row in enumerate(rows, start=1)]


@pytest.fixture
def recorded() -> Callable[[str], list[AnyEvent]]:
    """The events of the run called ``failed`` or ``passed``."""
    return lambda name: numbered({"failed": FAILED, "passed": PASSED}[name])
