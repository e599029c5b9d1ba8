"""What comes back to who sent a mail: non-delivery and delivery notices, read receipts, the answer of a test box."""

from __future__ import annotations

from zlib import crc32

from banc_mocks.mssante.faults import RECEIPT_ERROR, RECEIPT_UNASKED, RECEIPT_UNKNOWN
from banc_mocks.mssante.service.behaviour import RECEIPT_VERSION, RECEIPTS
from banc_mocks.mssante.service.judging import Arrival
from banc_mocks.mssante.state import Box, plain
from banc_mocks.sandbox.exchange import Exchange
from banc_standards.mail import build, dsn, mdn
from banc_standards.mail.addresses import id_formed
from banc_standards.mail.model import Mail, Mailbox
from banc_standards.mail.read import Received

OPERATOR = "mssante.banc"
POSTMASTER = f"postmaster@{OPERATOR}"

_CAUSES = {
    "5.1.1": "La boîte du destinataire n'existe pas.",
    "5.2.1": "La messagerie du destinataire est fermée.",
    "5.3.4": "Le message est trop volumineux pour le destinataire.",
}


def bounce(
    exchange: Exchange,
    original: bytes,
    mail: Received,
    *,
    to: str,
    about: str,
    status: str,
    text: str = "",
    original_recipient: str = "",
    envelope_id: str = "",
    headers_only: bool = False,
) -> bytes:
    """A non-delivery notice for one recipient, in the words of Mon espace santé (mssante, 2.3)."""
    cause = text or _CAUSES.get(status, "Le message n'a pas pu être remis.")
    too_big = status == "5.3.4"
    code = {"5.3.4": "552"}.get(status, "550")
    return dsn.message(
        dsn.Dsn(
            sender=POSTMASTER,
            recipient=to,
            message_id=_fresh(exchange, "ndr", about),
            date=exchange.now,
            reporting_mta=OPERATOR,
            subject=dsn.RETURNED if too_big else dsn.UNDELIVERED,
            explanation=f"Message non distribué à {about}.\n{cause}",
            outcomes=(dsn.Outcome(about, "failed", status, f"{code} {status} {cause}", original_recipient),),
            original=original,
            original_message_id=mail.message_id or "",
            envelope_id=envelope_id,
            headers_only=headers_only or too_big,
        )
    )


def delivered(
    exchange: Exchange,
    original: bytes,
    mail: Received,
    *,
    to: str,
    about: str,
    original_recipient: str,
    envelope_id: str,
) -> bytes:
    """A delivery notice (NOTIFY=SUCCESS, or Return-Receipt-To)."""
    return dsn.message(
        dsn.Dsn(
            sender=POSTMASTER,
            recipient=to,
            message_id=_fresh(exchange, "dsn", about),
            date=exchange.now,
            reporting_mta=OPERATOR,
            subject=dsn.DELIVERED,
            explanation=f"Le message a été remis à {about}.",
            outcomes=(dsn.Outcome(about, "delivered", "2.0.0", original_recipient=original_recipient),),
            original=original,
            original_message_id=mail.message_id or "",
            envelope_id=envelope_id,
            headers_only=True,
        )
    )


def read_receipt(exchange: Exchange, arrival: Arrival, mail: Received, *, box: Box, given: str) -> bytes | None:
    """The MDN that a simulated recipient sends; None when it sends none. ``given`` is its address as it was written.

    Nothing answers a receipt, nor a mail whose request names another address than the envelope sender (RFC 8098 §2.1).
    """
    asked = mail.read_receipt_to
    unasked = mail.report_type is None and asked is None and exchange.armed(RECEIPT_UNASKED.id) is not None
    if mail.report_type is not None or (asked is None and not unasked):
        return None
    recipient = asked.address if asked else arrival.given_from
    exists = exchange.sandbox.sessions.find
    own, _ = plain(recipient, lambda session: exists(session) is not None)
    if own != arrival.mail_from or not (unasked or _answers(exchange, box)):
        return None
    failed = exchange.armed(RECEIPT_ERROR.id)
    wrong = exchange.armed(RECEIPT_UNKNOWN.id)
    person = box.kind in ("PER", "ORG", "citizen")
    version: mdn.Version = "1.1.2" if exchange.session.switch(RECEIPT_VERSION.name) == "1.1.2" else "1.1.3"
    return mdn.message(
        mdn.Mdn(
            sender=Mailbox(given),
            recipient=recipient,
            message_id=_fresh(exchange, "mdn", box.address),
            date=exchange.now,
            original_message_id=f"<inconnu.{exchange.id}@{OPERATOR}>" if wrong else mail.message_id or "",
            original_subject=mail.subject,
            original=arrival.data,
            original_recipient=given,
            final_recipient=given,
            reporting_ua=f"{OPERATOR}; Banc Ségur",
            automatic=not person or failed is not None,
            type=mdn.DISPLAYED if person and failed is None else mdn.PROCESSED,
            error=str(failed.parameters["code"]) if failed else None,
            version=version,
        )
    )


def echo(exchange: Exchange, mail: Received, *, box: str, to: str) -> bytes:
    """The answer of a domain's test mailbox."""
    about = mail.message_id if mail.message_id and id_formed(mail.message_id) else None
    written = build.message(
        Mail(
            sender=Mailbox(box, "Réponse automatique de test"),
            recipients=(Mailbox(to),),
            message_id=_fresh(exchange, "echo", box),
            date=exchange.now,
            subject=f"Re: {' '.join(mail.subject.split())[:200]}",
            text=f"Message reçu par la boîte de test {box}.",
            nil=None,
            in_reply_to=about,
            references=(about,) if about else (),
        )
    )
    return b"Auto-Submitted: auto-replied\r\n" + written


def _answers(exchange: Exchange, box: Box) -> bool:
    policy = exchange.session.switch(RECEIPTS.name)
    return policy == "all" or (policy == "automatic" and box.kind in ("APP", "citizen"))


def _fresh(exchange: Exchange, kind: str, address: str) -> str:
    return f"<{kind}.{exchange.id}.{crc32(address.encode()):08x}@{OPERATOR}>"
