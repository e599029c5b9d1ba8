"""One IMAP command and its answer: read, carried out by its verb, journaled, then told."""

from __future__ import annotations

import logging
import re
import time
from typing import TYPE_CHECKING, Final

from banc_mocks.mssante.faults import IMAP_BAD, IMAP_BYE, IMAP_CUT, IMAP_NO
from banc_mocks.mssante.service.access import Opened, Refused
from banc_mocks.mssante.service.delivery import Stage
from banc_mocks.mssante.state.folders import Folder, Folders
from banc_mocks.mssante.wire.imap import writing
from banc_mocks.mssante.wire.imap.grammar import BadSyntax, Reader
from banc_mocks.mssante.wire.imap.intake import Left
from banc_mocks.mssante.wire.imap.verbs import VERBS, Verb
from banc_mocks.mssante.wire.imap.view import View
from banc_mocks.sandbox.batch import StoreFailed
from banc_mocks.sandbox.http import InternalFailure, ServiceDown
from banc_standards.errors import BancError, Sentence
from banc_standards.mail.imap_rules import BY_ID
from banc_standards.rules import Hit

if TYPE_CHECKING:
    from banc_mocks.mssante.wire.imap.connection import ImapConnection
    from banc_mocks.sandbox.exchange import Exchange

MOST_TOLD: Final = 100
"""How many UIDs and Message-IDs of a command its facts name."""
_UNREADABLE: Final = "mssante.imap"
_TAGGED: Final = re.compile(rb"[!#$&',\-./0-9:;<=>?@A-Z\[\]^_`a-z|}~]{1,64}(?= )")
_CODE: Final = re.compile(r"(?:NO|BAD|BYE)(?: \[[^\]]*\])?")
_SECRET: Final = ("LOGIN", "AUTHENTICATE")
_log = logging.getLogger("banc.mssante")


class Cut(BancError):
    """The connection ends without an answer, as a fault asked."""

    def __init__(self) -> None:
        super().__init__("mssante.close", Sentence("Connexion coupée (panne demandée).", "Connection cut (fault)."))


class Turn:
    """One command of a connection.

    A verb reads its arguments from ``reader``, changes the state through ``exchange``, says untagged answers with
    :meth:`say`, and returns what follows OK.
    """

    def __init__(self, client: ImapConnection, command: bytes) -> None:
        self.client = client
        self.reader = Reader(command)
        self.tag = "*"
        self.name = ""
        self.by_uid = False
        self.said: list[bytes] = []
        self.body = b""
        """What the journal keeps of the command: the message of APPEND."""
        self.line = ""
        self.exchange: Exchange = client.server.exchange(client, _UNREADABLE)
        self.to_open: Opened | None = None
        self.to_select: View | None = None
        self.started = time.perf_counter_ns()

    # -- for the verbs -------------------------------------------------------------------------------------------

    def say(self, line: bytes) -> None:
        """One untagged answer, told once the command is carried out and journaled."""
        self.said.append(b"* %b\r\n" % line)

    @property
    def opened(self) -> Opened:
        """The mailbox that the client opened."""
        assert self.client.opened is not None
        return self.client.opened

    @property
    def view(self) -> View:
        """The folder that the client selected."""
        assert self.client.view is not None
        return self.client.view

    @property
    def folders(self) -> Folders:
        """The folders of the mailbox, in the session's present state."""
        return Folders(self.exchange, self.opened.box.address)

    def folder(self, name: str) -> Folder:
        """The folder of that name. Raises :class:`Refused`."""
        found = self.folders.find(name)
        if found is None:
            raise Refused(BY_ID["IMAP-BOX-001"], Hit("dossier", found=name[:200]))
        self.exchange.facts["folder"] = found.name
        return found

    def writable(self) -> View:
        """The selected folder, which may be altered. Raises :class:`Refused`."""
        if self.view.read_only:
            raise Refused(BY_ID["IMAP-BOX-004"], Hit("EXAMINE", found=self.view.folder.name))
        return self.view

    def about(self, *, uids: list[int] | None = None, message_ids: list[str] | None = None) -> None:
        """Notes which messages the command is about."""
        if uids is not None:
            self.exchange.facts["uids"] = [str(uid) for uid in uids[:MOST_TOLD]]
        if message_ids:
            self.exchange.facts["message_ids"] = [one for one in message_ids if one][:MOST_TOLD]

    # -- the turn ------------------------------------------------------------------------------------------------

    async def take(self) -> None:
        """Carries the command out, and answers it."""
        client = self.client
        try:
            verb = self._verb()
            self.exchange = client.server.exchange(client, f"mssante.imap.{self.name}")
            self._place()
            if not verb.quiet:
                await self._faults()
            done = await verb.run(self)
        except (Left, TimeoutError):
            if self.name in _SECRET:
                self.exchange.undo()
                self.exchange.outcome = "failed"
                self.exchange.facts["ended_by"] = "connection lost"
                await client.server.enter(self, reply="", durable=False)
            raise
        except BadSyntax as bad:
            text = self.reader.data[bad.at : bad.at + 40].decode("ascii", "replace").rstrip()
            await self._refuse(Refused(BY_ID["IMAP-SYN-001"], Hit(f"octet {bad.at}", text, bad.expected)))
        except Cut as error:
            self.exchange.undo()
            self.exchange.outcome, self.exchange.code = "failed", error.code
            await client.server.enter(self, reply="", durable=False)
            client.cut()
        except BancError as error:
            await self._refuse(error)
        except Exception:
            _log.exception("%s", self.exchange.operation)
            await self._refuse(InternalFailure())
        else:
            await self._accept(verb, done)

    async def refuse_unread(self, error: Refused) -> None:
        """Refuses a command that was not read to its end."""
        tagged = _TAGGED.match(self.reader.data)
        self.tag = tagged[0].decode() if tagged else "*"
        self.line = _shown(self.reader.data, "")
        await self._refuse(error)

    def _verb(self) -> Verb:
        reader = self.reader
        self.line = _shown(reader.data, "")
        self.tag = reader.tag()
        reader.space()
        begin = reader.at
        self.name = reader.atom()
        if self.name == "UID":
            reader.space()
            self.name = reader.atom()
            self.by_uid = True
        verb = VERBS.get(self.name)
        self.line = _shown(reader.data[begin:], self.name)
        extension = "UIDPLUS" if self.by_uid and self.name == "EXPUNGE" else verb.extension if verb else ""
        announced = self.client.server.announces(self.client, extension)
        if verb is None or not announced or (self.by_uid and not verb.by_uid):
            raise Refused(BY_ID["IMAP-SYN-004"], Hit("commande", self.name[:40], " ".join(VERBS)))
        if not verb.allowed(authenticated=self.client.opened is not None, selected=self.client.view is not None):
            raise Refused(BY_ID["IMAP-STATE-001"], Hit(self.name, self._state(), verb.state))
        return verb

    def _state(self) -> str:
        if self.client.opened is None:
            return "not authenticated"
        return "selected" if self.client.view else "authenticated"

    def _place(self) -> None:
        opened, view = self.client.opened, self.client.view
        if opened is not None:
            self.exchange.facts["mailbox"] = opened.box.address
            if opened.professional:
                self.exchange.facts["professional"] = opened.professional
        if view is not None:
            self.exchange.facts["folder"] = view.folder.name

    async def _faults(self) -> None:
        exchange, server = self.exchange, self.client.server
        if self.name not in _SECRET:  # opening a mailbox checks it by itself
            server.check_up(exchange)
        await server.slow(exchange)
        if exchange.armed("mssante.close") is not None:
            raise Cut
        for fault in (IMAP_NO, IMAP_BAD, IMAP_BYE):
            armed = exchange.armed(fault.id)
            if armed is not None:
                raise Stage(armed)

    # -- the answer ----------------------------------------------------------------------------------------------

    async def _accept(self, verb: Verb, done: str) -> None:
        client = self.client
        client.errors = 0
        if client.view is not None and client.opened is not None:
            expunge = self.by_uid or not verb.by_uid  # FETCH, STORE and SEARCH by number keep the numbers
            for line in client.view.changes(self.folders.flags(client.view.folder), expunge=expunge):
                self.say(line)
        reply = f"OK {done}"
        cut = self.exchange.armed(IMAP_CUT.id) is not None if self.said else False
        if cut:
            self.exchange.facts["ended_by"] = "fault"
        written = await client.server.enter(self, reply=reply, durable=verb.writes, coalesced=verb.quiet)
        if not written:
            await self._tell("NO [SERVERBUG] Local error in processing", untagged=False)
        elif cut:
            answer = b"".join(self.said)
            await client.push(answer[: len(answer) // 2])
            client.cut()
        else:
            await self._tell(reply)
            await verb.after(self)

    async def _refuse(self, error: BancError) -> None:
        exchange, server = self.exchange, self.client.server
        exchange.undo()
        server.find(exchange, error)
        exchange.refused_by(error)
        if isinstance(error, InternalFailure | StoreFailed):
            exchange.outcome = "failed"
        reply = reply_of(error)
        if isinstance(error, Refused | Stage):
            exchange.code = _CODE.match(reply)[0]  # type: ignore[index]  # every answer begins so
        self.client.errors += reply.startswith("BAD")
        await server.enter(self, reply=reply, durable=True)
        if reply.startswith("BYE"):
            await self.client.bye(reply.removeprefix("BYE "))
        else:
            await self._tell(reply, untagged=False)

    async def _tell(self, reply: str, *, untagged: bool = True) -> None:
        said = self.said if untagged else []
        await self.client.push(b"".join([*said, f"{self.tag} {reply}\r\n".encode()]))


def reply_of(error: BancError) -> str:
    """The answer that tells an error: NO, BAD or BYE, a response code where RFC 5530 has one, the rule."""
    if isinstance(error, ServiceDown):
        return "BYE [UNAVAILABLE] Service not available (requested fault)"
    if isinstance(error, InternalFailure | StoreFailed):
        return "NO [SERVERBUG] Local error in processing"
    text = writing.said(error.text.en)
    if isinstance(error, Refused):
        told = f"{writing.said(error.text.en)} {writing.said(error.hint.en)} [{error.rule.id}]"
        if error.hit.expected and error.rule.id == "IMAP-SYN-001":
            told = f"{error.hit.location}: {writing.said(error.hit.expected)}. {told}"
        return f"{_begin(error.code)} {told}"
    if isinstance(error, Stage):
        return f"{_begin(error.code)} {text}"
    return f"NO {text} [{error.code}]"


def _begin(code: str) -> str:
    """How an answer begins: an SMTP reply of the shared rules is told in IMAP's terms."""
    if code[:3].isdigit():
        return "NO [UNAVAILABLE]" if code.startswith("4") else "NO [AUTHENTICATIONFAILED]"
    return code


def _shown(command: bytes, name: str) -> str:
    """A command as the journal names it: its first line, without what opens a mailbox."""
    if name in _SECRET:
        word = command.split(b" ", 2)[1:2]
        kept = word[0].decode("ascii", "replace").strip()[:100] if word else ""
        return f"{name} {kept}" if name == "AUTHENTICATE" else name
    line = command.partition(b"\r\n")[0].decode("utf-8", "replace")
    upper = line.upper()
    return line[:20] if any(word in upper[:90] for word in _SECRET) else line[:1_000]
