"""Every rule of an archive: the honest one breaks none, and each break is found by its rule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from banc_standards.xdm import build
from banc_standards.xdm.read import read
from banc_standards.xdm.rules import METADATA_RULES, RULES, judged
from banc_standards.xdm.rules.subject import XdmSubject
from banc_standards.xds.build import entry_from_cda, submission
from banc_standards.xds.model import Association
from banc_standards.xds.names import REPLACES

from .conftest import BASE, ORIGIN, Lot, document


def broken(archive: bytes) -> set[str]:
    return {rule.id for rule, _ in judged(XdmSubject(read(archive)))}


def members(archive: bytes, change: Callable[[dict[str, bytes]], None]) -> bytes:
    found = dict(read(archive).members)
    change(found)
    return build.zipped(found)


def test_an_honest_archive_breaks_no_rule(lot: Lot) -> None:
    assert broken(lot.packed()) == set()


def test_a_letter_about_a_patient_without_ins_breaks_no_rule(lot: Lot) -> None:
    cda = document(ins=None)
    entry = entry_from_cda(cda, local_patient=True)
    own = replace(lot.set, patient_id=entry.patient_id)
    assert broken(build.archive(own, [(entry, cda)], origin=ORIGIN)) == set()


def test_an_honest_replacement_breaks_no_rule(lot: Lot) -> None:
    cda = document(id="1.2.250.1.213.99.2.2", version=2, replaces="1.2.250.1.213.99.2.1")
    assert broken(build.archive(lot.set, [(entry_from_cda(cda), cda)], origin=ORIGIN, action="C")) == set()


@pytest.mark.parametrize(
    ("rule", "changed"),
    [
        ("XDM-DOC-001", {"uri": None}),
        ("XDM-DOC-002", {"uri": "DOC0002.XML"}),
        ("XDM-DOC-002", {"uri": "../SUBSET01/DOC0001.XML"}),
        ("XDM-DOC-003", {"hash": "0" * 40}),
        ("XDM-DOC-003", {"hash": None}),
        ("XDM-DOC-004", {"size": "1"}),
        ("XDM-DOC-004", {"size": None}),
        ("XDM-DOC-006", {"unique_id": "1.2.250.1.213.99.7"}),
        ("XDM-PAT-002", {"patient_id": "146026322000196^^^&1.2.250.1.213.1.4.10&ISO^NH"}),
        ("XDM-PAT-003", {"patient_id": "279035121518989^^^&1.2.250.1.213.1.4.10&ISO^PI"}),
    ],
)
def test_each_rule_of_an_entry_finds_its_break(rule: str, changed: dict[str, str | None], lot: Lot) -> None:
    consequences = {"XDM-DOC-005", "XDM-PAT-001", "XDS-META-010", "XDS-META-011", "XDS-META-012", "XDS-META-013"}
    found = broken(lot.packed(**changed))
    assert rule in found
    assert found <= {rule} | consequences


@pytest.mark.parametrize(("rule", "missing"), [("XDM-STR-001", "INDEX.HTM"), ("XDM-STR-002", "README.TXT")])
def test_a_missing_page_is_found(rule: str, missing: str, lot: Lot) -> None:
    assert broken(members(lot.packed(), lambda found: found.pop(missing) and None)) == {rule}


def test_a_folder_without_metadata_is_found(lot: Lot) -> None:
    assert broken(members(lot.packed(), lambda found: found.pop(f"{BASE}/METADATA.XML") and None)) == {"XDM-STR-003"}


def test_an_archive_without_folder_is_found() -> None:
    assert broken(build.zipped({"INDEX.HTM": b"x", "README.TXT": b"x"})) == {"XDM-STR-003"}


@pytest.mark.parametrize("content", [b"<a", b"<a/>"])
def test_metadata_that_cannot_be_read_are_found(content: bytes, lot: Lot) -> None:
    archive = members(lot.packed(), lambda found: found.update({f"{BASE}/METADATA.XML": content}))
    assert broken(archive) == {"XDM-STR-004"}


def test_a_long_name_is_warned_of(lot: Lot) -> None:
    assert broken(lot.packed(files={"lettre de liaison.xml": lot.cda}, uri="lettre de liaison.xml")) == {"XDM-STR-005"}


def test_a_second_set_is_warned_of(lot: Lot) -> None:
    def twice(found: dict[str, bytes]) -> None:
        found |= {name.replace("SUBSET01", "SUBSET02"): data for name, data in found.items() if "SUBSET01" in name}

    assert broken(members(lot.packed(), twice)) == {"XDM-STR-006", "XDM-STR-007"}


def test_an_index_without_links_is_noted(lot: Lot) -> None:
    assert broken(members(lot.packed(), lambda found: found.update({"INDEX.HTM": b"<html/>"}))) == {"XDM-STR-007"}


def test_an_orphan_is_found_but_no_style_sheet(lot: Lot) -> None:
    assert broken(lot.packed(files={"DOC0001.XML": lot.cda, "DOC0002.XML": b"x"})) == {"XDM-DOC-005"}
    assert broken(lot.packed(files={"DOC0001.XML": lot.cda, "STYLE.XSL": b"x"})) == set()


def test_two_patients_are_found(lot: Lot) -> None:
    from banc_standards.ins import Ins

    other = document(ins=Ins("146026322000196", "1.2.250.1.213.1.4.10"), id="1.2.250.1.213.99.2.8")
    entries = [(lot.entry, lot.cda), (entry_from_cda(other, id="Doc02"), other)]
    assert broken(build.archive(lot.set, entries, origin=ORIGIN)) == {"XDM-PAT-001"}


def test_a_document_id_with_an_extension_is_warned_of(lot: Lot) -> None:
    cda = lot.cda.replace(b'<id root="1.2.250.1.213.99.2.1"', b'<id root="1.2.250.1.213.99.2" extension="1"', 1)
    entry = replace(entry_from_cda(cda), unique_id="1.2.250.1.213.99.2^1")
    assert broken(build.archive(lot.set, [(entry, cda)], origin=ORIGIN)) == {"XDM-DOC-007"}


def test_a_replacement_association_is_noted(lot: Lot) -> None:
    content = submission(lot.set, [lot.entry])
    link = Association(id="as9", type=REPLACES, source=lot.entry.id, target="urn:uuid:1", set_status="Original")
    changed = replace(content, associations=(*content.associations, link))
    assert broken(build.packed(changed, {"DOC0001.XML": lot.cda}, origin=ORIGIN)) == {"XDM-DOC-008"}


def test_a_replacement_without_action_is_noted(lot: Lot) -> None:
    cda = document(id="1.2.250.1.213.99.2.2", version=2, replaces="1.2.250.1.213.99.2.1")
    assert broken(build.archive(lot.set, [(entry_from_cda(cda), cda)], origin=ORIGIN)) == {"XDM-DOC-009"}


def test_metadata_that_differ_from_the_document_are_found(lot: Lot) -> None:
    assert broken(lot.packed(title="Autre titre")) == {"XDS-CDA-004"}


def test_the_shared_rules_leave_out_what_only_the_dmp_wants() -> None:
    ids = {rule.id for rule in METADATA_RULES}
    assert "XDS-CDA-004" in ids
    assert not ids & {"XDS-META-018", "XDS-META-019", "XDS-PAT-002", "XDS-SIG-001"}


def test_every_rule_says_what_to_do_in_both_languages() -> None:
    for rule in RULES:
        assert all((rule.text.fr, rule.text.en, rule.fix.fr, rule.fix.en, rule.clause)), rule.id


def test_metadata_are_the_request_itself(lot: Lot) -> None:
    def wrap(found: dict[str, bytes]) -> None:
        declaration, _, request = found[f"{BASE}/METADATA.XML"].partition(b"?>")
        found[f"{BASE}/METADATA.XML"] = declaration + b"?><a>" + request + b"</a>"

    assert broken(members(lot.packed(), wrap)) == {"XDM-STR-004"}
