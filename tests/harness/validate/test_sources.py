"""What the command line names, and the paths that are told."""

from __future__ import annotations

import io
import subprocess
import zipfile
from pathlib import Path

import pytest

from banc_harness.validate import sources

from ..cli.conftest import BANC


def written(folder: Path, **files: bytes) -> None:
    folder.mkdir(exist_ok=True)
    for name, data in files.items():
        (folder / name.replace("_", ".")).write_bytes(data)


def test_a_folder_is_read_through_sorted_and_its_paths_begin_as_it_was_given(validate, tmp_path, sound, broken):
    written(tmp_path / "out", b_xml=sound, a_xml=broken, image_png=b"\x89PNG", note_md=b"#")
    written(tmp_path / "out" / "sub", c_xml=sound)
    (tmp_path / "out" / ".hidden.xml").write_bytes(sound)

    told = validate("out")

    assert told.code == 1
    assert [(file["path"], file["conform"]) for file in told.files] == [
        ("out/a.xml", False),
        ("out/b.xml", True),
        ("out/sub/c.xml", True),
    ]
    assert "2 autre(s)" in told.err
    assert validate("./out/").files[0]["path"] == "./out/a.xml"
    assert validate(tmp_path / "out").files[0]["path"] == str(tmp_path / "out" / "a.xml")


def test_a_folder_passes_over_foreign_xml(validate, tmp_path, sound):
    written(tmp_path / "out", a_xml=sound, pom_xml=b"<project></project>", b_json=b'{"name":"x"}')
    written(tmp_path / "out", c_docx=b"PK\x03\x04", d_dat=b"PK\x03\x04")

    told = validate("out", "--lang", "en")

    assert [file["path"] for file in told.files] == ["out/a.xml"]
    assert "4 other file(s)" in told.err


@pytest.mark.parametrize("arguments", [(), ("--as", "cda"), ("--format", "sarif")])
def test_a_folder_in_which_nothing_is_judged_does_not_conform(tmp_path, arguments):
    written(tmp_path / "out", pom_xml=b"<project></project>")

    done = subprocess.run([BANC, "validate", "out", *arguments], cwd=tmp_path, capture_output=True, check=False)

    assert (done.returncode, "aucun document à juger" in done.stdout.decode()) == (2, True)


def test_a_document_that_was_cut_short_is_not_passed_over(validate, tmp_path, sound):
    written(tmp_path / "out", a_xml=sound[:2_000], b_xml=b"")

    told = validate("out")

    assert (told.code, [file["kind"] for file in told.files]) == (1, ["cda", "cda"])


def test_a_named_file_is_always_judged(validate, tmp_path, sound):
    written(tmp_path / "out", letter_xsl=sound, hidden_md=sound)

    assert [file["conform"] for file in validate("out/letter.xsl", "out/hidden.md").files] == [True, True]


def test_a_pattern_that_the_shell_left_is_expanded(validate, tmp_path, sound):
    written(tmp_path / "out", a_xml=sound, b_xml=sound, c_txt=b"")

    assert [file["path"] for file in validate("out/*.xml").files] == ["out/a.xml", "out/b.xml"]


def test_a_file_whose_name_looks_like_a_pattern_is_that_file(validate, tmp_path, sound):
    (tmp_path / "a[1].xml").write_bytes(sound)

    assert [file["path"] for file in validate("a[1].xml").files] == ["a[1].xml"]


def test_members_of_a_zip_are_told_by_its_name_and_theirs(validate, tmp_path, sound, broken):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("lot/a.xml", sound)
        archive.writestr("lot/b.xml", broken)
        archive.writestr("lot/read.txt", "texte")
        archive.writestr("__MACOSX/lot/a.xml", "x")
    (tmp_path / "lot.zip").write_bytes(buffer.getvalue())

    told = validate("lot.zip")

    assert [(file["path"], file["kind"], file["conform"]) for file in told.files] == [
        ("lot.zip!/lot/a.xml", "cda", True),
        ("lot.zip!/lot/b.xml", "cda", False),
    ]


def test_an_xdm_archive_is_judged_then_its_documents(validate, tmp_path, archive):
    (tmp_path / "IHE_XDM.zip").write_bytes(archive)

    told = validate("IHE_XDM.zip")

    assert [(file["path"], file["kind"], file["document_type"]) for file in told.files] == [
        ("IHE_XDM.zip", "xdm", None),
        ("IHE_XDM.zip!/IHE_XDM/SUBSET01/DOC0001.XML", "cda", "LDL-SES"),
    ]
    assert told.code == 0, told.rules


def test_an_xdm_archive_without_its_metadata_does_not_conform(validate, tmp_path, archive):
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as whole, zipfile.ZipFile(buffer, "w") as cut:
        for name in whole.namelist():
            if not name.endswith("METADATA.XML"):
                cut.writestr(name, whole.read(name))
    (tmp_path / "lot.zip").write_bytes(buffer.getvalue())

    told = validate("lot.zip")

    assert (told.code, "XDM-STR-003" in told.rules) == (1, True)


def test_a_mail_is_judged_then_its_archive_then_its_documents(validate, tmp_path, archive):
    from email.message import EmailMessage

    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "a@b.mssante.fr", "c@d.mssante.fr", "XDM/1.0/DDM"
    mail.set_content("Bonjour")
    mail.add_attachment(archive, maintype="application", subtype="zip", filename="IHE_XDM.zip")
    (tmp_path / "m.eml").write_bytes(bytes(mail))

    told = validate("m.eml")

    assert [(file["path"], file["kind"]) for file in told.files] == [
        ("m.eml", "mail"),
        ("m.eml!/IHE_XDM.zip", "xdm"),
        ("m.eml!/IHE_XDM.zip!/IHE_XDM/SUBSET01/DOC0001.XML", "cda"),
    ]
    assert "MAIL-HDR-008" in told.rules


@pytest.mark.parametrize("arguments", [("-",), ("-", "--as", "cda"), ("-", "--jobs", "2")])
def test_standard_input_is_told_as_a_dash(environment, tmp_path, sound, arguments):
    ended = subprocess.run(
        [BANC, "validate", *arguments], input=sound, env=environment, cwd=tmp_path, capture_output=True, check=False
    )

    assert ended.returncode == 0, ended.stderr
    assert ended.stdout.decode().startswith("✓ - (LDL-SES 2022.01, N3)")


def test_nothing_on_standard_input_is_unusable(environment, tmp_path):
    ended = subprocess.run(
        [BANC, "validate", "-"], input=b"", env=environment, cwd=tmp_path, capture_output=True, check=False
    )

    assert ended.returncode == 2


def test_as_takes_the_file_at_its_word(validate, tmp_path, sound):
    (tmp_path / "a.zip").write_bytes(sound)

    assert validate("a.zip").code == 0
    assert validate("a.zip", "--as", "cda").code == 0
    as_archive = validate("a.zip", "--as", "xdm")
    assert (as_archive.code, as_archive.rules) == (1, {"XDM-ZIP-001"})


@pytest.mark.parametrize(
    ("options", "code"),
    [
        (("--pack", "regles"), "PACK-001"),
        (("--compare",), "VALIDATE-003"),
        (("--as", "cdax"), "CLI-002"),
        (("--jobs", "0"), "CLI-003"),
        (("--jobz", "2"), "CLI-004"),
    ],
)
def test_what_comes_later_or_never_is_refused_in_one_clear_line(validate, tmp_path, sound, options, code):
    (tmp_path / "a.xml").write_bytes(sound)

    told = validate("a.xml", *options)

    assert (told.code, told.out) == (2, "")
    assert f"[{code}]" in told.err


def test_a_fifo_in_a_folder_is_passed_over(validate, tmp_path, sound):
    import os

    if not hasattr(os, "mkfifo"):
        pytest.skip("no FIFO on this system")
    written(tmp_path / "out", a_xml=sound)
    os.mkfifo(tmp_path / "out" / "pipe.xml")

    assert [file["path"] for file in validate("out").files] == ["out/a.xml"]


def test_every_file_that_a_long_list_names_is_found_in_order(tmp_path):
    for number in range(30):
        written(tmp_path / f"{number % 3}", **{f"{number:02}_xml": b"<a/>"})

    found = [item.path for item in sources.found([str(tmp_path)])]

    assert found == sorted(found)
    assert len(found) == 30
