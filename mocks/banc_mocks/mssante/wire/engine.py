"""aiosmtpd's engine as the operator wants it: enhanced statuses (RFC 2034), and nothing refused without being told."""

from __future__ import annotations

from abc import abstractmethod
from typing import AnyStr, Final

from aiosmtpd.smtp import SMTP

from banc_mocks.mssante.wire.replies import said

CHUNK: Final = 65_536
_UNREAD: Final = {
    "500 Error: bad syntax": "500 5.5.2 Syntax error",
    "500 Error: strict ASCII mode": "500 5.5.2 Commands are in ASCII",
    "500 Command line too long": "500 5.5.2 Command line too long",
}
"""What the engine answers to a line that names no command, and what is answered in its place."""
_UNKNOWN: Final = '500 Error: command "'
_TOO_MANY: Final = "502 5.5.1 Too many unrecognized commands"


class Engine(SMTP):
    """The verbs that have nothing of MSSanté, and what is refused before any verb."""

    line_length_limit = CHUNK  # lines of a message are judged by their own rule

    @abstractmethod
    async def noted(self, verb: str, reply: str) -> str:
        """Journals a command that is refused for its form or its place; returns the reply."""

    async def refuse_command(self, verb: str, reply: str) -> None:
        """Refuses a command for its form or its place."""
        await super().push(await self.noted(verb, reply))

    async def push(self, status: AnyStr) -> None:
        """Sends a reply; those of the engine to what it cannot read are journaled."""
        text = status if isinstance(status, str) else ""
        if text in _UNREAD:
            await self.refuse_command("", _UNREAD[text])
        elif text.startswith(_UNKNOWN):
            verb = text.removeprefix(_UNKNOWN).partition('"')[0]
            await self.refuse_command(verb, "500 5.5.2 Command not recognized")
        elif text.startswith(_TOO_MANY):
            await self.refuse_command("", _TOO_MANY)
        else:
            await super().push(status)

    # -- the verbs -----------------------------------------------------------------------------------------------

    async def smtp_HELO(self, hostname: str) -> None:
        """``HELO``: the old greeting, that no extension follows."""
        if not hostname:
            await self.refuse_command("HELO", "501 5.5.4 Syntax: HELO hostname")
        else:
            await super().smtp_HELO(hostname)

    async def smtp_NOOP(self, arg: str) -> None:
        """``NOOP``."""
        del arg
        await self.push("250 2.0.0 Ok")

    async def smtp_RSET(self, arg: str) -> None:
        """``RSET``: forgets the mail under way."""
        if arg:
            await self.refuse_command("RSET", "501 5.5.4 Syntax: RSET")
            return
        self._set_rset_state()  # type: ignore[no-untyped-call]  # aiosmtpd leaves this one untyped
        await self.push("250 2.0.0 Ok")

    async def smtp_QUIT(self, arg: str) -> None:
        """``QUIT``."""
        if arg:
            await self.refuse_command("QUIT", "501 5.5.4 Syntax: QUIT")
            return
        await self.push("221 2.0.0 Bye")
        if self._handler_coroutine is not None:
            self._handler_coroutine.cancel()
        if self.transport is not None:
            self.transport.close()

    async def smtp_VRFY(self, arg: str) -> None:
        """``VRFY``: no operator tells who exists."""
        if arg:
            await self.push("252 2.5.0 Cannot VRFY user")
        else:
            await self.refuse_command("VRFY", "501 5.5.4 Syntax: VRFY <address>")

    async def smtp_EXPN(self, arg: str) -> None:
        """``EXPN``: nor who is on a list."""
        del arg
        await self.refuse_command("EXPN", "502 5.5.1 EXPN not offered")

    async def smtp_HELP(self, arg: str) -> None:
        """``HELP``."""
        del arg
        await self.push(said("214 2.0.0", "RFC 5321; banc explain SMTP-TLS-001"))
