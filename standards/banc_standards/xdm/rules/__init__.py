"""The rules of an XDM archive.

``RULES`` judge an :class:`~banc_standards.xdm.rules.subject.XdmSubject`; ``METADATA_RULES`` are those of the XDS
submission that hold for an archive too, judged on each of its ``submissions``; :func:`judged` applies both.
"""

from __future__ import annotations

from collections.abc import Iterator

from banc_standards.rules import Hit, Rule
from banc_standards.xdm.rules import archive, documents
from banc_standards.xdm.rules.subject import XdmSubject
from banc_standards.xds.rules import RULES as XDS_RULES

RULES: tuple[Rule, ...] = (*archive.RULES, *documents.RULES)

_NOT_BY_MAIL = frozenset(
    {
        "XDS-META-018",  # a uniqueId with an extension: refused by the DMP, warned of here (XDM-DOC-007)
        "XDS-META-019",  # a patient without INS may be written about by mail (XDM-PAT-003)
        "XDS-CDA-001",  # XDM-DOC-006, XDM-DOC-007
        "XDS-CDA-002",  # XDM-PAT-002
        "XDS-CDA-018",  # no RPLC by mail (XDM-DOC-008, XDM-DOC-009)
        "XDS-CDA-019",
        "XDS-PART-001",  # XDM-DOC-002
        "XDS-PART-002",
        "XDS-PART-003",
        "XDS-PART-006",  # XDM-DOC-003
        "XDS-PART-007",  # XDM-DOC-004
        "XDS-PAT-001",  # XDM-PAT-001
        "XDS-PAT-002",
        "XDS-ASSOC-006",
    }
)
METADATA_RULES: tuple[Rule, ...] = tuple(
    rule for rule in XDS_RULES if rule.id not in _NOT_BY_MAIL and not rule.id.startswith("XDS-SIG-")
)


def judged(subject: XdmSubject) -> Iterator[tuple[Rule, Hit]]:
    """Every break of both sets of rules, in their order."""
    for rule in RULES:
        for hit in rule.check(subject):
            yield rule, hit
    for submission in subject.submissions:
        for rule in METADATA_RULES:
            for hit in rule.check(submission):
                yield rule, hit
