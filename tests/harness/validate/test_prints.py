"""Printed documents: the datamatrix of a PDF or a picture is judged alone, and compared with what comes with it."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from banc_standards import ins_symbol
from banc_standards.cda.build import discharge_letter, discharge_letter_n1
from banc_standards.cda.pdf import simple_pdf
from banc_standards.ins import IdentityStatus, StrictTraits
from banc_standards.ins_datamatrix import build

from ...standards.letters import INS, letter

TRAITS = StrictTraits("PAT-TROIS", "DOMINIQUE MARIE-LOUISE", "F", "1979-03-28", "51215")
OTHER = dataclasses.replace(TRAITS, birth_givens="CAMILLE", birth_date="1979-03-29")


def symbol(traits: StrictTraits = TRAITS) -> ins_symbol.Squares:
    return ins_symbol.squares(build(INS, traits, IdentityStatus.QUAL))


def page(traits: StrictTraits = TRAITS, *lines: str) -> bytes:
    return simple_pdf(["Lettre", *lines], symbol=symbol(traits))


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> Path:
    """A letter, its pages, and others."""
    files = {
        "lettre.xml": discharge_letter(letter()),
        "lettre.pdf": page(TRAITS, f"INS {INS.value[:13]} {INS.value[13:]}"),
        "muette.pdf": page(),
        "sans.pdf": simple_pdf(["Lettre"]),
        "autre.png": ins_symbol.png(symbol(OTHER)),
        "n1.xml": discharge_letter_n1(letter(), page()),
        "n1-autre.xml": discharge_letter_n1(letter(), page(OTHER)),
        "coupee.png": ins_symbol.png(symbol())[:80],
        "coupee.pdf": page()[:700],
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    return tmp_path


@pytest.mark.parametrize(
    ("name", "code", "rules"),
    [
        ("lettre.pdf", 0, set()),
        ("autre.png", 0, set()),
        ("muette.pdf", 0, {"INSDM-011"}),
        ("sans.pdf", 0, {"INSDM-009"}),
        ("coupee.png", 1, {"INSDM-010"}),
        ("coupee.pdf", 1, {"INSDM-010"}),
    ],
)
def test_a_page_is_judged_by_its_datamatrix(validate, name: str, code: int, rules: set[str]) -> None:
    told = validate(name)
    assert (told.code, told.rules) == (code, rules)
    assert told.files[0]["kind"] is None
    assert told.files[0]["unusable"] is None


def test_the_text_names_whom_the_symbol_tells(validate) -> None:
    assert "PAT-TROIS DOMINIQUE MARIE-LOUISE" in validate("lettre.pdf", format="text").out


def test_standard_formats_tell_a_page_too(validate) -> None:
    assert "INSDM-010" in validate("coupee.pdf", format="sarif").out
    assert "INSDM-010" in validate("coupee.pdf", format="junit").out


def test_a_folder_passes_its_pages_over(validate, folder: Path) -> None:
    assert {Path(file["path"]).suffix for file in validate(folder).files} == {".xml"}


@pytest.mark.parametrize(
    ("names", "rules"),
    [
        (("lettre.xml", "lettre.pdf"), set()),
        (("lettre.xml", "autre.png"), {"TOG-004", "TOG-007"}),
        (("n1.xml",), set()),
        (("n1-autre.xml",), {"TOG-004", "TOG-007"}),
    ],
)
def test_together_the_page_tells_the_same_patient(validate, names: tuple[str, ...], rules: set[str]) -> None:
    told = validate("--together", *names)
    assert {rule for rule in told.rules if rule.startswith("TOG")} == rules
    assert told.code == (1 if rules else 0)
    places = {finding["location"] for finding in told.files[-1]["findings"]}
    assert all(place.startswith((names[-1], f"{names[-1]}!/nonXMLBody")) for place in places)


def test_an_archive_is_compared_with_its_pages(validate, folder: Path, archive: bytes) -> None:
    (folder / "IHE_XDM.ZIP").write_bytes(archive)
    assert validate("--together", "IHE_XDM.ZIP", "lettre.pdf").code == 0
    assert validate("--together", "IHE_XDM.ZIP", "autre.png").rules >= {"TOG-004", "TOG-007"}
