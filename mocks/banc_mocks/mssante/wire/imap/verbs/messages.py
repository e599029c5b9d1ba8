"""The commands on messages (RFC 3501 §6.4; RFC 4315, 6851)."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from banc_mocks.mssante.faults import IMAP_GONE
from banc_mocks.mssante.service.access import Refused
from banc_mocks.mssante.state import Message
from banc_mocks.mssante.state.folders import DELETED, SEEN, Folder
from banc_mocks.mssante.wire.imap import fetching, writing
from banc_mocks.mssante.wire.imap.fetching import Fetched, Item
from banc_mocks.mssante.wire.imap.grammar import Numbers
from banc_mocks.mssante.wire.imap.parts import HEAVY
from banc_mocks.mssante.wire.imap.searching import CHARSETS, Candidate, Query
from banc_mocks.mssante.wire.imap.verbs.folders import uid_validity
from banc_mocks.mssante.wire.imap.verbs.verb import Verb
from banc_standards.mail.imap_rules import BY_ID
from banc_standards.rules import Hit

if TYPE_CHECKING:
    from banc_mocks.mssante.wire.imap.turn import Turn

MAX_ANSWER: Final = 64_000_000
"""Octets of the answers to one command."""


def _uids(turn: Turn, numbers: Numbers) -> list[int]:
    """The UIDs that a command names, in order. Raises ``Refused`` for a message number beyond the last."""
    view = turn.view
    if turn.by_uid:
        return numbers.of(view.uids, view.last_uid)
    beyond = numbers.beyond(len(view.uids))
    if beyond is not None:
        raise Refused(BY_ID["IMAP-MSG-001"], Hit(turn.name, str(beyond), f"<= {len(view.uids)}"))
    return [view.uids[number - 1] for number in numbers.of(range(1, len(view.uids) + 1), len(view.uids))]


def _named(turn: Turn) -> list[int]:
    turn.reader.space()
    return _uids(turn, turn.reader.numbers())


async def fetch(turn: Turn) -> str:
    """``FETCH``."""
    turn.reader.space()
    numbers = turn.reader.numbers()
    turn.reader.space()
    items = fetching.items(turn.reader)
    turn.reader.end()
    uids = _uids(turn, numbers)
    if turn.by_uid and not any(item.name == "UID" for item in items):
        items = (Item("UID"), *items)
    view, folders = turn.view, turn.folders
    if uids and turn.exchange.armed(IMAP_GONE.id) is not None:
        folders.expunge(view.folder, uids[0])
    reads = any(item.reads for item in items) and not view.read_only
    opens = any(not item.light for item in items)
    total, told = 0, []
    for uid in uids:
        message = folders.message(view.folder, uid)
        if message is None:
            continue  # another client removed it: EXPUNGE will tell
        told.append(message)
        wanted = items
        flags = message.flags
        if reads and SEEN not in flags:
            flags = (*flags, SEEN)
            folders.mark(view.folder, message, flags)
            if not any(item.name == "FLAGS" for item in items):
                wanted = (*items, Item("FLAGS"))
        if any(item.name == "FLAGS" for item in wanted):
            view.told(uid, flags)
        node = await turn.client.server.opened_message(message) if opens else None
        line = b"%d FETCH %b" % (
            view.number(uid),
            fetching.told(wanted, Fetched(message, view.shown(uid, flags), node)),
        )
        total += len(line)
        if total > MAX_ANSWER:
            raise Refused(BY_ID["IMAP-MSG-002"], Hit("FETCH", str(total), f"<= {MAX_ANSWER}"))
        turn.say(line)
    turn.about(uids=[one.uid for one in told], message_ids=[one.message_id for one in told])
    if any(item.section is not None for item in items):
        turn.exchange.facts["sections"] = sorted({item.name for item in items if item.section is not None})
        documents = [document for one in told for document in one.documents]
        if documents:
            turn.exchange.facts["documents"] = documents
    return f"{'UID ' if turn.by_uid else ''}FETCH completed"


async def store(turn: Turn) -> str:
    """``STORE``."""
    reader = turn.reader
    uids = _named(turn)
    reader.space()
    sign = "+" if reader.skip(b"+") else "-" if reader.skip(b"-") else ""
    reader.expect(b"FLAGS")
    silent = reader.skip(b".SILENT")
    reader.space()
    given = reader.flags()
    reader.end()
    view, folders = turn.writable(), turn.folders
    for uid in uids:
        message = folders.message(view.folder, uid)
        if message is None:
            continue
        kept = tuple(flag for flag in message.flags if flag not in given)
        flags = {"+": (*kept, *given), "-": kept, "": given}[sign]
        if set(flags) != set(message.flags):
            folders.mark(view.folder, message, flags)
        view.told(uid, flags if set(flags) != set(message.flags) else message.flags)
        if not silent:
            uid_item = b" UID %d" % uid if turn.by_uid else b""
            turn.say(b"%d FETCH (FLAGS %b%b)" % (view.number(uid), writing.flags(view.shown(uid, flags)), uid_item))
    turn.about(uids=uids)
    turn.exchange.facts["flags"] = [f"{sign}{flag}" for flag in given]
    return f"{'UID ' if turn.by_uid else ''}STORE completed"


async def copy(turn: Turn) -> str:
    """``COPY``, and ``MOVE`` (RFC 6851)."""
    uids = _named(turn)
    turn.reader.space()
    name = turn.reader.folder()
    turn.reader.end()
    view, folders = turn.view, turn.folders
    moves = turn.name == "MOVE"
    if moves:
        turn.writable()
    to = folders.find(name)
    if to is None:
        raise Refused(BY_ID["IMAP-BOX-001"], Hit(turn.name, found=name[:200]), reply="NO [TRYCREATE]")
    pairs = [(uid, _copied(turn, view.folder, to, uid)) for uid in uids]
    there = [(uid, placed.uid) for uid, placed in pairs if placed is not None]
    if moves:
        for uid, _ in there:
            folders.expunge(view.folder, uid)
    turn.about(uids=[uid for uid, _ in there])
    turn.exchange.facts["to"] = to.name
    done = f"{turn.name} completed"
    if not there:
        return done
    code = "COPYUID {} {} {}".format(
        uid_validity(turn, to), *(",".join(map(str, side)) for side in zip(*there, strict=True))
    )
    if not moves:
        return f"[{code}] {done}"
    turn.say(f"OK [{code}] Moved".encode())
    return done


def _copied(turn: Turn, folder: Folder, to: Folder, uid: int) -> Message | None:
    message = turn.folders.message(folder, uid)
    return None if message is None else turn.folders.add(to, replace(message, flags=message.flags))


async def expunge(turn: Turn) -> str:
    """``EXPUNGE``, and ``UID EXPUNGE`` of some only (RFC 4315)."""
    only = _named(turn) if turn.by_uid else None
    turn.reader.end()
    view, folders = turn.writable(), turn.folders
    gone = [
        uid
        for uid, flags in folders.flags(view.folder).items()
        if DELETED in flags and (only is None or uid in only) and uid in view.flags
    ]
    for uid in gone:
        folders.expunge(view.folder, uid)
    turn.about(uids=gone)
    return "EXPUNGE completed"


async def search(turn: Turn) -> str:
    """``SEARCH``."""
    reader = turn.reader
    reader.space()
    if reader.skip(b"CHARSET "):
        charset = reader.text().upper()
        if charset not in CHARSETS:
            raise Refused(BY_ID["IMAP-SEARCH-001"], Hit("CHARSET", charset[:40], " | ".join(CHARSETS)))
        reader.space()
    query = Query(reader)
    reader.end()
    view, found = turn.view, []
    for sequence, uid in enumerate(view.uids, 1):
        message = turn.folders.message(view.folder, uid)
        if message is None:
            continue
        data = await turn.client.server.octets(message) if query.opens else None
        one = Candidate(sequence, message, frozenset(message.flags), uid in view.recent, data)
        bounds = len(view.uids), view.last_uid
        heavy = data is not None and len(data) > HEAVY
        if await asyncio.to_thread(query.key.test, one, *bounds) if heavy else query.key.test(one, *bounds):
            found.append(uid if turn.by_uid else sequence)
    turn.say(b" ".join([b"SEARCH", *(b"%d" % number for number in found)]))
    return f"{'UID ' if turn.by_uid else ''}SEARCH completed"


VERBS: tuple[Verb, ...] = (
    Verb("FETCH", "selected", fetch, by_uid=True),
    Verb("STORE", "selected", store, writes=True, by_uid=True),
    Verb("COPY", "selected", copy, writes=True, by_uid=True),
    Verb("MOVE", "selected", copy, writes=True, by_uid=True, extension="MOVE"),
    Verb("SEARCH", "selected", search, by_uid=True),
    Verb("EXPUNGE", "selected", expunge, writes=True, by_uid=True),
)
