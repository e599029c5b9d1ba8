"""One mail: its own rules, those of its archive, then each clinical document that it carries."""

from __future__ import annotations

from collections.abc import Iterator

from banc_harness.validate import archives
from banc_harness.validate.kinds import Asked
from banc_harness.validate.verdict import Noted, Verdict
from banc_standards.mail import dsn, mdn
from banc_standards.mail.mime import MimeRefused
from banc_standards.mail.read import Received, read
from banc_standards.mail.rules import RULES
from banc_standards.mail.rules import mime as mime_rules
from banc_standards.mail.rules.subject import MailSubject
from banc_standards.rules import Hit, Rule


def judge(data: bytes, path: str, asked: Asked) -> Iterator[Verdict]:
    """The mail as a file judged alone, without its envelope; then its archive, told as a member of the mail."""
    try:
        mail = read(data)
    except MimeRefused as refused:
        rule, hit = mime_rules.hit(refused)
        yield Verdict(path, "mail", noted=(Noted(rule.finding(hit, asked.lang)),))
        return
    subject = MailSubject(mail)
    broken = [rule.finding(hit, asked.lang) for rule in RULES for hit in rule.check(subject)]
    broken += [rule.finding(hit, asked.lang) for rule, hit in _report(mail)]
    yield Verdict(path, "mail", title=mail.subject[:200], noted=tuple(Noted(finding) for finding in broken))
    part = subject.archive_part
    if part is not None:
        yield from archives.judge_xdm(part.content, f"{path}!/{part.filename}", asked)


def _report(mail: Received) -> Iterator[tuple[Rule, Hit]]:
    """What a receipt (MDN) or a delivery report (DSN) breaks beside the rules of every mail."""
    if mail.report_type == mdn.REPORT:
        from banc_standards.mail.mdn_rules import RULES as MDN_RULES
        from banc_standards.mail.mdn_rules import MdnSubject

        receipt = MdnSubject(mail)
        yield from ((rule, hit) for rule in MDN_RULES for hit in rule.check(receipt))
    elif mail.report_type == dsn.REPORT:
        from banc_standards.mail.dsn_rules import RULES as DSN_RULES

        yield from ((rule, hit) for rule in DSN_RULES for hit in rule.check(mail))
