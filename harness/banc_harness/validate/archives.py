"""Archives: an XDM archive is judged as such, then its documents; another zip only holds documents.

Members are read in memory within bounds; no path is ever made of a name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from banc_harness.validate.detect import detect, is_candidate
from banc_harness.validate.kinds import KINDS, Asked
from banc_harness.validate.verdict import KindName, Noted, Verdict
from banc_standards.errors import Sentence
from banc_standards.rules import Hit, Rule
from banc_standards.xdm.names import METADATA, ROOT
from banc_standards.xdm.read import XdmRefused, unzipped
from banc_standards.xdm.read import archive as archive_of

NESTED: Final = Sentence(
    "archive dans une archive : extrayez-la pour la faire juger",
    "an archive within an archive: take it out to have it judged",
)
NOTHING_INSIDE: Final = Sentence("aucun document dans cette archive", "no document in this archive")


def judge(data: bytes, path: str, asked: Asked) -> Iterator[Verdict]:
    """The verdict on the archive when it is one of XDM or cannot be opened, then on each document in it."""
    try:
        members = unzipped(data)
    except XdmRefused as refused:
        from banc_standards.xdm.rules import archive as archive_rules

        yield told(path, asked, [archive_rules.hit(refused)])
        return
    if is_xdm(members) or path.rpartition("/")[2].upper() == f"{ROOT}.ZIP":
        yield from _judged(members, path, asked)
    else:
        yield from _documents(members, path, asked)


def is_xdm(members: dict[str, bytes]) -> bool:
    """Whether the names are those of an XDM archive."""
    return any(name.upper().startswith(f"{ROOT}/") for name in members)


def judge_xdm(data: bytes, path: str, asked: Asked) -> Iterator[Verdict]:
    """The archive by its own rules and those of its metadata, then the documents that the metadata describe."""
    try:
        members = unzipped(data)
    except XdmRefused as refused:
        from banc_standards.xdm.rules import archive as archive_rules

        yield told(path, asked, [archive_rules.hit(refused)])
        return
    yield from _judged(members, path, asked)


def _judged(members: dict[str, bytes], path: str, asked: Asked) -> Iterator[Verdict]:
    from banc_standards.xdm.rules import judged
    from banc_standards.xdm.rules.subject import XdmSubject

    archive = archive_of(members)
    yield told(path, asked, judged(XdmSubject(archive)))
    for name, content in archive.members.items():
        if detect(content, name) == "cda" and is_candidate(name) and name.rpartition("/")[2].upper() != METADATA:
            yield from _served(content, "cda", f"{path}!/{name}", asked)


def told(path: str, asked: Asked, broken: Iterable[tuple[Rule, Hit]]) -> Verdict:
    """The verdict on the archive itself."""
    return Verdict(path, "xdm", noted=tuple(Noted(rule.finding(hit, asked.lang)) for rule, hit in broken))


def _documents(members: dict[str, bytes], path: str, asked: Asked) -> Iterator[Verdict]:
    judged = 0
    for name, content in members.items():
        if name.rpartition("/")[2].startswith(".") or name.startswith("__MACOSX/"):
            continue
        kind = detect(content, name) if is_candidate(name) else None
        if kind is not None and KINDS[kind].judge is not None:
            judged += 1
            yield from _served(content, kind, f"{path}!/{name}", asked)
        else:
            asked.skipped.pass_over(kind)
    if not judged:
        yield Verdict(path, "xdm", unusable=NOTHING_INSIDE)


def _served(content: bytes, kind: KindName, where: str, asked: Asked) -> Iterator[Verdict]:
    judge_one = KINDS[kind].judge
    if kind == "xdm" or judge_one is None:
        yield Verdict(where, kind, unusable=NESTED)
    else:
        yield from judge_one(content, where, asked)
