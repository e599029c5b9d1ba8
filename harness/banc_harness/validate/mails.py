"""One mail: its own rules, those of its archive, then each clinical document that it carries."""

from __future__ import annotations

from collections.abc import Iterator

from banc_harness.validate import archives
from banc_harness.validate.kinds import Asked
from banc_harness.validate.verdict import Noted, Verdict
from banc_standards.mail.mime import MimeRefused
from banc_standards.mail.read import read
from banc_standards.mail.rules import RULES
from banc_standards.mail.rules import mime as mime_rules
from banc_standards.mail.rules.subject import MailSubject


def judge(data: bytes, path: str, asked: Asked) -> Iterator[Verdict]:
    """The mail as a file judged alone, without its envelope; then its archive, told as a member of the mail."""
    try:
        mail = read(data)
    except MimeRefused as refused:
        rule, hit = mime_rules.hit(refused)
        yield Verdict(path, "mail", noted=(Noted(rule.finding(hit, asked.lang)),))
        return
    subject = MailSubject(mail)
    broken = (rule.finding(hit, asked.lang) for rule in RULES for hit in rule.check(subject))
    yield Verdict(path, "mail", title=mail.subject[:200], noted=tuple(Noted(finding) for finding in broken))
    part = subject.archive_part
    if part is not None:
        yield from archives.judge_xdm(part.content, f"{path}!/{part.filename}", asked)
