"""What printed documents say: the identity that their datamatrix INS holds."""

from __future__ import annotations

from collections.abc import Iterator

from banc_standards.cda.copies import pdfs
from banc_standards.cda.read import CdaRefused
from banc_standards.cda.read import read as read_cda
from banc_standards.ins import fold
from banc_standards.ins_datamatrix import read
from banc_standards.printed import PrintedRefused
from banc_standards.printed import read as read_page
from banc_standards.together.facts import Facts, values_of
from banc_standards.xml import XmlRefused


def of_page(data: bytes, where: str, carrier: str) -> Iterator[Facts]:
    """The facts of each datamatrix INS of a first page; a page that cannot be read says nothing."""
    try:
        payloads = read_page(data).payloads
    except PrintedRefused:
        return
    for number, payload in enumerate(payloads, 1):
        found = read(payload)
        traits = found.traits
        values = values_of(
            ins={f"{found.ins.value} ({found.ins.oid})"} if found.ins.value else (),
            birth_name={fold(traits.birth_family)},
            birth_givens={fold(traits.birth_givens)},
            sex={traits.sex},
            birth_date={traits.birth_date.replace("-", "")},
            birth_place={traits.birth_place},
        )
        yield Facts(where if number == 1 else f"{where}[{number}]", carrier, "print", values)


def of_copies(data: bytes, where: str, carrier: str) -> Iterator[Facts]:
    """The facts of the PDFs inside a clinical document."""
    try:
        document = read_cda(data)
    except (XmlRefused, CdaRefused):
        return
    for place, content in pdfs(document):
        yield from of_page(content, f"{where}!/{place}", carrier)
