"""SMTP replies: a code of the ANS list, an enhanced status, and a sentence in ASCII that names the rule."""

from __future__ import annotations

import re
from typing import Final

from banc_mocks.mssante.service.access import Refused
from banc_mocks.sandbox.batch import StoreFailed
from banc_mocks.sandbox.http import ServiceDown
from banc_standards.errors import BancError
from banc_standards.mail.build import unaccented

_CODE: Final = re.compile(r"[245]\d\d [245]\.\d{1,3}\.\d{1,3}")
_QUOTES: Final = str.maketrans({"“": '"', "”": '"', "«": '"', "»": '"', "’": "'", "…": "...", "\u00a0": " "})
FAILED: Final = "451 4.3.0 Local error in processing"


def said(code: str, text: str) -> str:
    """A one-line reply in ASCII, at most 500 octets."""
    plain = unaccented(text.translate(_QUOTES)).encode("ascii", "replace").decode()
    return f"{code} {' '.join(plain.split())}"[:500]


def reply_of(error: BancError) -> str:
    """The reply that tells an error."""
    if isinstance(error, ServiceDown):
        return said("421 4.3.2", "Service not available (requested fault)")
    if isinstance(error, StoreFailed):
        return FAILED
    code = error.code if _CODE.fullmatch(error.code) else "554 5.7.1"
    name = error.rule.id if isinstance(error, Refused) else error.code
    return said(code, error.text.en if name == code else f"{error.text.en} [{name}]")
