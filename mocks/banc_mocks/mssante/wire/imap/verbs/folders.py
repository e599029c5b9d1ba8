"""The commands on folders (RFC 3501 §6.3; RFC 2342, 3691, 4315, 6154)."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING, Final

from banc_mocks.mssante.faults import IMAP_UIDVALIDITY
from banc_mocks.mssante.service.access import Refused
from banc_mocks.mssante.service.behaviour import SIZE_LIMIT
from banc_mocks.mssante.state import Message
from banc_mocks.mssante.state.folders import MAX_FOLDERS, SEEN, SEPARATOR, Folder
from banc_mocks.mssante.wire.imap import writing
from banc_mocks.mssante.wire.imap.grammar import SYSTEM_FLAGS
from banc_mocks.mssante.wire.imap.parts import HEAVY
from banc_mocks.mssante.wire.imap.verbs.verb import Verb
from banc_mocks.mssante.wire.imap.view import View
from banc_mocks.sandbox.clock import second
from banc_standards.mail.imap_rules import BY_ID
from banc_standards.mail.mime import MimeRefused
from banc_standards.mail.read import read
from banc_standards.rules import Hit

if TYPE_CHECKING:
    from banc_mocks.mssante.wire.imap.turn import Turn

MAX_NAME: Final = 200
_IN_EPOCH: Final = 100_000
"""How far apart the UIDVALIDITY of two epochs are: a folder made again in the next one has a greater one."""
_WANTED: Final = ("MESSAGES", "RECENT", "UIDNEXT", "UIDVALIDITY", "UNSEEN")


def uid_validity(turn: Turn, folder: Folder) -> int:
    """The UIDVALIDITY of a folder: another one in each epoch, and for each folder that ever was (RFC 3501 §2.3.1.1)."""
    session = turn.exchange.session
    created = int(datetime.fromisoformat(session.settings.created).timestamp())
    return (created + _IN_EPOCH * session.epoch + 1_000 * turn.folders.rebuilt() + folder.number) % 2**32 or 1


async def select(turn: Turn) -> str:
    """``SELECT``, and ``EXAMINE`` which alters nothing."""
    reader = turn.reader
    reader.space()
    name = reader.folder()
    reader.end()
    turn.client.view = None
    folder = turn.folder(name)
    read_only = turn.name == "EXAMINE"
    if turn.exchange.armed(IMAP_UIDVALIDITY.id) is not None:
        turn.folders.rebuild()
    flags = turn.folders.flags(folder)
    uids = list(flags)
    told = turn.folders.told(folder)
    view = View(folder, read_only, uids, dict(flags), {uid for uid in uids if uid > told})
    if uids and uids[-1] > told and not read_only:
        turn.folders.tell(folder, uids[-1])
    names = " ".join(SYSTEM_FLAGS)
    turn.say(f"FLAGS ({names})".encode())
    turn.say(f"OK [PERMANENTFLAGS ({'' if read_only else names + ' ' + chr(92) + '*'})] Flags".encode())
    turn.say(b"%d EXISTS" % len(uids))
    turn.say(b"%d RECENT" % len(view.recent))
    unseen = next((number for number, uid in enumerate(uids, 1) if SEEN not in flags[uid]), None)
    if unseen is not None:
        turn.say(b"OK [UNSEEN %d] First unseen" % unseen)
    turn.say(b"OK [UIDVALIDITY %d] UIDs valid" % uid_validity(turn, folder))
    turn.say(b"OK [UIDNEXT %d] Predicted next UID" % (turn.folders.last_uid(folder) + 1))
    turn.to_select = view
    return f"[READ-{'ONLY' if read_only else 'WRITE'}] {turn.name} completed"


async def _selected(turn: Turn) -> None:
    turn.client.view = turn.to_select


async def close(turn: Turn) -> str:
    """``CLOSE`` removes what is marked as deleted, ``UNSELECT`` (RFC 3691) removes nothing."""
    turn.reader.end()
    view = turn.view
    if turn.name == "CLOSE" and not view.read_only:
        for uid, flags in turn.folders.flags(view.folder).items():
            if "\\Deleted" in flags:
                turn.folders.expunge(view.folder, uid)
    turn.client.view = None
    return f"{turn.name} completed"


async def create(turn: Turn) -> str:
    """``CREATE``."""
    turn.reader.space()
    name = turn.reader.folder().removesuffix(SEPARATOR)
    turn.reader.end()
    _check_name(turn, name)
    if turn.folders.find(name) is not None:
        raise Refused(BY_ID["IMAP-BOX-002"], Hit("CREATE", found=name))
    if len(list(turn.folders)) >= MAX_FOLDERS:
        raise Refused(BY_ID["IMAP-BOX-005"], Hit("CREATE", expected=f"<= {MAX_FOLDERS}"))
    turn.exchange.facts["folder"] = turn.folders.create(name).name
    return "CREATE completed"


async def delete(turn: Turn) -> str:
    """``DELETE``."""
    turn.reader.space()
    folder = turn.folder(turn.reader.folder())
    turn.reader.end()
    _check_free(folder)
    turn.folders.delete(folder)
    if turn.client.view is not None and turn.client.view.folder.number == folder.number:
        turn.client.view = None
    return "DELETE completed"


async def rename(turn: Turn) -> str:
    """``RENAME``."""
    turn.reader.space()
    folder = turn.folder(turn.reader.folder())
    turn.reader.space()
    name = turn.reader.folder().removesuffix(SEPARATOR)
    turn.reader.end()
    _check_free(folder)
    _check_name(turn, name)
    if turn.folders.find(name) is not None or name.startswith(folder.name + SEPARATOR):
        raise Refused(BY_ID["IMAP-BOX-002"], Hit("RENAME", found=name))
    turn.folders.rename(folder, name)
    return "RENAME completed"


def _check_free(folder: Folder) -> None:
    if folder.own:
        raise Refused(BY_ID["IMAP-BOX-003"], Hit("dossier", found=folder.name))


def _check_name(turn: Turn, name: str) -> None:
    if not name or len(name) > MAX_NAME or not name.isprintable() or set(name) & set("*%"):
        raise turn.reader.fail(f"nom de dossier / folder name (1…{MAX_NAME})")


async def subscribe(turn: Turn) -> str:
    """``SUBSCRIBE`` and ``UNSUBSCRIBE``."""
    turn.reader.space()
    folder = turn.folder(turn.reader.folder())
    turn.reader.end()
    turn.folders.subscribe(folder.name, turn.name == "SUBSCRIBE")
    return f"{turn.name} completed"


async def list_(turn: Turn) -> str:
    """``LIST``, and ``LSUB`` of those subscribed to."""
    reader = turn.reader
    reader.space()
    reference = reader.folder()
    reader.space()
    pattern = reader.pattern()
    reader.end()
    if not pattern:
        turn.say(f'{turn.name} (\\Noselect) "{SEPARATOR}" ""'.encode())
        return f"{turn.name} completed"
    every = list(turn.folders)
    for folder in every:
        wanted = turn.name == "LIST" or turn.folders.subscribed(folder.name)
        if wanted and _matches(reference + pattern, folder.name):
            below = any(one.name.startswith(folder.name + SEPARATOR) for one in every)
            attributes = f"\\Has{'' if below else 'No'}Children {folder.use}".strip()
            turn.say(f'{turn.name} ({attributes}) "{SEPARATOR}" '.encode() + writing.folder(folder.name))
    return f"{turn.name} completed"


def _matches(pattern: str, name: str) -> bool:
    """Whether a folder name is of a pattern: ``*`` stands for anything, ``%`` for anything of one level."""
    pattern = pattern[:MAX_NAME]
    if pattern.upper().startswith("INBOX"):
        pattern = "INBOX" + pattern[5:]
    reached = {0}
    for sign in pattern:
        if sign in "*%":
            first = min(reached, default=len(name) + 1)
            spread: set[int] = set()
            for start in sorted(reached) if sign == "%" else [first]:
                end = name.find(SEPARATOR, start) if sign == "%" else -1
                spread.update(range(start, (len(name) if end < 0 else end) + 1))
            reached = spread
        else:
            reached = {place + 1 for place in reached if name[place : place + 1] == sign}
    return len(name) in reached


async def namespace(turn: Turn) -> str:
    """``NAMESPACE`` (RFC 2342)."""
    turn.reader.end()
    turn.say(f'NAMESPACE (("" "{SEPARATOR}")) NIL NIL'.encode())
    return "NAMESPACE completed"


async def status(turn: Turn) -> str:
    """``STATUS``."""
    reader = turn.reader
    reader.space()
    folder = turn.folder(reader.folder())
    reader.space()
    reader.expect(b"(")
    wanted: list[str] = []
    while not reader.skip(b")"):
        if wanted:
            reader.space()
        wanted.append(reader.atom())
        if wanted[-1] not in _WANTED or len(wanted) > 20:
            raise reader.fail(" | ".join(_WANTED))
    reader.end()
    flags = turn.folders.flags(folder)
    told = turn.folders.told(folder)
    values = {
        "MESSAGES": len(flags),
        "RECENT": sum(1 for uid in flags if uid > told),
        "UIDNEXT": turn.folders.last_uid(folder) + 1,
        "UIDVALIDITY": uid_validity(turn, folder),
        "UNSEEN": sum(1 for marks in flags.values() if SEEN not in marks),
    }
    counted = " ".join(f"{name} {values[name]}" for name in wanted)
    turn.say(b"STATUS %b (%b)" % (writing.folder(folder.name), counted.encode()))
    return "STATUS completed"


async def append(turn: Turn) -> str:
    """``APPEND``: a message that the client keeps, its copy of what it sent for one."""
    reader, exchange = turn.reader, turn.exchange
    reader.space()
    name = reader.folder()
    reader.space()
    flags: tuple[str, ...] = ()
    if reader.peek() == b"(":
        flags = reader.flags()
        reader.space()
    at = exchange.now
    if reader.peek() == b'"':
        at = reader.moment()
        reader.space()
    if reader.peek() != b"{":
        raise reader.fail("littéral / literal")
    data = reader.string()
    reader.end()
    turn.body = data
    found = turn.folders.find(name)
    if found is None:
        raise Refused(BY_ID["IMAP-BOX-001"], Hit("APPEND", found=name[:200]), reply="NO [TRYCREATE]")
    limit = int(exchange.session.switch(SIZE_LIMIT.name))
    if len(data) > limit:
        raise Refused(BY_ID["IMAP-MSG-003"], Hit("APPEND", f"{len(data)}", f"<= {limit}"))
    exchange.facts["folder"] = found.name
    placed = turn.folders.add(found, await kept(turn, data, at, flags))
    turn.about(uids=[placed.uid], message_ids=[placed.message_id])
    return f"[APPENDUID {uid_validity(turn, found)} {placed.uid}] APPEND completed"


async def kept(turn: Turn, data: bytes, at: datetime, flags: tuple[str, ...]) -> Message:
    """A message that a client puts into a folder."""
    subject = message_id = ""
    report = None
    try:
        mail = await asyncio.to_thread(read, data) if len(data) > HEAVY else read(data)
    except MimeRefused:
        pass
    else:
        subject, message_id, report = mail.subject, mail.message_id or "", mail.report_type
    blob = turn.exchange.keep(data)
    return Message(0, second(at), "", subject, message_id, len(data), blob, report, flags=flags)


VERBS: tuple[Verb, ...] = (
    Verb("SELECT", "authenticated", select, writes=True, after=_selected),
    Verb("EXAMINE", "authenticated", select, after=_selected),
    Verb("CREATE", "authenticated", create, writes=True),
    Verb("DELETE", "authenticated", delete, writes=True),
    Verb("RENAME", "authenticated", rename, writes=True),
    Verb("SUBSCRIBE", "authenticated", subscribe, writes=True),
    Verb("UNSUBSCRIBE", "authenticated", subscribe, writes=True),
    Verb("LIST", "authenticated", list_),
    Verb("LSUB", "authenticated", list_),
    Verb("NAMESPACE", "authenticated", namespace, extension="NAMESPACE"),
    Verb("STATUS", "authenticated", status),
    Verb("APPEND", "authenticated", append, writes=True),
    Verb("CLOSE", "selected", close, writes=True),
    Verb("UNSELECT", "selected", close, extension="UNSELECT"),
)
