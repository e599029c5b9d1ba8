"""The hash chain of the sealed journal (``BUNDLE-050`` to ``055``): every entry recomputed, in its place."""

from __future__ import annotations

from typing import Any

from banc_harness.evidence import names
from banc_harness.evidence.bundle import Bundle
from banc_harness.evidence.journal import line, parse
from banc_harness.evidence.refusal import Refused, refused
from banc_standards.contracts.bundle import Manifest
from banc_standards.contracts.chain import Broken, Fault, Head, follow

_CODES: dict[Fault, tuple[str, str, str]] = {
    "hash": ("051", "son contenu n'a pas son empreinte", "its content has not its hash"),
    "prev": ("052", "il ne suit pas le précédent", "it does not follow from the one before"),
    "seq": ("053", "il manque un échange avant lui, ou la chaîne recommence", "one is missing before, or it restarts"),
}


def judge(bundle: Bundle, manifest: Manifest) -> int:
    """Follows every chain of the journal; returns how many entries there are. Raises ``Refused``."""
    heads: dict[str, Head] = {}
    count = 0
    for number, text in enumerate(bundle.lines(names.JOURNAL), start=1):
        entry = _entry(number, text)
        session = manifest.session
        if (entry.get("session"), entry.get("epoch")) != (session.id, session.epoch):
            raise refused(
                "055",
                f"journal.ndjson, ligne {number} : échange d'une autre session ou d'une autre époque",
                f"journal.ndjson, line {number}: an exchange of another session or epoch",
            )
        writer = str(entry.get("writer"))
        try:
            heads[writer] = follow(heads.get(writer, Head()), entry)
        except Broken as broken:
            code, fr, en = _CODES[broken.reason]
            raise refused(code, f"échange n° {broken.at} : {fr}", f"exchange no. {broken.at}: {en}") from None
        count += 1
    sealed = {head.writer: Head(head.seq, head.hash) for head in manifest.heads}
    if sealed != heads or len(manifest.heads) != len(sealed):
        raise refused(
            "054",
            "le journal ne finit pas sur l'échange que dit le manifeste",
            "the journal does not end at the exchange that the manifest says",
        )
    return count


def _entry(number: int, text: bytes) -> dict[str, Any]:
    try:
        entry = parse(text)
        if line(entry) != text:
            raise _unreadable(number)
    except (ValueError, UnicodeEncodeError):
        raise _unreadable(number) from None
    return entry


def _unreadable(number: int) -> Refused:
    return refused(
        "050",
        f"journal.ndjson, ligne {number} : ce n'est pas un échange sous sa forme canonique",
        f"journal.ndjson, line {number}: this is no exchange in its canonical form",
    )
