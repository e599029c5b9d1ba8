"""Where the practice's summaries leave from: written from the chart, filed in the DMP, replaced at the next visit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from banc_harness.witness import charts, letters
from banc_harness.witness.asked import Asked, Output
from banc_harness.witness.desk import Desk, named, recipients
from banc_harness.witness.mailing import SUMMARY
from banc_harness.witness.outbox import Outbox
from banc_standards.cda.summary import MedicalSummary


@dataclass(slots=True)
class SummaryDesk(Desk):
    """The document actions of the practice's software. ``chart`` of an action is what the doctor knows of the patient
    at this visit; the software keeps it.
    """

    def send(self, asked: Asked) -> Output:
        """The doctor validates the summary of a patient who has none that stands."""
        patient = self._visited(asked)
        waiting = (item for item in self.kept(asked, patient) if not item["filed"] and not item["replaces"])
        record = next(waiting, None) or self._new(asked, patient)
        return self._dispatch(asked, patient, record, None)

    def replace(self, asked: Asked) -> Output:
        """The doctor brings the summary up to date: the new version takes the place of the one that stands."""
        patient = self._visited(asked)
        if "keeps-former" in self.defects:
            return self._dispatch(asked, patient, self._new(asked, patient), None)
        former = self._former(asked, patient)
        again = "reuses-old-id" in self.defects
        record = self._waiting(asked, patient, former) or former | {
            "unique_id": former["unique_id"] if again else self.new_id(asked, patient),
            "version": former["version"] + 1,
            "replaces": former["unique_id"],
            "created": asked.now.isoformat(),
            "attempts": former["attempts"] if again else 0,
            "filed": False,
            "withdrawn": None,
            "mails": {},
        }
        output = self._dispatch(asked, patient, record, former)
        if not again:
            self.records.save_letter(asked.session, former | {"withdrawn": "replaced"})
        return output

    def _new(self, asked: Asked, patient: Output) -> Output:
        """The record of a summary that begins a series."""
        unique_id = self.new_id(asked, patient)
        return {
            "unique_id": unique_id,
            "set_id": f"{unique_id}.0",
            "version": 1,
            "replaces": None,
            "local_id": patient["local_id"],
            "level": (asked.input.get("document") or {}).get("level") or "N3",
            "created": asked.now.isoformat(),
            "attempts": 0,
            "filed": False,
            "mails": {},
        }

    def _former(self, asked: Asked, patient: Output) -> Output:
        """The summary that the update takes the place of: the one that the action names, while it stands."""
        wanted = named(asked, "replaces")
        if "replaces-the-replaced" in self.defects:
            known = (item for item in self.kept(asked, patient) if item["unique_id"] == wanted)
            replaced = next(known, None)
            if replaced is not None:
                return replaced
        to_dmp, _ = recipients(asked)
        return self.sent(asked, patient, "replaces", filed=to_dmp)

    def _waiting(self, asked: Asked, patient: Output, former: Output) -> Output | None:
        """The update that could not leave yet."""
        if former.get("withdrawn") or not self.defects.isdisjoint({"reuses-old-id", "new-id-on-retry"}):
            return None
        kept = self.kept(asked, patient)
        return next((item for item in kept if item.get("replaces") == former["unique_id"]), None)

    def _visited(self, asked: Asked) -> Output:
        """The patient, whose chart is as the doctor left it at this visit."""
        patient = self.patient(asked)
        patient["chart"] = asked.input.get("chart") or patient.get("chart") or {}
        self.records.save_patient(asked.session, patient)
        others = (item for item in self.records.patients(asked.session) if "chart" in item)
        before = next((item for item in others if item["local_id"] != patient["local_id"]), patient)
        if "another-chart" in self.defects:
            return patient | {"chart": before["chart"]}
        if "another-ins" in self.defects:
            return patient | {"ins": before["ins"], "ins_oid": before["ins_oid"]}
        return patient

    def _dispatch(self, asked: Asked, patient: Output, record: Output, former: Output | None) -> Output:
        """Sends the summary everywhere it should go."""
        to_dmp, mailed = recipients(asked)
        to_dmp = to_dmp or "feeds-held-back" in self.defects
        if to_dmp:
            self.feedable(patient)
        # a colleague who got an INS that the identity lost since gets the summary again without it (INS/va1.60)
        ins = self.ins(patient) if to_dmp or "patient" in mailed or former is None else None
        record["chart"] = patient["chart"]
        self.records.save_letter(asked.session, record)
        summary = charts.summary(
            record, patient, asked.input["professional"], asked.input["structure"], defects=self.defects
        )
        level = "N1" if "summary-as-pdf" in self.defects else record["level"]
        document = (self.ready if former is None else None) or charts.written(
            summary, level, patient, defects=self.defects
        )
        visibility: Sequence[str] = (asked.input.get("document") or {}).get("visibility") or ()
        if "ignores-visibility" in self.defects:
            visibility = ()
        output: Output = {"documents": [f"urn:oid:{record['unique_id']}"]}
        if to_dmp and ins is not None:
            self.file(asked, record, document, ins, replaces=former, visibility=visibility)
        if mailed:
            output["messages"] = self._mail(asked, patient, record, document, summary, mailed, former)
        return output

    def _mail(
        self,
        asked: Asked,
        patient: Output,
        record: Output,
        document: bytes,
        summary: MedicalSummary,
        mailed: list[str],
        former: Output | None,
    ) -> list[str]:
        outbox = Outbox(
            mailing=self.mailing(asked),
            save=lambda kept: self.records.save_letter(asked.session, kept),
            patient=patient,
            ins=letters.sent_ins(patient, defects=self.defects),
            former=former,
            defects=self.defects,
            words=SUMMARY,
        )
        return outbox.send(record, document, charts.printed(summary, patient, defects=self.defects), mailed)
