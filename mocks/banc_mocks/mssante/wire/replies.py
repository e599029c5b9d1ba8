"""SMTP replies: a code of the ANS list, an enhanced status, and a sentence in ASCII that names the rule."""

from __future__ import annotations

import re
from typing import Final

from banc_mocks.mssante.service.access import Refused
from banc_mocks.sandbox.batch import StoreFailed
from banc_mocks.sandbox.http import InternalFailure, ServiceDown
from banc_standards.errors import BancError
from banc_standards.mail.build import unaccented

_CODE: Final = re.compile(r"[245]\d\d [245]\.\d{1,3}\.\d{1,3}")
_QUOTES: Final = str.maketrans({"“": '"', "”": '"', "«": '"', "»": '"', "’": "'", "…": "...", "\u00a0": " "})
FAILED: Final = "451 4.3.0 Local error in processing"

_WORDS: Final = {
    "452 4.2.2": "Mailbox full",
    "452 4.5.3": "Too many recipients",
    "500 5.5.2": "Command not recognized",
    "501 5.5.2": "Response not understood",
    "504 5.5.4": "Mechanism not offered",
    "530 5.7.0": "Not yet",
    "535 5.7.8": "Authentication credentials invalid",
    "550 5.1.1": "Mailbox unknown",
    "550 5.2.1": "Mailbox disabled",
    "550 5.7.1": "Delivery not authorized",
    "552 5.2.2": "Mailbox full",
    "552 5.3.4": "Message too big",
    "553 5.1.3": "Bad address",
    "553 5.7.1": "Sender address not yours",
    "554 5.5.0": "Synchronization error",
    "554 5.6.0": "Content refused",
}


def said(code: str, text: str) -> str:
    """A one-line reply in ASCII, at most 500 octets."""
    plain = unaccented(text.translate(_QUOTES)).encode("ascii", "replace").decode()
    return f"{code} {' '.join(plain.split())}"[:500]


def reply_of(error: BancError) -> str:
    """The reply that tells an error."""
    if isinstance(error, ServiceDown):
        return said("421 4.3.2", "Service not available (requested fault)")
    if isinstance(error, StoreFailed | InternalFailure):
        return FAILED
    code = error.code if _CODE.fullmatch(error.code) else "554 5.7.1"
    if isinstance(error, Refused):
        return said(code, f"{_WORDS.get(code, 'Refused')}. {error.hint.en} [{error.rule.id}]")
    return said(code, error.text.en if error.code == code else f"{error.text.en} [{error.code}]")
