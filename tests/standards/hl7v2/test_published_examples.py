"""The published messages: each passes, or fails by the defects that are known of it, and by these only."""

from __future__ import annotations

from pathlib import Path

import pytest

from banc_standards.hl7v2.read import read
from banc_standards.hl7v2.rules import judged

DATA = Path(__file__).parents[4] / "shared" / "data"
FOLDERS = ("hl7v2", "dmp/hl7v2", "mssante/hl7v2-mdm")

PLACEHOLDER = "HL7-DOC-009"
"""A short text stands for the document."""
CUT_BODY = "HL7-DOC-015"
"""The base64 of a mail body has 93 characters."""

ERRORS: dict[str, set[str]] = {
    "cda12-oru-r01-init-placeholder": {"HL7-DOC-008", "HL7-PID-003"},  # unpadded base64; the key of the INS
    "cda20-mdm-t02-init-placeholder": {PLACEHOLDER},
    "cda20-mdm-t04-delete-placeholder": {PLACEHOLDER},
    "cda20-oru-r01-delete-placeholder": {"HL7-TXT-004", PLACEHOLDER, CUT_BODY, "HL7-PRT-015"},  # U+02DC for the tilde
    "cda21-oru-r01-init-placeholder": {PLACEHOLDER, CUT_BODY},
    "cda21-oru-r01-replace-placeholder": {PLACEHOLDER, CUT_BODY},
    "cda21-mdm-t02-init-placeholder": {PLACEHOLDER},
    "cda21-oru-r01-init-fullcda": {CUT_BODY, "HL7-PRT-015", "HL7-CDA-002"},  # a patient of 20 digits; an IPP left out
    "lps10-mdm-t02-placeholder": {"HL7-DOC-008", "HL7-PID-003"},
    "lps10-mdm-t04-delete-placeholder": {PLACEHOLDER},
    "lps11-mdm-t02-init-placeholder": {PLACEHOLDER},
    "mdm_t02_init": {PLACEHOLDER},
    "mdm_t04_delete": {PLACEHOLDER},
    "mdm_t10_replace": {PLACEHOLDER},
}
"""What the published messages break, document included or not; any other breaks nothing."""

FILES = sorted(path for folder in FOLDERS for path in (DATA / folder).glob("*.er7"))
pytestmark = pytest.mark.skipif(not FILES, reason="the published messages are not here")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_published_message_breaks_what_is_known_of_it(path: Path):
    capture = read(path.read_bytes())

    broken = {rule.id for rule, _ in judged(capture) if rule.severity == "error"}

    assert broken == ERRORS.get(path.stem, set())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_line_ends_of_the_source_are_told_and_change_nothing_else(path: Path):
    data = path.read_bytes()

    as_found = {(rule.id, hit.location) for rule, hit in judged(read(data))}
    as_sent = {
        (rule.id, hit.location) for rule, hit in judged(read(data.replace(b"\r\n", b"\r").replace(b"\n", b"\r")))
    }

    assert as_found - as_sent == {("HL7-TXT-003W", "MSH")}
    assert as_sent <= as_found


def test_every_known_defect_is_that_of_a_file():
    assert ERRORS.keys() <= {path.stem for path in FILES}
