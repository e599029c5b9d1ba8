"""Where the treating doctor follows a patient's DMP from visit to visit: what is new, and what was kept of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from banc_harness.witness.asked import Asked, Output
from banc_harness.witness.reading_desk import ReadingDesk, shown_as
from banc_standards.xds.model import DocumentEntry
from banc_standards.xds.names import DEPRECATED


@dataclass(slots=True)
class VisitDesk(ReadingDesk):
    """The consulting actions of the practice's software, which remembers when each record was last looked into."""

    def search(self, asked: Asked) -> Output:
        """The user looks into a record: any search, or what others filed since the last visit (``since``)."""
        since = (asked.input.get("search") or {}).get("since")
        output = self._news(asked) if since else ReadingDesk.search(self, asked)
        patient = self.patient(asked)
        self.records.save_patient(asked.session, patient | {"visited_at": asked.now.isoformat()})
        return output

    def read(self, asked: Asked) -> Output:
        """What is in the chart already is shown from there; the rest comes from the DMP."""
        patient = self.patient(asked)
        wanted = [str(name) for name in asked.input.get("documents") or ()]
        held = {item["document"]: item for item in patient.get("pages") or ()}
        if "asks-again" in self.defects or not wanted or not held.keys() >= set(wanted):
            output = ReadingDesk.read(self, asked)
            self._keep(asked, output)
            return output
        return {
            "read": [held[name]["read"] for name in wanted],
            "filed": [],
            "evidence": [held[name]["page"] for name in wanted],
            "said": [f"« {held[name]['read']['title']} » : copie rangée dans le dossier." for name in wanted],
        }

    def _keep(self, asked: Asked, output: Output) -> None:
        """Keeps the pages of what was filed, to show them again."""
        patient = self.patient(asked)
        filed = {item["document"] for item in output["filed"] if item["patient"] == patient["local_id"]}
        pages = zip(output["read"], output["evidence"], strict=True)
        kept = [{"document": read["document"], "read": read, "page": page} for read, page in pages]
        more = [item for item in kept if item["document"] in filed]
        self.records.save_patient(asked.session, patient | {"pages": [*(patient.get("pages") or ()), *more]})

    def _news(self, asked: Asked) -> Output:
        patient = self.patient(asked)
        ins = self.ins(patient)
        line = self._consulting(asked)
        authorization = self._let_in(line, patient, ins)
        visited = patient.get("visited_at") or asked.now.isoformat()
        moment = datetime.fromisoformat(visited)
        if "news-by-creation" in self.defects:
            found = line.find(ins, {"from": visited[:10]})
        else:
            found = line.filed_since(ins, moment)
        if "own-as-news" not in self.defects:
            found = tuple(entry for entry in found if not self._ours(asked, entry))
        copies = [item["document"].removeprefix("urn:oid:") for item in patient.get("copies") or ()]
        now = line.entries(ins, copies) if copies and "silent-on-changes" not in self.defects else ()
        changed = [f"urn:oid:{entry.unique_id}" for entry in now if entry.status == DEPRECATED]
        listed = [shown_as(entry) for entry in found]
        known = {item["document"] for item in listed}
        before = [item for item in patient.get("listed") or () if item["document"] not in known]
        self.records.save_patient(asked.session, patient | {"listed": [*before, *listed]})
        warnings = [
            {"level": "warning", "text": f"Le document rangé {name} a été remplacé dans le DMP."} for name in changed
        ]
        news = {"level": "info", "text": f"{len(listed)} document(s) déposé(s) par d'autres depuis la dernière visite."}
        return {
            "record": "open",
            "authorization": authorization,
            "mode": line.purpose,
            "documents": [item["document"] for item in listed],
            "list": [{name: value for name, value in item.items() if name != "entry"} for item in listed],
            "changed": changed,
            "shown": [news, *warnings],
        }

    def _ours(self, asked: Asked, entry: DocumentEntry) -> bool:
        """Whether the practice filed it."""
        own = str(asked.input["structure"]["struct_idnat"])
        return any(place.rpartition("^")[2] == own for author in entry.authors for place in author.institutions)
