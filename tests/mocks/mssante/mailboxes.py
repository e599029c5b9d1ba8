"""IMAP clients of the tests: the standard library's, and bare sockets for what no library would say."""

from __future__ import annotations

import imaplib
import re
import socket
import ssl
from dataclasses import dataclass
from typing import Any

from .conftest import DOCTOR, GP, TIMEOUT_S, Bench, mail


def connect(bench: Bench, port: str = "imap", context: ssl.SSLContext | None = None) -> imaplib.IMAP4:
    """A client that talks TLS and has not authenticated."""
    host, number = bench.place(port)
    client: imaplib.IMAP4
    if port == "imap_tls":
        client = imaplib.IMAP4_SSL(host, number, ssl_context=context or bench.trust, timeout=TIMEOUT_S)
    else:
        client = imaplib.IMAP4(host, number, timeout=TIMEOUT_S)
    bench.ends.append(client.shutdown)
    if port != "imap_tls":
        client.starttls(context or bench.trust)
    return client


def bearer(mailbox: str, token: str) -> Any:
    """What imaplib answers XOAUTH2's challenges with: the token, then nothing."""
    said = iter((f"user={mailbox}\x01auth=Bearer {token}\x01\x01".encode(), b""))
    return lambda _challenge: next(said)


def signed_in(bench: Bench, mailbox: str = GP.mailbox, person: str = GP.idnat, port: str = "imap") -> imaplib.IMAP4:
    """A client that has opened a mailbox with its owner's token."""
    client = connect(bench, port)
    client.authenticate("XOAUTH2", bearer(mailbox, bench.token(person)))
    return client


def reading(bench: Bench, *mails: bytes, folder: str = "INBOX", port: str = "imap") -> imaplib.IMAP4:
    """A client that has selected a folder of the doctor's correspondent, these mails having been sent there."""
    sender = bench.signed_in()
    for data in mails or (b"",):
        if data:
            sender.sendmail(DOCTOR.mailbox, [GP.mailbox], data)
        elif not mails:
            bench.send(mail(), client=sender)
    client = signed_in(bench, port=port)
    assert client.select(folder)[0] == "OK"
    return client


@dataclass
class Line:
    """A bare socket that speaks IMAP."""

    socket: socket.socket
    pending: bytes = b""

    def say(self, data: bytes) -> None:
        self.socket.sendall(data)

    def hear(self) -> bytes:
        """One line, its literals in it; empty when the connection is over."""
        line = b""
        while True:
            while b"\r\n" not in self.pending:
                if not self._more():
                    return b""
            head, _, self.pending = self.pending.partition(b"\r\n")
            line += head
            found = re.search(rb"\{(\d+)\}\Z", head)
            if found is None:
                return line
            size = int(found[1])
            while len(self.pending) < size:
                if not self._more():
                    return b""
            line += b"\r\n" + self.pending[:size]
            self.pending = self.pending[size:]

    def ask(self, command: bytes, tag: bytes = b"a") -> list[bytes]:
        """Says a command; returns the lines up to the tagged answer, or to the end of the connection."""
        self.say(tag + b" " + command + b"\r\n")
        return self.until(tag)

    def until(self, tag: bytes) -> list[bytes]:
        lines: list[bytes] = []
        while True:
            lines.append(self.hear())
            if not lines[-1] or lines[-1].startswith(tag + b" "):
                return lines

    def _more(self) -> bool:
        try:
            received = self.socket.recv(65536)
        except (ConnectionError, ssl.SSLError):
            received = b""
        self.pending += received
        return bool(received)
