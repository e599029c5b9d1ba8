"""The defects of each software of the witness: those of the plumbing that they share, and its own."""

from __future__ import annotations

from typing import Final

from banc_harness.witness.consulting_defects import CONSULTING_DEFECTS
from banc_harness.witness.defects import DEFECTS
from banc_harness.witness.identity_defects import IDENTITY_DEFECTS
from banc_harness.witness.inbox_defects import INBOX_DEFECTS
from banc_harness.witness.laboratory_defects import LABORATORY_DEFECTS
from banc_harness.witness.practice_defects import PRACTICE_DEFECTS
from banc_harness.witness.proxy_defects import PROXY_DEFECTS

_OF_LETTERS: Final = {"claims-sent", "new-id-on-retry"}
"""Defects that only a discharge letter can show."""
_SHARED: Final = {name: said for name, said in DEFECTS.items() if name not in _OF_LETTERS}

DEFECTS_OF: Final = {
    "dpi": DEFECTS | CONSULTING_DEFECTS | IDENTITY_DEFECTS | PROXY_DEFECTS,
    "sgl": _SHARED | LABORATORY_DEFECTS,
    "lgc": _SHARED | PRACTICE_DEFECTS | INBOX_DEFECTS | CONSULTING_DEFECTS,
}
"""By kind of software: name of each defect, and what the software then does, in French and in English."""
