"""Searching the registry in SQL: the objects of one patient that a stored query wants and its reader may know of."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import sqlalchemy as sa

from banc_mocks.dmp.state.documents import StoredDocument
from banc_mocks.sandbox.call import Call
from banc_mocks.sandbox.database import octets
from banc_mocks.sandbox.tables import entries, links, sets
from banc_standards.ins import Ins
from banc_standards.xds.names import DELETED
from banc_standards.xds.query.model import StoredQuery
from banc_standards.xds.query.names import (
    AUTHOR,
    CODED,
    ENTRY_UUID,
    OBJECTS,
    REFERENCES,
    SET_AUTHOR,
    SET_CONTENT_TYPE,
    SET_SOURCE,
    SET_STATUS,
    SET_TIME,
    STATUS,
    TIMES,
    UNIQUE_ID,
)
from banc_standards.xds.query.patterns import matches

Shown = Callable[[StoredDocument], bool]
"""Whether the reader may know of a document."""
_LISTS = frozenset({"events", "confidentiality"})


@dataclass(frozen=True, slots=True)
class FoundObject:
    """An object of the registry: its id, itself as XML in UTF-8 (empty when only references are wanted), and, for a
    document, its uniqueId."""

    id: str
    metadata: bytes
    unique_id: str | None = None


class Search:
    """The searches of one exchange in the record of one patient.

    ``whole`` tells that the objects are wanted and not only their ids; no more than ``most`` are read, plus one that
    tells that there were more: any of them then, as what they are part of is refused.
    """

    def __init__(self, call: Call, patient: Ins, shown: Shown, *, whole: bool, most: int | None) -> None:
        self._call = call
        self._patient = patient
        self._shown = shown
        self._whole = whole
        self._most = most

    async def find_documents(self, query: StoredQuery) -> list[FoundObject]:
        """FindDocuments, and FindDocumentsByReferenceId."""
        wanted: list[sa.ColumnElement[bool]] = [entries.c.status.in_(query.values(STATUS))]
        for name, attribute in CODED.items():
            wanted += _coded(entries.c[attribute], _groups(query, name), listed=attribute in _LISTS)
        wanted += _coded(entries.c.reference_ids, _groups(query, REFERENCES), listed=True)
        for name, attribute in TIMES.items():
            wanted += _bounds(entries.c[attribute], query, name)
        return await self._entries(wanted, _groups(query, AUTHOR))

    async def get_documents(self, query: StoredQuery, *, signatures: bool) -> list[FoundObject]:
        """GetDocuments: by uniqueId or entryUUID, in the current version for the former; never what is deleted, and the
        signatures of lots only if ``signatures`` says so, to who may read them."""
        by_unique_id = sa.and_(entries.c.unique_id.in_(query.values(UNIQUE_ID)), entries.c.current)
        by_name = entries.c.key.in_(query.values(ENTRY_UUID))
        return await self._entries([sa.or_(by_unique_id, by_name), entries.c.status != DELETED], (), signatures)

    async def find_sets(self, query: StoredQuery) -> list[FoundObject]:
        """FindSubmissionSets, without the lots of which every document is hidden from the reader."""
        inside = (entries.c.session == sets.c.session, entries.c.epoch == sets.c.epoch)
        mine = sa.and_(*inside, entries.c.submission_set == sets.c.key, ~entries.c.signature)
        clear = sa.exists().where(mine, ~entries.c.masked)
        masked = sa.select(entries.c.value).where(mine, entries.c.masked, ~clear).limit(1).scalar_subquery()
        wanted = [sets.c.status.in_(query.values(SET_STATUS)), *_bounds(sets.c.submission_time, query, SET_TIME)]
        wanted += _coded(sets.c.content_type, _groups(query, SET_CONTENT_TYPE), listed=False)
        if query.values(SET_SOURCE):
            wanted.append(sets.c.source_id.in_(query.values(SET_SOURCE)))
        authors = _groups(query, SET_AUTHOR)
        chosen = sa.select(sets.c.entry_uuid, sets.c.authors, masked.label("hidden"), self._xml(sets))

        def read(row: Any) -> FoundObject | None:
            shown = self._open(row.hidden) and _authored(row.authors, authors)
            return FoundObject(row.entry_uuid, row.metadata) if shown else None

        return await self._read(sets, chosen.where(*wanted), read)

    async def get_associations(self, ends: Sequence[str]) -> list[FoundObject]:
        """GetAssociations: those of which an end is one of these, when the reader may know of both ends."""

        def hidden(end: sa.Column[Any]) -> sa.ScalarSelect[Any]:
            inside = (entries.c.session == links.c.session, entries.c.epoch == links.c.epoch, entries.c.key == end)
            unseen = sa.select(entries.c.value).where(*inside, sa.or_(entries.c.signature, entries.c.masked))
            return unseen.scalar_subquery()

        chosen = sa.select(
            links.c.key,
            hidden(links.c.source).label("source"),
            hidden(links.c.target).label("target"),
            self._xml(links),
        ).where(sa.or_(links.c.source.in_(ends), links.c.target.in_(ends)))

        def read(row: Any) -> FoundObject | None:
            shown = self._open(row.source) and self._open(row.target)
            return FoundObject(row.key, row.metadata) if shown else None

        return await self._read(links, chosen, read)

    async def _entries(
        self, wanted: Sequence[sa.ColumnElement[bool]], authors: Sequence[Sequence[str]], signatures: bool = False
    ) -> list[FoundObject]:
        hidden = sa.case((entries.c.masked, entries.c.value), else_=sa.null()).label("hidden")
        chosen = sa.select(entries.c.key, entries.c.unique_id, entries.c.authors, hidden, self._xml(entries))

        def read(row: Any) -> FoundObject | None:
            shown = self._open(row.hidden, signatures) and _authored(row.authors, authors)
            return FoundObject(row.key, row.metadata, row.unique_id) if shown else None

        if not signatures:
            chosen = chosen.where(~entries.c.signature)
        return await self._read(entries, chosen.where(*wanted), read)

    async def _read(
        self, table: sa.Table, chosen: sa.Select[Any], read: Callable[[Any], FoundObject | None]
    ) -> list[FoundObject]:
        world = self._call.working
        here = chosen.add_columns(table.c.rank).where(
            table.c.session == world.session, table.c.epoch == world.epoch, table.c.patient == self._patient.cx()
        )

        def gather(rows: Iterator[Any]) -> list[FoundObject]:
            """In the order of their rank: sorted here, as the database would carry the XML of each through its sort."""
            found: list[tuple[int, FoundObject]] = []
            for row in rows:
                one = read(row)
                if one is not None:
                    found.append((row.rank, one))
                if self._most is not None and len(found) > self._most:
                    break
            found.sort(key=itemgetter(0))
            return [one for _, one in found]

        return await self._call.sandbox.store.scan(here, gather)

    def _xml(self, table: sa.Table) -> sa.ColumnElement[Any]:
        return (octets(table.c.metadata) if self._whole else sa.literal(b"")).label("metadata")

    def _open(self, hidden: str | None, signatures: bool = False) -> bool:
        """Whether the reader may know of an object behind which this document stands, if any does."""
        if hidden is None:
            return True
        document = StoredDocument.from_json(json.loads(hidden))
        return (signatures or not document.signature) and self._shown(document)


def ends(query: StoredQuery) -> tuple[str, ...]:
    """The objects that GetAssociations names."""
    return query.values(OBJECTS)


def _groups(query: StoredQuery, name: str) -> tuple[tuple[str, ...], ...]:
    found = query.parameter(name)
    return found.groups if found else ()


def _coded(column: sa.Column[Any], groups: Iterable[Sequence[str]], *, listed: bool) -> list[sa.ColumnElement[bool]]:
    """One condition a group; a list holds an item when taking the item out changes it, which no dialect reads
    differently."""
    if not listed:
        return [column.in_(group) for group in groups]
    return [sa.or_(*(sa.func.replace(column, f"\n{value}\n", "") != column for value in group)) for group in groups]


def _bounds(column: sa.Column[Any], query: StoredQuery, name: str) -> list[sa.ColumnElement[bool]]:
    """Whether a time lies in ``[from, to[``, an absent bound being none (IHE ITI TF-2 §3.18.4.1.2.3.4)."""
    starts = [column >= value for value in query.values(f"{name}From")[:1]]
    return starts + [column < value for value in query.values(f"{name}To")[:1]]


def _authored(authors: str, groups: Sequence[Sequence[str]]) -> bool:
    people = authors.split("\n") if groups else []
    return all(any(matches(pattern, one) for pattern in group for one in people if one) for group in groups)
