"""What the witness takes from a datamatrix INS that its user scans (EXI REC 02): the traits and the INS, or nothing."""

from __future__ import annotations

import re
from typing import Any, Final

from banc_harness.witness.asked import Declined
from banc_standards.ins import OIDS, IdentityStatus, Ins, NotTransliterable, StrictTraits, birth_date_form, valid
from banc_standards.ins_datamatrix import NotPrintable, build, read

COLLECTED: Final = "CB"
"""The mode of collection of what was scanned (ZFD-5)."""
_UNKNOWN: Final = "Ce symbole n'est pas un datamatrix INS bien formé : rien n'est repris."


def scanned(text: str, defects: frozenset[str]) -> dict[str, Any]:
    """The identity of a payload, as the front desk would have typed it.

    Raises :class:`Declined` for what the format would not have written.
    """
    found = read(text)
    traits = found.traits
    if not _sound(found.ins, traits, text) and "scans-anything" not in defects:
        raise Declined(_UNKNOWN)
    givens = traits.birth_givens.partition(" ")[0] if "scans-one-given-name" in defects else traits.birth_givens
    return {
        "birth_family": traits.birth_family,
        "birth_givens": givens,
        "first_given": givens.partition(" ")[0],
        "sex": traits.sex,
        "birth_date": traits.birth_date,
        "birth_place": traits.birth_place,
        "collection": COLLECTED,
    }


def _sound(ins: Ins, traits: StrictTraits, text: str) -> bool:
    """Whether the payload is, to the letter, the one of the identity that it tells."""
    place = re.fullmatch(r"|\d[\dAB]\d{3}", traits.birth_place)
    if not (valid(ins.value) and ins.oid in OIDS and traits.sex in ("M", "F") and place):
        return False
    try:
        return bool(birth_date_form(traits.birth_date)) and build(ins, traits, IdentityStatus.QUAL) == text
    except (NotPrintable, NotTransliterable):
        return False
