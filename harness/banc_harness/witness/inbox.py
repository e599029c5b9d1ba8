"""Fetching mail by IMAP, and answering read receipts by SMTP."""

from __future__ import annotations

import imaplib
import smtplib
import socket
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from banc_harness.witness.mailing import MailRefused

TIMEOUT_S = 15.0


@dataclass(frozen=True, slots=True)
class Inbox:
    """One professional's own mailbox, opened with the Pro Santé Connect token. Addresses are ``host:port``."""

    imap: str
    submission: str
    ca_file: str
    address: str
    user: Mapping[str, Any]
    defects: frozenset[str] = frozenset()

    def each_unread(self, take: Callable[[bytes], None]) -> int:
        """Gives every unread mail to ``take``, then marks it as read; returns how many there were.

        Raises ``MailRefused``.
        """
        host, _, port = self.imap.rpartition(":")
        try:
            with imaplib.IMAP4(host.strip("[]"), int(port), timeout=TIMEOUT_S) as client:
                client.socket().setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # imaplib writes in small pieces
                if "reads-in-clear" in self.defects:
                    self._try_in_clear(client)
                client.starttls(ssl.create_default_context(cafile=self.ca_file))
                client.authenticate("XOAUTH2", self._xoauth2())
                client.select("INBOX")
                found = (_answer(client.uid("SEARCH", "UNSEEN"))[0] or b"").split()
                for uid in found:
                    answer = _answer(client.uid("FETCH", uid.decode(), self._wanted))
                    data = next((item[1] for item in answer if isinstance(item, tuple)), None)
                    if data is not None:
                        take(data)
                        client.uid("STORE", uid.decode(), "+FLAGS.SILENT", "(\\Seen)")
                client.close()
        except imaplib.IMAP4.error as error:
            raise MailRefused(0, f"relève refusée : {error}") from error
        except OSError as error:
            raise MailRefused(0, f"opérateur injoignable : {error}") from error
        return len(found)

    @property
    def _wanted(self) -> str:
        return "(BODY.PEEK[HEADER])" if "reads-headers-only" in self.defects else "(BODY.PEEK[])"

    def acknowledge(self, receipt: bytes, recipient: str) -> None:
        """Sends a read receipt, under an empty envelope sender (RFC 8098). Raises ``MailRefused``."""
        host, _, port = self.submission.rpartition(":")
        try:
            with smtplib.SMTP(host.strip("[]"), int(port), timeout=TIMEOUT_S) as operator:
                operator.starttls(context=ssl.create_default_context(cafile=self.ca_file))
                operator.ehlo()
                operator.auth("XOAUTH2", lambda challenge=None: "" if challenge else self._token())
                operator.sendmail("", [recipient], receipt)
        except smtplib.SMTPResponseException as error:
            raise MailRefused(error.smtp_code, str(error.smtp_error)) from error
        except (OSError, smtplib.SMTPException) as error:
            raise MailRefused(0, f"opérateur injoignable : {error}") from error

    def _token(self) -> str:
        return f"user={self.address}\x01auth=Bearer {self.user['access_token']}\x01\x01"

    def _xoauth2(self) -> Callable[[bytes], bytes]:
        said = iter((self._token().encode(), b""))
        return lambda _challenge: next(said)

    def _try_in_clear(self, client: imaplib.IMAP4) -> None:
        try:
            client.login(self.address, str(self.user["access_token"]))
        except imaplib.IMAP4.error:
            return


def _answer(said: tuple[str, list[Any]]) -> list[Any]:
    status, content = said
    if status != "OK":
        raise imaplib.IMAP4.error(str(content))
    return content
