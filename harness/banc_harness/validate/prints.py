"""A printed document, as a PDF or a picture: its datamatrix INS, judged by what it holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from banc_harness.validate.kinds import Asked
from banc_harness.validate.verdict import Noted, Verdict
from banc_standards.ins_datamatrix import read
from banc_standards.ins_datamatrix_rules import RULES, UNREADABLE, WITHOUT, Printed, hidden
from banc_standards.printed import PrintedRefused, Sheet
from banc_standards.printed import read as read_page
from banc_standards.rules import Hit, Rule


def judge(data: bytes, path: str, asked: Asked) -> Verdict:
    """The verdict on the first page. What a page without a symbol is worth depends on whom it is about: it warns."""
    try:
        sheet = read_page(data)
    except PrintedRefused as refused:
        hit = Hit("/", found=refused.text.of(asked.lang))
        return Verdict(path, noted=(Noted(UNREADABLE.finding(hit, asked.lang)),))
    return Verdict(
        path, title=_named(sheet), noted=tuple(Noted(rule.finding(hit, asked.lang)) for rule, hit in _broken(sheet))
    )


def _broken(sheet: Sheet) -> Iterator[tuple[Rule, Hit]]:
    for rule in WITHOUT:
        for hit in rule.check(sheet):
            yield rule, hit
    for number, payload in enumerate(sheet.payloads, 1):
        for rule in RULES:
            for hit in rule.check(Printed(payload)):
                yield rule, replace(hit, location=f"datamatrix[{number}]/{hit.location}")


def _named(sheet: Sheet) -> str:
    """Whom the first symbol names."""
    if not sheet.payloads:
        return ""
    traits = read(sheet.payloads[0]).traits
    return hidden(f"{traits.birth_family} {traits.birth_givens}".strip())
