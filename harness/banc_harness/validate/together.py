"""``--together``: the artefacts of one sending tell the same facts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from banc_harness.validate.detect import detect
from banc_harness.validate.sources import STDIN, Target, found
from banc_harness.validate.verdict import KindName, Noted, Verdict
from banc_standards.errors import Lang, Sentence
from banc_standards.printed import is_page
from banc_standards.together import facts, pages
from banc_standards.together.facts import Facts
from banc_standards.together.rules import RULES, TogetherSubject

NOTHING_TOGETHER: Final = Sentence(
    "moins de deux artefacts à comparer : rien n'a été jugé ensemble",
    "fewer than two artefacts to compare: nothing was judged together",
)
_MOST_BYTES: Final = 50_000_000
_MOST_FACTS: Final = 2_000


def judged_together(names: Iterable[str], lang: Lang, kind: KindName | None = None) -> Verdict:
    """One verdict on everything that the names lead to, told under those names."""
    names = list(names)
    told: list[Facts] = []
    for item in found(names):
        if isinstance(item, Target) and item.path != STDIN and len(told) < _MOST_FACTS:
            told.extend(of_file(item.path, kind))
    path = " ".join(names)
    if len({one.where for one in told}) < 2:
        return Verdict(path, None, unusable=NOTHING_TOGETHER)
    subject = TogetherSubject(tuple(told[:_MOST_FACTS]))
    noted = tuple(Noted(rule.finding(hit, lang)) for rule in RULES for hit in rule.check(subject))
    return Verdict(path, None, noted=noted)


def of_file(path: str, kind: KindName | None = None) -> list[Facts]:
    """What one file says; a file that cannot be read says nothing here, its own verdict tells why."""
    try:
        with open(path, "rb") as file:
            data = file.read(_MOST_BYTES + 1)
    except OSError:
        return []
    return list(of_bytes(data, path, kind)) if len(data) <= _MOST_BYTES else []


def of_bytes(data: bytes, path: str, kind: KindName | None = None) -> Iterator[Facts]:
    """What some bytes say, by their kind."""
    kind = kind or detect(data, path)
    if kind == "cda":
        yield from facts.of_document(data, path, path)
        yield from pages.of_copies(data, path, path)
    elif kind == "xdm":
        yield from _archive(data, path)
    elif kind == "mail":
        yield from _mail(data, path)
    elif kind in ("xds", "vihf"):
        yield from _message(data, path)
    elif kind == "hl7v2":
        yield from _hl7(data, path)
    elif kind is None and is_page(data):
        yield from pages.of_page(data, path, path)


def _archive(data: bytes, path: str) -> Iterator[Facts]:
    from banc_standards.xdm.read import XdmRefused, read

    try:
        archive = read(data)
    except XdmRefused:
        return
    yield from facts.of_archive(archive, path, path)
    for name, content in archive.members.items():
        if is_page(content):
            yield from pages.of_page(content, f"{path}!/{name}", path)
    for content in archive.documents:
        yield from pages.of_copies(content, path, path)


def _mail(data: bytes, path: str) -> Iterator[Facts]:
    from banc_standards.mail.mime import MimeRefused
    from banc_standards.mail.read import read
    from banc_standards.mail.rules.subject import MailSubject

    try:
        mail = read(data)
    except MimeRefused:
        return
    if mail.report_type is None:
        subject = MailSubject(mail)
        yield from facts.of_mail(subject, path)
        for content in subject.archive.documents if subject.archive is not None else ():
            yield from pages.of_copies(content, path, path)
        for part in mail.pdfs:
            yield from pages.of_page(part.content, f"{path}!/{part.filename}", path)


def _message(message: bytes, path: str) -> Iterator[Facts]:
    """A submission with its token, or a token alone."""
    from banc_harness.validate.envelopes import open_message
    from banc_harness.validate.submissions import contents
    from banc_standards.soap.names import SAML
    from banc_standards.vihf.read import read as read_token
    from banc_standards.xds.names import LCM, XDS
    from banc_standards.xds.read import XdsRefused, read

    opened = open_message(message)
    if isinstance(opened, tuple):
        return
    alone = [opened.root] if opened.root.tag == f"{{{SAML}}}Assertion" else opened.assertions
    for element in alone:
        yield from facts.of_token(read_token(element), path if element is opened.root else f"{path}!/VIHF", path)
    if opened.body.tag in (f"{XDS}ProvideAndRegisterDocumentSetRequest", f"{LCM}SubmitObjectsRequest"):
        try:
            content = read(opened.body)
        except XdsRefused:
            return
        documents, _ = contents(opened)
        yield from facts.of_submission(content, documents, path, path)
        for data in documents.values():
            yield from pages.of_copies(data, path, path)


def _hl7(data: bytes, path: str) -> Iterator[Facts]:
    from banc_standards.hl7v2.read import Hl7Refused, read

    try:
        capture = read(data)
    except Hl7Refused:
        return
    for number, message in enumerate(capture.messages, 1):
        yield from facts.of_message(message, path if number == 1 else f"{path}[{number}]", path)
