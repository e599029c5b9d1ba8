"""Each check of received results passes on what an honest software says, and fails on what one of its defects says.

The witness's own desk files the mails, without a network; what it says makes the trace that the checks judge.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from banc_fixtures.population import population
from banc_harness.checks.reception import (
    critical_alert,
    fetched,
    integrated_results,
    protected_fetching,
    read_receipts,
    refused_reports,
    replaced_reports,
    right_patient,
    well_formed_receipt,
)
from banc_harness.inputs import for_software
from banc_harness.judging import judge
from banc_harness.play import Play
from banc_harness.scenarios import lab_orders
from banc_harness.scenarios.lab_post import Laboratory, Posted
from banc_harness.trace import Acted, Exchange, Trace
from banc_harness.witness.asked import Asked, World
from banc_harness.witness.inbox import Inbox
from banc_harness.witness.inbox_desk import InboxDesk, _Round
from banc_harness.witness.records import Records
from banc_harness.witness.software import PRACTICE
from banc_standards.mail.mdn_rules import RULES as MDN_RULES
from banc_standards.mail.mdn_rules import MdnSubject
from banc_standards.mail.read import read as read_mail

PEOPLE = population()
DOCTOR = PEOPLE.professional("P02")
KNOWN, ANOTHER, STRANGER = (PEOPLE.patient(name) for name in ("PAT-03", "PAT-02", "PAT-12"))


def laboratory() -> Laboratory:
    """A laboratory that writes to the doctor."""
    stage = SimpleNamespace(
        structure=PEOPLE.structure,
        professional=lambda id=None: PEOPLE.professional(id) if id else DOCTOR,
        mailbox=lambda holder: holder.mailbox,
    )
    return Laboratory(cast(Play, stage))


@dataclass
class Practice:
    """A practice that knows two patients: the mails that it got, and the trace that it leaves."""

    defects: frozenset[str]
    blobs: dict[str, bytes] = field(default_factory=dict)
    exchanges: list[Exchange] = field(default_factory=list)
    acts: list[Acted] = field(default_factory=list)
    lab: Laboratory = field(default_factory=laboratory)

    def __post_init__(self) -> None:
        self._records = Records(":memory:")
        for who in (KNOWN, ANOTHER):
            given = for_software(who, "default")
            self.acts.append(Acted("1", "patient.create", "done", {"patient": given}))
            assert who.ins is not None
            known = who.as_json() | {"ins_status": "QUAL", "ins": who.ins.value, "ins_oid": who.ins.oid, "opposed": []}
            self._records.save_patient("s", known)

    def receives(self, *reports: Posted, **how: Any) -> Posted:
        """The laboratory mails these reports; the practice fetches them."""
        mail, message_id = self.lab.mail(*reports, **how)
        self._enter("mssante.relay", mail, {"message_id": message_id})
        receipts: list[bytes] = []
        inbox = SimpleNamespace(address=DOCTOR.mailbox, acknowledge=lambda receipt, _to: receipts.append(receipt))
        desk = InboxDesk(
            self._records, Path(), self.defects, PRACTICE, lambda _asked: {}, lambda _asked: {"access_token": "x"}
        )
        asked = Asked({"session": "s", "sandbox": {}, "input": {}}, World(cast(Any, None)))
        fetching = _Round(desk, asked, cast(Inbox, inbox))
        fetching.take(f"Return-Path: <{self.lab.place.mailbox}>\r\n".encode() + mail)
        facts = {"message_ids": [message_id], "sections": ["BODY[]"]}
        self._enter("mssante.imap.FETCH", b"", facts)
        output = fetching.told()
        shown = tuple((item["level"], item["text"]) for item in output["shown"])
        self.acts.append(Acted(str(len(self.acts)), "mail.fetch", "done", {}, output, shown))
        for exchange in self.exchanges[-2:]:
            exchange.claimed_by = str(len(self.acts) - 1)  # type: ignore[misc]
        for receipt in receipts:
            self._enter("mssante.submission", receipt, {}, step=str(len(self.acts) - 1))
        return Posted(**{name: getattr(reports[0], name) for name in Posted.__slots__} | {"message_id": message_id})

    def judged(self, check: Any, scenario: str = "UC2.41") -> tuple[str, int]:
        """The verdict of a check on all that happened, and how many differences it tells."""
        said = judge(check, Trace(scenario, tuple(self.exchanges), acts=tuple(self.acts)))
        assert said is not None
        assert said.crash == ""
        return said.verdict, len(said.findings)

    def _enter(self, operation: str, data: bytes, facts: dict[str, Any], step: str = "") -> None:
        seq = len(self.exchanges) + 1
        name = f"sha256:{seq}"
        self.blobs[name] = data
        findings = []
        if operation == "mssante.submission":
            subject = MdnSubject(read_mail(data), mail_from="", asked_by=self.lab.place.mailbox, judged_alone=False)
            found = [rule.finding(hit, "fr") for rule in MDN_RULES for hit in rule.check(subject)]
            findings = [one.as_json() for one in found]
        entry = {
            "seq": seq,
            "hash": name,
            "service": "mssante",
            "operation": operation,
            "outcome": "accepted",
            "clock": datetime.now(UTC).isoformat(),
            "facts": facts,
            "findings": findings,
            "request": {"line": "", "headers": [], "blob": name if data else None, "media_type": "message/rfc822"},
        }
        self.exchanges.append(Exchange(entry, self.blobs, step or "?"))


def ordinary(practice: Practice) -> None:
    """One report about a patient whom the practice knows."""
    practice.receives(practice.lab.report(KNOWN, lab_orders.ROUTINE))


def critical(practice: Practice) -> None:
    practice.receives(practice.lab.report(KNOWN, lab_orders.CRITICAL))


def corrected(practice: Practice) -> None:
    first = practice.receives(practice.lab.report(KNOWN, lab_orders.PARTIAL))
    practice.receives(practice.lab.report(KNOWN, lab_orders.COMPLETE, former=first), former=first)


def late(practice: Practice) -> None:
    partial = practice.lab.report(KNOWN, lab_orders.PARTIAL)
    practice.receives(practice.lab.report(KNOWN, lab_orders.COMPLETE, former=partial))
    practice.receives(partial)


def unknown(practice: Practice) -> None:
    misled = f"XDM/1.0/DDM+CR {KNOWN.birth_family} {KNOWN.first_given}"
    practice.receives(practice.lab.report(STRANGER, lab_orders.ROUTINE), subject=misled)


def spoilt(practice: Practice) -> None:
    practice.receives(practice.lab.report(KNOWN, lab_orders.ROUTINE), wrong_hash=True)


def mixed(practice: Practice) -> None:
    practice.receives(*(practice.lab.report(who, lab_orders.ROUTINE) for who in (KNOWN, ANOTHER)))


def twice(practice: Practice) -> None:
    report = practice.lab.report(KNOWN, lab_orders.ROUTINE)
    practice.receives(report)
    practice.receives(report)


CASES = [
    # what happens, a check that it puts to the test, the defects that fail it
    (ordinary, right_patient, ("files-under-the-last",)),
    (ordinary, integrated_results, ("drops-units", "drops-interpretation")),
    (ordinary, read_receipts, ("no-receipt",)),
    (ordinary, well_formed_receipt, ("vague-receipt",)),
    (critical, critical_alert, ("silent-on-critical",)),
    (corrected, replaced_reports, ("correction-as-addition",)),
    (late, replaced_reports, ("late-version-holds",)),
    (unknown, refused_reports, ("opens-a-record", "reads-the-subject", "files-under-the-last")),
    (unknown, read_receipts, ("always-glad",)),
    (spoilt, refused_reports, ("ignores-hash",)),
    (mixed, refused_reports, ("takes-two-patients",)),
    (twice, refused_reports, ("files-twice",)),
]


@pytest.mark.parametrize(("happens", "check", "defects"), CASES)
def test_a_check_passes_the_honest_software_and_fails_its_defects(
    happens: Any, check: Any, defects: tuple[str, ...]
) -> None:
    honest = Practice(frozenset())
    happens(honest)
    assert honest.judged(check) == ("CONFORME", 0)
    for defect in defects:
        careless = Practice(frozenset({defect}))
        happens(careless)
        verdict, differences = careless.judged(check)
        assert (verdict, differences > 0) == ("NON_CONFORME", True), defect


@pytest.mark.parametrize("happens", [ordinary, critical, corrected, late, unknown, spoilt, mixed, twice])
def test_no_check_fails_the_honest_software(happens: Any) -> None:
    practice = Practice(frozenset())
    happens(practice)
    every = (fetched, right_patient, integrated_results, replaced_reports, critical_alert, refused_reports)
    for check in (*every, read_receipts, well_formed_receipt, protected_fetching):
        assert practice.judged(check)[0] == "CONFORME", check.id


def test_a_mail_whose_headers_alone_are_read_is_not_fetched() -> None:
    practice = Practice(frozenset())
    ordinary(practice)
    for exchange in practice.exchanges:
        exchange.entry["facts"]["sections"] = ["BODY[HEADER]"]  # type: ignore[index]
    assert practice.judged(fetched) == ("NON_CONFORME", 1)


@pytest.mark.parametrize("happens", [ordinary, critical, corrected, unknown])
@pytest.mark.parametrize("status", ["error", "unsupported"])
def test_a_software_lost_after_its_fetching_is_not_tested(happens: Any, status: Any) -> None:
    practice = Practice(frozenset())
    happens(practice)
    practice.acts = [
        replace(act, status=status, output={}, shown=()) if act.action == "mail.fetch" else act for act in practice.acts
    ]
    telling = (right_patient, integrated_results, replaced_reports, critical_alert, refused_reports, read_receipts)
    for check in (fetched, *telling):
        assert practice.judged(check) == ("NON_TESTE", 0), check.id


@pytest.mark.parametrize(
    ("happens", "check"), [(ordinary, right_patient), (ordinary, integrated_results), (corrected, replaced_reports)]
)
def test_a_software_that_fetches_and_files_nothing_does_not_conform(happens: Any, check: Any) -> None:
    practice = Practice(frozenset())
    happens(practice)
    practice.acts = [
        replace(act, status="failed", output={}) if act.action == "mail.fetch" else act for act in practice.acts
    ]
    assert practice.judged(check)[0] == "NON_CONFORME"


def test_credentials_said_in_clear_are_told() -> None:
    practice = Practice(frozenset())
    ordinary(practice)
    said = {"rule": "IMAP-TLS-001", "severity": "error", "certainty": "deduced", "location": "LOGIN", "found": "",
            "expected": "STARTTLS", "message": "…", "clause": "…", "fix": "…"}  # fmt: skip
    practice.exchanges[1].entry["findings"].append(said)  # type: ignore[attr-defined]
    assert practice.judged(protected_fetching) == ("NON_CONFORME", 1)


def test_nothing_is_judged_of_a_software_that_fetched_nothing() -> None:
    practice = Practice(frozenset())
    ordinary(practice)
    practice.exchanges = [one for one in practice.exchanges if one.operation == "mssante.relay"]
    assert judge(right_patient, Trace("UC2.41", tuple(practice.exchanges), acts=tuple(practice.acts))) is None
