"""A recorded run with its bytes, for the report writers: a refused submission, a document, and what follows from it."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterable
from email.message import EmailMessage
from typing import Any

from banc_harness.account import Account
from banc_harness.sealed import Sealed
from banc_standards.contracts.events import AnyEvent, read_event

SET = {"name": "banc-hopital", "version": "2026.11", "hash": "sha256:" + "0" * 64, "count": 165}
SUT = {
    "banc": 1,
    "vendor": "Éditeur Exemple",
    "product": {"name": "Dossier Plus", "version": "4.2.1"},
    "couloir": "hopital",
    "software_type": "DPI",
    "driver": {"kind": "manual"},
}
CDA = (
    '<?xml version="1.0" encoding="UTF-8"?><ClinicalDocument xmlns="urn:hl7-org:v3"><title>Lettre</title>'
    '<recordTarget><patientRole><id root="1.2.250.1.213.1.4.10" extension="279035121518989"/><patient><name>'
    '<family qualifier="BR">PAT-TROIS</family></name><birthTime value="19790328"/></patient></patientRole>'
    "</recordTarget><component><structuredBody><component><section><title>Motif</title>"
    "<text>{narrative}</text></section></component></structuredBody></component></ClinicalDocument>"
)


def finding(rule: str, location: str, **more: Any) -> dict[str, Any]:
    """A finding of severity error."""
    return {
        "rule": rule,
        "severity": "error",
        "certainty": "sourced",
        "location": location,
        "line": None,
        "column": None,
        "found": "",
        "expected": "",
        "message": f"message de {rule}",
        "clause": f"clause de {rule}",
        "fix": f"correction de {rule}",
        "source": "banc",
        **more,
    }


def check(
    name: str, requirement: str, *findings: dict[str, Any], scenario: str = "UC1.01", **more: Any
) -> dict[str, Any]:
    """A check that failed when it found something, else passed."""
    return {
        "type": "check.ended",
        "check": name,
        "title": f"titre de {name}",
        "scenario": scenario,
        "requirements": [requirement],
        "inputs": [],
        "findings": list(findings),
        "verdict": "NON_CONFORME" if findings else "CONFORME",
        **more,
    }


def requirement(name: str, verdict: str, **more: Any) -> dict[str, Any]:
    """A decided requirement."""
    return {
        "type": "requirement.decided",
        "requirement": name,
        "text": f"texte de {name}",
        "area": "dmp",
        "use_cases": ["UC1"],
        "level": "mandatory",
        "check_mode": "automatic",
        "weight": 1,
        "verdict": verdict,
        "reason": "",
        **more,
    }


def digest(data: bytes) -> str:
    """The name of a content."""
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


class Recording:
    """Builds the events of a run of one scenario, and the journal beside it."""

    def __init__(self, lang: str = "fr") -> None:
        self._lang = lang
        self._rows: list[dict[str, Any]] = []
        self._closing: list[dict[str, Any]] = []
        self._entries: dict[int, dict[str, Any]] = {}
        self._blobs: dict[str, bytes] = {}

    def exchange(
        self,
        operation: str,
        *findings: dict[str, Any],
        outcome: str = "accepted",
        body: bytes = b"",
        answer: bytes = b"",
        media_type: str = "application/soap+xml",
        line: str = "POST /service",
        headers: Iterable[tuple[str, str]] = (),
        step: str = "UC1.01.1",
        **more: Any,
    ) -> Recording:
        """One exchange that the step claims."""
        seq = len(self._entries) + 1
        self._blobs |= {digest(body): body, digest(answer): answer}
        sent = [("Content-Type", media_type), *headers]
        self._entries[seq] = {
            "seq": seq,
            "hash": "sha256:" + f"{seq:064x}",
            "at": f"2026-11-21T10:00:{seq % 60:02}.000000Z",
            "service": operation.partition(".")[0],
            "operation": operation,
            "outcome": outcome,
            "code": None,
            "fault": None,
            "count": 1,
            "facts": {},
            "findings": list(findings),
            "request": {
                "line": line,
                "headers": [list(pair) for pair in sent],
                "blob": digest(body),
                "size": len(body),
                "media_type": media_type.partition(";")[0],
            },
            "response": {
                "line": "200",
                "headers": [],
                "blob": digest(answer),
                "size": len(answer),
                "media_type": "application/soap+xml",
            },
            **more,
        }
        entry = self._entries[seq]
        self._rows.append(
            {
                "type": "exchange",
                "seq": seq,
                "hash": entry["hash"],
                "operation": operation,
                "outcome": outcome,
                "code": entry["code"],
                "fault": entry["fault"],
                "scenario": "UC1.01",
                "claimed_by": step,
                "findings": list(findings),
            }
        )
        return self

    def submission(self, cda: bytes, *findings: dict[str, Any], **more: Any) -> Recording:
        """A submission to the DMP that carries a document beside its envelope."""
        envelope = (
            b'<soap:Envelope xmlns:soap="http://www.w3.org/2003/05/soap-envelope"><soap:Body>'
            b'<xdsb:ProvideAndRegisterDocumentSetRequest xmlns:xdsb="urn:ihe:iti:xds-b:2007">'
            b'<xdsb:Document id="Doc01"><xop:Include xmlns:xop="http://www.w3.org/2004/08/xop/include" href="cid:doc"/>'
            b"</xdsb:Document></xdsb:ProvideAndRegisterDocumentSetRequest></soap:Body></soap:Envelope>"
        )
        package = b"\r\n".join(
            [
                b"--b",
                b'Content-Type: application/xop+xml; charset=UTF-8; type="application/soap+xml"',
                b"Content-ID: <root>",
                b"",
                envelope,
                b"--b",
                b"Content-Type: text/xml",
                b"Content-ID: <doc>",
                b"",
                cda,
                b"--b--",
                b"",
            ]
        )
        media_type = 'multipart/related; boundary=b; type="application/xop+xml"; start="<root>"'
        return self.exchange("dmp.TD2.1", *findings, body=package, media_type=media_type, **more)

    def mail(self, subject: str, members: dict[str, bytes], *findings: dict[str, Any], **more: Any) -> Recording:
        """A mail that carries an archive."""
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            for name, data in members.items():
                archive.writestr(name, data)
        mail = EmailMessage()
        mail["From"], mail["Subject"] = "camille@chu.mssante.example", subject
        mail.set_content("Bonjour")
        mail.add_attachment(packed.getvalue(), "application", "zip", filename="IHE_XDM.zip")
        message = {"media_type": "message/rfc822", "line": "MAIL FROM:<camille@chu.mssante.example>"}
        return self.exchange("mssante.submission", *findings, body=bytes(mail), **message, **more)

    def step(self, name: str) -> Recording:
        """Another step begins."""
        self._rows.append(
            {"type": "step.started", "scenario": "UC1.01", "step": name, "title": "Ensuite", "position": 0}
        )
        return self

    def missed(self, operation: str, nearest: int, near_operation: str, step: str = "UC1.01.1") -> Recording:
        """An expectation that was missed, an exchange being the nearest."""
        near = self._entries[nearest]
        self._rows.append(
            {
                "type": "expectation.missed",
                "scenario": "UC1.01",
                "step": step,
                "id": "e",
                "operation": operation,
                "outcome": "accepted",
                "nearest": {
                    "seq": nearest,
                    "operation": near_operation,
                    "outcome": near["outcome"],
                    "difference": ["outcome : attendu accepted, trouvé refused"],
                },
                "other": {"nearest.difference": ["outcome: expected accepted, found refused"]},
            }
        )
        return self

    def then(self, *rows: dict[str, Any]) -> Recording:
        """Checks and requirements, told once the scenario is over."""
        self._closing += rows
        return self

    def events(self, *, percent: float = 50.0, passed: bool = False) -> list[AnyEvent]:
        """The events of the run."""
        common = {"scenario": "UC1.01", "step": "UC1.01.1"}
        rows = [
            {
                "type": "run.started", "kind": "bac-a-sable", "lang": self._lang, "sut": SUT,
                "bench": {"banc-segur": "0.1.0"}, "requirements": SET, "rules": SET, "session": "k7f2",
                "mode": "lenient", "seed": 2026, "sandbox": "https://localhost:8440", "profiles": ["general"],
                "scenarios": ["UC1.01"],
            },
            {"type": "scenario.started", "scenario": "UC1.01", "title": "Lettre au DMP",
             "other": {"title": "Letter to the DMP"}},
            {"type": "step.started", **common, "title": "Envoi", "position": 0, "other": {"title": "Sending"}},
            {"type": "action.sent", **common, "id": "a", "action": "document.send", "driver": "http", "deadline_s": 30},
            *self._rows,
            {"type": "action.answered", **common, "id": "a", "action": "document.send", "status": "done",
             "shown": [{"level": "error", "text": "refus du DMP"}], "duration_ms": 10},
            {"type": "step.ended", **common, "outcome": "done", "duration_ms": 12},
            {"type": "scenario.ended", "scenario": "UC1.01", "outcome": "done", "duration_ms": 240},
            *self._closing,
            {"type": "run.ended",
             "gate": {"passed": passed, "scope": "tested", "sentence": "phrase du verdict", "reasons": ["une raison"]},
             "other": {"gate.sentence": "sentence of the gate", "gate.reasons": ["a reason"]},
             "score": {"percent": percent, "judged": 2, "applicable": 96}, "exit_code": int(not passed),
             "duration_ms": 4210},
        ]  # fmt: skip
        shared = {"v": 1, "run": "r-1", "at": "2026-11-21T10:00:00Z"}
        return [read_event(json.dumps({**shared, "n": n, **row})) for n, row in enumerate(rows, start=1)]

    def account(self, **more: Any) -> Account:
        """The account of the run."""
        account = Account()
        for event in self.events(**more):
            account.add(event)
        return account

    @property
    def sealed(self) -> Sealed:
        """The journal beside it."""
        return Sealed(self._entries, self._blobs)
