"""The rules of a delivery status notification (RFC 3464), judged on a mail that says it is one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, get_args

from banc_standards.mail import dsn, report
from banc_standards.mail.read import Received
from banc_standards.rulebook import RuleBook
from banc_standards.rules import Hit

_BOOK = RuleBook("RFC 3464 ; RFC 6522")
_STATUS: Final = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
_CLASSES: Final = {"failed": "5", "delayed": "4", "delivered": "2", "relayed": "2", "expanded": "2"}


@_BOOK.rule(
    "DSN-001",
    (
        "Un avis de remise porte une partie message/delivery-status lisible.",
        "A delivery report carries a readable message/delivery-status part.",
    ),
    (
        "Écrire text/plain, message/delivery-status, puis le courriel.",
        "Write the three parts in that order.",
    ),
    at="RFC 6522 §3",
)
def _part(mail: Received) -> Iterator[Hit]:
    if dsn.read(mail.mime) is None:
        kinds = ", ".join(part.media_type for part in mail.mime.parts[:5])
        yield Hit("parties", found=kinds, expected=dsn.PART)


@_BOOK.rule(
    "DSN-002",
    (
        "L'avis dit quel serveur parle, et le sort d'au moins un destinataire.",
        "The report says which server speaks, and the fate of at least one recipient.",
    ),
    ("Écrire Reporting-MTA, puis un groupe par destinataire.", "Write Reporting-MTA, then one group per recipient."),
    at="RFC 3464 §2.2.2",
)
def _groups(mail: Received) -> Iterator[Hit]:
    status = dsn.read(mail.mime)
    if status is not None:
        if not status.reporting_mta:
            yield Hit("Reporting-MTA", expected="dns; …")
        if not status.outcomes:
            yield Hit("Final-Recipient", found="0", expected="1..*")


@_BOOK.rule(
    "DSN-003",
    (
        "Chaque destinataire a son adresse, une action connue et un code d'état x.y.z.",
        "Every recipient has an address, a known action and a status code x.y.z.",
    ),
    ("Écrire Final-Recipient, Action et Status.", "Write Final-Recipient, Action and Status."),
    at="RFC 3464 §2.3",
)
def _outcomes(mail: Received) -> Iterator[Hit]:
    part = report.of_type(mail.mime, dsn.PART)
    for number, group in enumerate(report.groups(part)[1:] if part else (), 1):
        place = f"destinataire[{number}]"
        if "@" not in report.address(group.first("Final-Recipient")):
            yield Hit(f"{place}/Final-Recipient", found=group.first("Final-Recipient") or "", expected="rfc822; a@b")
        action, status = (group.first("Action") or "").lower(), (group.first("Status") or "").partition(" ")[0]
        if action not in get_args(dsn.Action):
            yield Hit(f"{place}/Action", found=action, expected=" | ".join(get_args(dsn.Action)))
        if not _STATUS.fullmatch(status):
            yield Hit(f"{place}/Status", found=status, expected="5.1.1")


@_BOOK.rule(
    "DSN-004",
    (
        "Le code d'état va avec l'action : 5 pour failed, 4 pour delayed, 2 pour delivered.",
        "The status goes with the action: 5 for failed, 4 for delayed, 2 for delivered.",
    ),
    ("Accorder Status et Action.", "Make Status and Action agree."),
    at="RFC 3464 §2.3.3 et §2.3.4",
)
def _agrees(mail: Received) -> Iterator[Hit]:
    status = dsn.read(mail.mime)
    for number, one in enumerate(status.outcomes if status else (), 1):
        expected = _CLASSES[one.action]
        if _STATUS.match(one.status) and one.status[0] != expected:
            yield Hit(f"destinataire[{number}]/Status", found=f"{one.action} {one.status}", expected=f"{expected}.x.y")


RULES = _BOOK.rules
