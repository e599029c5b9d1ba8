"""What the witness kept of a session, told as it stands: people, documents sent, copies filed, results integrated."""

from __future__ import annotations

from typing import Any

from banc_harness.witness.records import Records

Output = dict[str, Any]


def exported(records: Records, session: str) -> Output:
    """One object a patient, in the order in which they were last written; nothing is asked of any service."""
    return {"charts": [_chart(records, session, patient) for patient in records.patients(session)]}


def _chart(records: Records, session: str, patient: Output) -> Output:
    return {
        "patient": {name: patient.get(name) for name in ("local_id", "ins_status", "ins", "ins_oid")},
        "opposed": patient.get("opposed") or [],
        "sent": [_sent(one) for one in records.letters(session, patient["local_id"])],
        "filed": patient.get("copies") or [],
        "reports": patient.get("reports") or [],
        "results": patient.get("results") or [],
    }


def _sent(record: Output) -> Output:
    """A document that the software wrote: where it is now, in the DMP and in the mails."""
    former = record.get("replaces")
    return {
        "document": f"urn:oid:{record['unique_id']}",
        "version": record.get("version"),
        "replaces": f"urn:oid:{former}" if former else None,
        "status": record.get("withdrawn") or "current",
        "in_dmp": bool(record.get("filed")) and record.get("withdrawn") != "deleted",
        "messages": [mail["id"] for mail in (record.get("mails") or {}).values() if mail["sent"]],
    }
