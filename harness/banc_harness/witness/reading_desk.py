"""Where the user reads the DMP: a list, then the documents picked in it, shown and filed with their origin."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha1

from banc_harness.witness.asked import Asked, Declined, Output
from banc_harness.witness.consulting import BLOCKED, VALID, Consulting
from banc_harness.witness.credentials import unpack
from banc_harness.witness.desk import Desk
from banc_harness.witness.feeding import DmpRefused
from banc_harness.witness.rendering import rendered, when
from banc_standards.dmp import names
from banc_standards.ins import Ins
from banc_standards.xds.model import DocumentEntry
from banc_standards.xds.names import APPROVED, ARCHIVED, DEPRECATED

STATES = {APPROVED: "current", DEPRECATED: "obsolete", ARCHIVED: "archived"}
"""The label of a document's state on the screen (EX_3.1-1080)."""
EXTENSIONS = {"application/pdf": "pdf", "text/html": "html", "text/plain": "txt"}
PATIENTS_OWN = "90"
"""The class of what the patient files (EX_3.1-1040)."""


@dataclass(slots=True)
class ReadingDesk(Desk):
    """The consulting actions of any of the witnesses. Nothing is asked of the DMP but what its user asks for."""

    def search(self, asked: Asked) -> Output:
        """The user asks for the list of a patient's documents, over a period, of some types or practice settings."""
        patient = self.patient(asked)
        ins = self.ins(patient)
        line = self._consulting(asked)
        authorization = self._let_in(line, patient, ins)
        try:
            found = line.find(ins, asked.input.get("search") or {})
        except DmpRefused:
            if "says-nothing-of-errors" not in self.defects:
                raise
            found = ()
        listed = [shown_as(entry) for entry in found]
        if "shows-what-it-kept" in self.defects:
            known = {item["document"] for item in listed}
            listed += [item for item in (patient.get("listed") or ()) if item["document"] not in known]
        self.records.save_patient(asked.session, patient | {"listed": listed})
        shown = [{"level": "info", "text": _line(item)} for item in listed]
        if not listed:
            shown = [{"level": "info", "text": "Aucun document ne correspond à la recherche."}]
        return {
            "record": "open",
            "authorization": authorization,
            "mode": line.purpose,
            "documents": [item["document"] for item in listed],
            "list": [{name: value for name, value in item.items() if name != "entry"} for item in listed],
            "shown": [*_warning(line), *shown],
        }

    def read(self, asked: Asked) -> Output:
        """The user opens documents of the list, and files copies of them in the record when that is wanted."""
        patient = self.patient(asked)
        ins = self.ins(patient)
        wanted = [str(name).removeprefix("urn:oid:") for name in asked.input.get("documents") or ()]
        listed = {item["entry"]["unique_id"] for item in patient.get("listed") or ()}
        unknown = [name for name in wanted if name not in listed]
        if unknown and "reads-the-unlisted" not in self.defects:
            raise Declined("Ce document n'est pas dans la liste de ce patient : cherchez-le d'abord.")
        line = self._consulting(asked)
        self._let_in(line, patient, ins)
        said: list[str] = []
        entries = self._current(line, patient, ins, wanted, said)
        if not entries:
            raise Declined(said[0] if said else "Aucun document à lire.")
        answered = line.documents(ins, entries)
        said += [f"{error.code} : {error.context}" for error in answered.errors]
        held = {document.unique_id: document.content for document in answered.documents}
        output: Output = {"read": [], "filed": [], "evidence": [], "shown": _warning(line)}
        for entry in entries:
            content = held.get(entry.unique_id or "")
            if content is not None:
                self._show(asked, patient, entry, content, output, said)
        if not output["read"]:
            raise DmpRefused("TD3.2", said[0] if said else "le DMP n'a rien rendu")
        return output | {"said": said}

    def hide(self, asked: Asked) -> Output:
        """The user masks a document of theirs that is in the DMP, because the patient asks for it."""
        patient = self.patient(asked)
        ins = self.ins(patient)
        record = self.sent(asked, patient, "id", filed=True)
        output: Output = {"documents": [f"urn:oid:{record['unique_id']}"]}
        if "masks-in-words-only" in self.defects:
            return output
        line = self._consulting(asked)
        self._let_in(line, patient, ins)
        entries = line.entries(ins, [record["unique_id"]])
        if not entries:
            raise Declined("Le DMP ne connaît plus ce document.")
        visibility = [str(code) for code in (asked.input.get("document") or {}).get("visibility") or ()]
        record["attempts"] += 1
        self.records.save_letter(asked.session, record)
        line.hide(entries[0], ins, visibility, submission_id=f"{record['unique_id']}.{record['attempts']}.9")
        return output

    def opened(self, asked: Asked) -> None:
        """The record opens: the honest software fetches nothing that nobody asked for."""
        if "fetches-unasked" not in self.defects:
            return
        patient = self.patient(asked)
        line, ins = self._consulting(asked), self.ins(patient)
        line.tested(ins)
        entries = line.find(ins, {})
        if entries:
            line.documents(ins, entries)

    def _consulting(self, asked: Asked) -> Consulting:
        certificates = asked.sandbox["certificates"]
        access = asked.input.get("access") or {}
        purpose = str(access.get("mode") or "normal")
        if purpose != "normal" and not access.get("reason"):
            raise Declined("Indiquez la raison de cet accès.")
        if "always-breaks-the-glass" in self.defects:
            purpose = "bris_de_glace"
        return Consulting(
            base=asked.sandbox["services"]["dmp"]["url"],
            transport=asked.transport,
            tls=unpack(certificates["AUTH_CLI"], self.folder),
            seal=unpack(certificates["SIGN"], self.folder),
            software=self.software,
            user=self.user(asked),
            professional=asked.input["professional"],
            structure=asked.input["structure"],
            now=asked.now,
            defects=self.defects,
            mode="INDIRECTE" if "reads-as-a-structure" in self.defects else "INDIRECTE_RENFORCEE",
            purpose=purpose,
        )

    def _let_in(self, line: Consulting, patient: Output, ins: Ins) -> str:
        """What the DMP says of the user's right, once it lets them in; declines where it must not be entered."""
        normal = line.purpose == "normal"
        if normal and "consult" in (patient.get("opposed") or ()) and "ignores-consult-refusal" not in self.defects:
            raise Declined("Le patient s'oppose à la consultation de son DMP.")
        if "enters-blindly" in self.defects:
            return ""
        tested = line.tested(ins)
        if tested.found != names.FOUND:
            raise Declined("Ce patient n'a pas de DMP.")
        if not tested.feedable:
            raise Declined("Le DMP de ce patient est fermé.")
        if not normal or tested.authorization == VALID:
            return tested.authorization
        if tested.authorization == BLOCKED and "insists-when-blocked" not in self.defects:
            raise Declined("Le patient ne vous autorise pas à consulter son DMP.")
        line.allow(ins)
        return VALID

    def _current(
        self, line: Consulting, patient: Output, ins: Ins, wanted: Sequence[str], said: list[str]
    ) -> list[DocumentEntry]:
        """The entries to read, as they stand now: what was replaced meanwhile is read in its current version."""
        kept = {item["entry"]["unique_id"]: _entry(item["entry"]) for item in patient.get("listed") or ()}
        if "reads-the-replaced" in self.defects or "reads-the-unlisted" in self.defects:
            return [kept.get(name) or DocumentEntry(id=name, unique_id=name) for name in wanted]
        now = {entry.unique_id: entry for entry in line.entries(ins, wanted)}
        entries: list[DocumentEntry] = []
        for name in wanted:
            entry = now.get(name)
            if entry is None:
                said.append("Ce document n'est plus dans le DMP du patient.")
                continue
            later = line.successor(ins, entry) if entry.status == DEPRECATED else None
            if later is not None:
                said.append(f"« {entry.title} » a été remplacé : voici la version en vigueur.")
            entries.append(later or entry)
        return entries

    def _show(
        self, asked: Asked, patient: Output, entry: DocumentEntry, content: bytes, output: Output, said: list[str]
    ) -> None:
        digest = sha1(content, usedforsecurity=False).hexdigest()
        whole = digest == (entry.hash or "").lower() and str(len(content)) == entry.size
        if not whole and "hash-unchecked" not in self.defects:
            said.append(f"« {entry.title} » est altéré : son empreinte n'est pas celle du DMP. Il n'est pas affiché.")
            return
        media_type, page = rendered(content)
        urn = f"urn:oid:{entry.unique_id}"
        state = STATES.get(entry.status or "", "")
        if "reads-the-replaced" in self.defects:
            state = "current"
        output["read"].append(
            {"document": urn, "title": entry.title, "state": state, "media_type": media_type, "sha1": digest}
        )
        output["evidence"].append(
            {
                "name": f"document-{len(output['read'])}.{EXTENSIONS[media_type]}",
                "media_type": media_type,
                "base64": base64.b64encode(page).decode(),
            }
        )
        if asked.input.get("file"):
            output["filed"].append(self._file(asked, patient, entry, digest))

    def _file(self, asked: Asked, patient: Output, entry: DocumentEntry, digest: str) -> Output:
        """A copy in the record of the patient, with where it comes from."""
        owner = patient
        if "files-under-another-patient" in self.defects:
            owner = self.records.first_patient(asked.session) or patient
        author = entry.authors[0] if entry.authors else None
        origin = {
            "repository": entry.repository_unique_id,
            "unique_id": entry.unique_id,
            "entry_uuid": entry.id,
            "author": author.persons[0] if author and author.persons else "",
            "date": entry.creation_time,
        }
        copy: Output = {"document": f"urn:oid:{entry.unique_id}", "sha1": digest, "title": entry.title}
        copy["origin"] = {} if "copy-without-origin" in self.defects else origin
        kept = [item for item in owner.get("copies") or () if item["document"] != copy["document"]]
        owner["copies"] = [*kept, copy]
        self.records.save_patient(asked.session, owner)
        return {"patient": owner["local_id"], **copy}


def shown_as(entry: DocumentEntry) -> Output:
    """A line of the list, with the entry behind it."""
    author = entry.authors[0] if entry.authors else None
    return {
        "document": f"urn:oid:{entry.unique_id}",
        "title": entry.title,
        "type": entry.type_code.code if entry.type_code else "",
        "date": when(entry.creation_time),
        "author": author.persons[0] if author and author.persons else "",
        "state": STATES.get(entry.status or "", ""),
        "visibility": [code.code for code in entry.confidentiality if code.code not in ("N", "R", "V")],
        "by_patient": bool(entry.class_code and entry.class_code.code == PATIENTS_OWN),
        "entry": {
            "id": entry.id,
            "unique_id": entry.unique_id,
            "title": entry.title,
            "status": entry.status,
            "hash": entry.hash,
            "size": entry.size,
            "creation_time": entry.creation_time,
            "repository_unique_id": entry.repository_unique_id,
            "authors": [asdict(item) for item in entry.authors],
        },
    }


def _entry(kept: Output) -> DocumentEntry:
    from banc_standards.xds.model import Author

    authors = tuple(Author(**{name: tuple(value) for name, value in item.items()}) for item in kept["authors"])
    return DocumentEntry(**(kept | {"authors": authors}))


def _line(item: Output) -> str:
    marks: Iterable[str] = (*(() if item["state"] == "current" else (item["state"],)), *item["visibility"])
    return " · ".join((item["date"], str(item["title"]), *marks))


def _warning(line: Consulting) -> list[Output]:
    """What stays on the screen while the glass is broken (EX_0.3-1050)."""
    if line.purpose == "normal":
        return []
    return [{"level": "warning", "text": f"Accès en mode {line.purpose} : il est tracé et montré au patient."}]
