"""What arrived in the MSSanté mailboxes of a session."""

from __future__ import annotations

import re

from banc_mocks.mssante.state import Box, Message, Records, directory
from banc_mocks.sandbox.control.endpoint import AFTER_KEY, LIMIT, Asked, Endpoint, Raw
from banc_mocks.sandbox.control.problems import not_found
from banc_mocks.sandbox.sessions import Session
from banc_standards.contracts import control as shapes
from banc_standards.errors import Sentence
from banc_standards.mail.addresses import canonical


async def mailboxes(asked: Asked) -> shapes.MailboxPage:
    """Every mailbox of the space, with what the session put into it."""
    page, after = asked.page(directory().values(), key=lambda box: box.address)
    used = _records(asked.session).used()
    return shapes.MailboxPage(mailboxes=[_box(box, used.get(box.address, 0)) for box in page], next=after)


async def messages(asked: Asked) -> shapes.MailMessagePage:
    """The messages of one mailbox."""
    found = _records(asked.session).messages(_asked_box(asked).address)
    page, after = asked.page(found, key=lambda message: f"{message.uid:010d}")
    return shapes.MailMessagePage(messages=[_message(one) for one in page], next=after)


async def message(asked: Asked) -> shapes.MailMessage:
    """What is known of one message."""
    return _message(_asked_message(asked))


async def raw(asked: Asked) -> Raw:
    """The octets of one message, under the Return-Path that delivery gives it (RFC 5321 §4.4)."""
    found = _asked_message(asked)
    data = await asked.sandbox.journal.blob(found.blob) or b""
    headers = {"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox"}
    return Raw(f"Return-Path: <{found.sender}>\r\n".encode() + data, "message/rfc822", headers=headers)


def _records(session: Session) -> Records:
    return Records(_Mail(session))


class _Mail:
    """The mail service's state of a session, as its own module reads it."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, kind: str, key: str, default: object = None) -> object:
        return self._session.get("mssante", kind, key, default)

    def items(self, kind: str) -> list[tuple[str, object]]:
        return self._session.items("mssante", kind)

    def put(self, kind: str, key: str, value: object) -> None:
        raise RuntimeError(f"the control API only reads mailboxes: {kind} {key} {value}")


def _asked_box(asked: Asked) -> Box:
    address = canonical(asked.part("address"))
    box = directory().get(address)
    if box is None:
        raise not_found(
            Sentence(f"boîte {address[:200]}", f"mailbox {address[:200]}"),
            Sentence("GET …/mailboxes donne celles qui existent", "GET …/mailboxes lists them"),
        )
    return box


def _asked_message(asked: Asked) -> Message:
    uid = asked.part("uid")
    box = _asked_box(asked)
    known = re.fullmatch(r"[0-9]{1,10}", uid) is not None
    found = _records(asked.session).message(box.address, int(uid)) if known else None
    if found is None:
        raise not_found(Sentence(f"message {uid[:20]}", f"message {uid[:20]}"))
    return found


def _box(box: Box, number: int) -> shapes.Mailbox:
    return shapes.Mailbox(address=box.address, kind=box.kind, owner=box.owner, status=box.status, messages=number)


def _message(message: Message) -> shapes.MailMessage:
    return shapes.MailMessage.model_validate(message.as_json())


_BOX = "/sessions/{session}/mailboxes"

ENDPOINTS = (
    Endpoint(
        "GET",
        _BOX,
        "listMailboxes",
        "The MSSanté mailboxes, with how many messages each holds",
        mailboxes,
        answer=shapes.MailboxPage,
        parameters=(AFTER_KEY, LIMIT),
    ),
    Endpoint(
        "GET",
        f"{_BOX}/{{address}}/messages",
        "listMessages",
        "The messages of a mailbox, oldest first",
        messages,
        answer=shapes.MailMessagePage,
        parameters=(AFTER_KEY, LIMIT),
    ),
    Endpoint(
        "GET",
        f"{_BOX}/{{address}}/messages/{{uid}}",
        "getMessage",
        "What is known of one message",
        message,
        answer=shapes.MailMessage,
    ),
    Endpoint(
        "GET",
        f"{_BOX}/{{address}}/messages/{{uid}}/raw",
        "getMessageBytes",
        "The octets of one message, Return-Path first",
        raw,
        media_type="message/rfc822",
    ),
)
