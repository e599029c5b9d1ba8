"""Consulting the DMP: the user's own authorisation (TD0.3), search (TD3.1), documents (TD3.2), all in AIR mode."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from lxml import etree

from banc_harness.witness.feeding import PARIS_IN_WINTER, UPDATE, DmpRefused, Feeding, registered
from banc_standards.dmp import names
from banc_standards.errors import BancError
from banc_standards.ins import Ins
from banc_standards.terminology.codes import value_set
from banc_standards.terminology.oids import VISIBILITY
from banc_standards.xds import build as xds
from banc_standards.xds import retrieve
from banc_standards.xds.model import DocumentEntry
from banc_standards.xds.names import APPROVED, ARCHIVED, DEPRECATED, HAS_MEMBER, REPLACES
from banc_standards.xds.query import build as queries
from banc_standards.xds.query import read as registry_answers
from banc_standards.xds.query.model import Parameter, QueryAnswer
from banc_standards.xds.query.names import ENTRY, LEAF_CLASS, SET_TIME, STORED_QUERY
from banc_standards.xds.retrieve import RETRIEVE, DocumentRequest, Retrieved

STATUSES: Final = {"current": APPROVED, "obsolete": DEPRECATED, "archived": ARCHIVED}
"""What the user ticks in the search, and the status that it means."""
VALID: Final = "VALIDE"
BLOCKED: Final = "INTERDIT"


@dataclass(slots=True)
class Consulting(Feeding):
    """The same user in front of the DMP, to read: the strong authentication is that of Pro Santé Connect."""

    def allow(self, ins: Ins) -> None:
        """TD0.3: the user may consult from now on. Raises :class:`DmpRefused` when the DMP does not want it."""
        self._authorise(ins)

    def find(self, ins: Ins, wanted: Mapping[str, Any]) -> tuple[DocumentEntry, ...]:
        """TD3.1: the documents that match what the user asked for.

        Raises :class:`DmpRefused` when the DMP answers an error.
        """
        statuses = [STATUSES[name] for name in wanted.get("statuses") or ("current",)]
        more = self._criteria(wanted)
        if "asks-for-everything" in self.defects:
            statuses, more = list(STATUSES.values()), []
        return self._asked(queries.find_documents(patient=ins.cx(), statuses=statuses, more=more), ins).entries

    def entries(self, ins: Ins, unique_ids: Sequence[str]) -> tuple[DocumentEntry, ...]:
        """TD3.1b: what the DMP holds now under these ids; nothing of what was deleted."""
        return self._asked(queries.get_documents(unique_ids=unique_ids, return_type=LEAF_CLASS), ins).entries

    def filed_since(self, ins: Ins, moment: datetime) -> tuple[DocumentEntry, ...]:
        """TD3.1, three times: the lots sent since then, what belongs to them, and the documents that still stand."""
        since = Parameter(f"{SET_TIME}From", ((moment.astimezone(UTC).strftime("%Y%m%d%H%M%S"),),))
        lots = [lot.id for lot in self._asked(queries.find_submission_sets(patient=ins.cx(), more=[since]), ins).sets]
        if not lots:
            return ()
        links = self._asked(queries.get_associations(lots), ins).associations
        held = [link.target for link in links if link.type == HAS_MEMBER and link.source in lots]
        found = (
            self._asked(queries.get_documents(entry_uuids=held, return_type=LEAF_CLASS), ins).entries if held else ()
        )
        return tuple(entry for entry in found if entry.status == APPROVED and not entry.signature)

    def successor(self, ins: Ins, entry: DocumentEntry) -> DocumentEntry | None:
        """The document that took the place of this one, at the end of the chain; None when it stands."""
        found: DocumentEntry | None = None
        target = entry.id
        for _ in range(20):
            links = self._asked(queries.get_associations([target]), ins).associations
            source = next((link.source for link in links if link.type == REPLACES and link.target == target), None)
            if source is None:
                return found
            later = self._asked(queries.get_documents(entry_uuids=[source], return_type=LEAF_CLASS), ins).entries
            if not later:
                return found
            found, target = later[0], source
        return found

    def documents(self, ins: Ins, entries: Sequence[DocumentEntry]) -> Retrieved:
        """TD3.2: the bytes of several documents, and the DMP's error for each of those that it withholds."""
        by_name = "entry-as-unique-id" in self.defects
        asked = [
            DocumentRequest(
                entry.repository_unique_id or names.REPOSITORY, (entry.id if by_name else entry.unique_id) or ""
            )
            for entry in entries
        ]
        body, package = self._exchange("repository", RETRIEVE, retrieve.retrieve_documents(asked), ins)
        try:
            return retrieve.retrieved(body, package)
        except BancError as error:
            raise DmpRefused("TD3.2", "la réponse du DMP est incomplète") from error

    def hide(self, entry: DocumentEntry, ins: Ins, visibility: Sequence[str], *, submission_id: str) -> None:
        """TD3.3a: the document keeps all its metadata but for who sees it.

        Raises :class:`DmpRefused` with the DMP's own code when it stays as it was.
        """
        codes = value_set("J08")
        own = tuple(code for code in entry.confidentiality if code.system != VISIBILITY)
        changed = replace(entry, confidentiality=(*own, *(codes.get(code, VISIBILITY) for code in visibility)))
        if "masks-and-renames" in self.defects:
            changed = replace(changed, title=f"{entry.title} (masqué)")
        registered(self._call("registry", UPDATE, xds.update_metadata(self._lot(submission_id, ins), changed), ins))

    def _criteria(self, wanted: Mapping[str, Any]) -> list[Parameter]:
        found = []
        for name, key, value_set_name in (
            ("TypeCode", "types", "J07"),
            ("ClassCode", "classes", "J06"),
            ("PracticeSettingCode", "practice_settings", "J04"),
        ):
            codes = [value_set(value_set_name).get(code) for code in wanted.get(key) or ()]
            values = tuple(f"{code.code}^^{code.system}" for code in codes)
            if values:
                found.append(Parameter(f"{ENTRY}{name}", (values,), listed=True))
        for end, days in (("from", 0), ("to", 1)):
            if wanted.get(end):
                moment = self._bound(str(wanted[end]), days)
                found.append(Parameter(f"{ENTRY}CreationTime{end.capitalize()}", ((moment,),)))
        return found

    def _bound(self, day: str, days: int) -> str:
        moment = midnight(day, days)
        local = moment.astimezone(PARIS_IN_WINTER)
        return (local if "local-period" in self.defects else moment).strftime("%Y%m%d%H%M%S")

    def _asked(self, query: etree._Element, ins: Ins) -> QueryAnswer:
        found = registry_answers.answer(self._call("registry", STORED_QUERY, query, ins))
        if found.errors:
            raise DmpRefused(found.errors[0].code, found.errors[0].context)
        return found


def midnight(day: str, days: int) -> datetime:
    """Midnight of the user's day (``YYYY-MM-DD``), or so many days later, in the registry's time (UTC)."""
    local = datetime.fromisoformat(day).replace(tzinfo=PARIS_IN_WINTER) + timedelta(days=days)
    return local.astimezone(UTC)
