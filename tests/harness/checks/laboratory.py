"""What the tests of a laboratory's checks are made of: orders, reports, submissions, mails."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from datetime import UTC, datetime
from typing import Any

from banc_fixtures.population import population
from banc_harness.inputs import for_software
from banc_harness.judging import judge
from banc_harness.scenarios import lab_orders
from banc_harness.trace import Acted, Exchange, Trace
from banc_harness.witness import lab_reports
from banc_standards.mail import build as mail
from banc_standards.mail.model import Attachment, Mail, Mailbox
from banc_standards.soap.build import envelope, serialize
from banc_standards.terminology.codes import value_set
from banc_standards.xdm import build as xdm
from banc_standards.xds.build import entry_from_cda, provide_and_register
from banc_standards.xds.model import Submission, SubmissionSet

STEP = "UC2.01.3"
PATIENT = population().patient("PAT-03")
ORDER: dict[str, Any] = for_software(
    lab_orders.order(
        "260101",
        lab_orders.ROUTINE,
        [population().professional("P02")],
        [population().professional("P01")],
    ),
    "default",
)
CRITICAL: dict[str, Any] = ORDER | {"results": [item.as_json() for item in lab_orders.CRITICAL]}
PARTIAL: dict[str, Any] = ORDER | {"results": [item.as_json() for item in lab_orders.PARTIAL]}


def changed(order: Mapping[str, Any], **change: Any) -> dict[str, Any]:
    """The order, its first result changed."""
    copy = deepcopy(dict(order))
    copy["results"][0] |= change
    return copy


def document(order: Mapping[str, Any] = ORDER, *defects: str, level: str = "N3") -> bytes:
    """The report of an order, as an honest laboratory writes it, or one that has these defects."""
    who = PATIENT.as_json() | {"ins_status": "QUAL"}
    record = {
        "unique_id": "2.999.990000036.2.7.1",
        "set_id": "2.999.990000036.2.7.1.0",
        "version": 1,
        "replaces": None,
        "order": order,
        **lab_reports.new_dates(datetime(2026, 11, 21, 10, tzinfo=UTC)),
    }
    flaws = frozenset(defects)
    biologist, place = population().professional("P10").as_json(), population().structure("S03").as_json()
    report = lab_reports.report(record, who, biologist, place, defects=flaws)
    return lab_reports.written(report, level, defects=flaws)


def submitted(data: bytes, visibility: Sequence[str] = ()) -> bytes:
    """The request that files a document."""
    entry = entry_from_cda(data, visibility=visibility)
    lot = Submission(set=SubmissionSet(id="Lot01"), entries=(entry,))
    return serialize(envelope(headers=[], body=provide_and_register(lot, {entry.id: data})))


def mailed(data: bytes, more: Sequence[Attachment] = ()) -> bytes:
    """The mail that carries a document, and ``more`` attachments."""
    entry = entry_from_cda(data, local_patient=True)
    lot = SubmissionSet(
        id="Lot01",
        unique_id="2.999.990000036.2.7.9",
        source_id="2.999.990000036.3",
        patient_id=entry.patient_id,
        submission_time="20261121100000",
        authors=entry.authors,
        content_type=value_set("J59").get("03"),
    )
    archive = xdm.archive(lot, [(entry, data)], origin=xdm.Origin("LABO", "Essai"))
    return mail.message(
        Mail(
            sender=Mailbox("labo@bio-du-banc.mssante.fr"),
            recipients=(Mailbox("hugo.fictif@medecin.mssante.fr"),),
            message_id="<1@bio-du-banc.mssante.fr>",
            date=datetime(2026, 11, 21, 10, tzinfo=UTC),
            subject="XDM/1.0/DDM+…",
            text="…",
            nil="DEV999002",
            attachments=(mail.archive(archive), *more),
        )
    )


def sending(order: Mapping[str, Any] | None = ORDER, *, step: str = STEP, **more: Any) -> Acted:
    """What the driver was asked for."""
    return Acted(step, "document.send", "done", {"order": order, **more})


def judged(check: Any, scenario: str, acts: Sequence[Acted], *exchanges: Exchange) -> tuple[str, list[str]]:
    """The verdict of a check, and where it finds something wrong."""
    said = judge(check, Trace(scenario, tuple(exchanges), acts=tuple(acts)))
    assert said is not None
    assert said.crash == ""
    places = [finding.location.partition(" ")[2] or finding.location for finding in said.findings]
    return said.verdict, places
