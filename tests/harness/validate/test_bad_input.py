"""Whatever is given, the answer is a finding or one clear line, within bounds, with the exit code of the contract."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from banc_standards.cda.names import HL7

OPEN = f'<ClinicalDocument xmlns="{HL7}">'.encode()


def zipped(members: dict[str, bytes], **changed: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
    data = bytearray(buffer.getvalue())
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        position = data.find(mark)
        data[position + at] |= changed.get("flags", 0)
    return bytes(data)


NOT_CONFORM = {
    "not XML": ("a.xml", b"Bonjour, ceci n'est pas du XML.", "XML-001"),
    "empty": ("a.xml", b"", "XML-001"),
    "blank": ("a.xml", b"  \n ", "XML-001"),
    "truncated": ("a.xml", OPEN + b'<realmCode code="F', "XML-001"),
    "truncated inside the root tag": ("a.xml", b'<?xml version="1.0"?><ClinicalDoc', "XML-001"),
    "wrong encoding": (
        "a.xml",
        b'<?xml version="1.0" encoding="UTF-8"?>' + OPEN + b"\xe9t\xe9</ClinicalDocument>",
        "XML-006",
    ),
    "unknown encoding": ("a.xml", b'<?xml version="1.0" encoding="EBCDIC-XX"?>' + OPEN, "XML-006"),
    "UTF-32": ("a.xml", f"<ClinicalDocument xmlns='{HL7}'/>".encode("utf-32"), "XML-006"),
    "10,000 levels": ("a.xml", OPEN + b"<a>" * 10_000 + b"</a>" * 10_000 + b"</ClinicalDocument>", "XML-005"),
    "billion laughs": (
        "a.xml",
        b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;"><!ENTITY c "&b;&b;&b;">]>'
        + OPEN
        + b"&c;</ClinicalDocument>",
        "XML-003",
    ),
    "external entity": (
        "a.xml",
        b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + OPEN + b"&a;</ClinicalDocument>",
        "XML-003",
    ),
    "external DTD": (
        "a.xml",
        b'<!DOCTYPE ClinicalDocument SYSTEM "cda.dtd">' + OPEN + b"</ClinicalDocument>",
        "XML-002",
    ),
    "no namespace": ("a.xml", b"<ClinicalDocument><realmCode/></ClinicalDocument>", "CDA-ROOT-001"),
    "a bomb": ("a.zip", zipped({"a.xml": bytes(120_000_000)}), "XDM-ZIP-002"),
    "a slip": ("a.zip", zipped({"../../a.xml": b"<a/>"}), "XDM-ZIP-003"),
    "an absolute path": ("a.zip", zipped({"/etc/a.xml": b"<a/>"}), "XDM-ZIP-003"),
    "encrypted": ("a.zip", zipped({"a.xml": b"<a/>"}, flags=1), "XDM-ZIP-005"),
    "too many members": ("a.zip", zipped({f"{n}.xml": b"" for n in range(1_001)}), "XDM-ZIP-006"),
    "no zip": ("a.zip", b"nothing", "XDM-ZIP-001"),
    "cut zip": ("a.zip", zipped({"a.xml": b"<a/>"})[:60], "XDM-ZIP-001"),
}


@pytest.mark.parametrize("case", NOT_CONFORM)
def test_what_is_not_what_it_claims_does_not_conform(case, validate, tmp_path):
    name, data, rule = NOT_CONFORM[case]
    (tmp_path / name).write_bytes(data)

    told = validate(name)

    assert (told.code, told.err) == (1, "")
    assert [(file["path"], file["conform"], file["unusable"]) for file in told.files] == [(name, False, None)]
    assert told.rules == {rule}


def test_two_members_of_one_name_do_not_conform(validate, tmp_path):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.xml", b"<a/>")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("a.xml", b"<b/>")

    told = validate("a.zip")

    assert (told.code, told.rules) == (1, {"XDM-ZIP-004"})


def test_a_member_never_becomes_a_path(validate, tmp_path):
    (tmp_path / "a.zip").write_bytes(zipped({"sub/../../../out.xml": b"<a/>"}))

    validate("a.zip")

    assert [path.name for path in tmp_path.rglob("*")] == ["a.zip"]
    assert not (tmp_path.parent / "out.xml").exists()


UNUSABLE = {
    "foreign XML": ("pom.xml", b"<project><a/></project>", "genre inconnu"),
    "a style sheet alone": (
        "a.xml",
        b'<x:stylesheet xmlns:x="http://www.w3.org/1999/XSL/Transform"><x:template match="n1:ClinicalDocument"/>'
        b"</x:stylesheet>",
        "genre inconnu",
    ),
    "text": ("a.txt", b"Bonjour", "genre inconnu"),
    "empty, without a name that says": ("a", b"", "genre inconnu"),
    "a film": ("a.mp4", b"\0\0\0\x18ftypmp42", "genre inconnu"),
    "an empty zip": ("a.zip", zipped({}), "aucun document"),
    "a zip of images": ("a.zip", zipped({"a.png": b"\x89PNG"}), "aucun document"),
}


@pytest.mark.parametrize("case", UNUSABLE)
def test_what_is_of_no_kind_that_is_judged_is_unusable(case, validate, tmp_path):
    name, data, said = UNUSABLE[case]
    (tmp_path / name).write_bytes(data)

    told = validate(name)

    assert told.code == 2
    assert [(file["path"], file["conform"], file["findings"]) for file in told.files] == [(name, False, [])]
    assert said in told.files[0]["unusable"]


def test_a_zip_in_a_zip_is_told_and_not_opened(validate, tmp_path, sound):
    (tmp_path / "a.zip").write_bytes(zipped({"b.zip": zipped({"c.xml": b"<c/>"}), "d.xml": sound}))

    told = validate("a.zip")

    assert told.code == 2
    assert [(file["path"], file["conform"]) for file in told.files] == [("a.zip!/b.zip", False), ("a.zip!/d.xml", True)]


def test_what_does_not_exist_is_unusable(validate, tmp_path):
    (tmp_path / "link.xml").symlink_to(tmp_path / "gone.xml")
    (tmp_path / "empty").mkdir()

    told = validate("nothing.xml", "link.xml", "empty", "*.cda")

    assert told.code == 2
    assert [file["path"] for file in told.files] == ["nothing.xml", "link.xml", "empty", "*.cda"]
    assert all(file["unusable"] for file in told.files)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root, and Windows, read every file")
def test_a_file_that_may_not_be_read_is_unusable(validate, tmp_path, sound):
    (tmp_path / "a.xml").write_bytes(sound)
    (tmp_path / "a.xml").chmod(0)

    assert validate("a.xml").code == 2


def test_a_document_of_another_country_is_judged_and_does_not_conform(validate, tmp_path):
    ccda = (
        OPEN + b'<realmCode code="US"/><typeId root="2.16.840.1.113883.1.3" extension="POCD_HD000040"/>'
        b'<templateId root="2.16.840.1.113883.10.20.22.1.1" extension="2015-08-01"/>'
        b'<id root="2.16.840.1.113883.19.5.99999.1" extension="TT988"/>'
        b'<code code="34133-9" codeSystem="2.16.840.1.113883.6.1"/><title>Summary</title>'
        b"<component><structuredBody/></component></ClinicalDocument>"
    )
    (tmp_path / "ccda.xml").write_bytes(ccda)

    told = validate("ccda.xml")

    assert told.code == 1
    assert told.files[0]["document_type"] is None
    assert {"CDA-HDR-002", "CDA-HDR-004", "CDA-HDR-005"} <= told.rules


def test_a_document_wrapped_in_a_style_sheet_is_judged_in_its_place(validate, tmp_path, broken):
    wrapped = (
        b'<?xml version="1.0"?>\n<x:stylesheet version="1.0" xmlns:x="http://www.w3.org/1999/XSL/Transform">\n'
        b'<x:template match="/"/>\n' + broken.partition(b"\n")[2] + b"</x:stylesheet>"
    )
    (tmp_path / "a.xml").write_bytes(wrapped)

    told = validate("a.xml")

    assert (told.code, told.files[0]["document_type"]) == (1, "LDL-SES")
    [realm] = [finding for finding in told.files[0]["findings"] if finding["rule"] == "CDA-HDR-002"]
    assert realm["line"] == 4
    assert wrapped.splitlines()[3].decode()[realm["column"] - 1 :].startswith('code="BE"')


@pytest.mark.parametrize(
    ("spoil", "rules"),
    [
        (lambda text: text[:40] + b"\n  " + text[40:], set()),
        (lambda text: b"!" + text[1:], {"CDA-N1-004"}),
        (lambda _text: b"Qm9uam91cg==", {"CDA-N1-005"}),
    ],
    ids=["blanks", "no base64", "no PDF"],
)
def test_what_a_level_1_body_holds_is_looked_at(validate, tmp_path, level_1, spoil, rules):
    start = level_1.index(b">", level_1.index(b"<text ")) + 1
    end = level_1.index(b"</text>", start)
    (tmp_path / "a.xml").write_bytes(level_1[:start] + spoil(level_1[start:end]) + level_1[end:])

    told = validate("a.xml")

    assert (told.code, told.files[0]["level"]) == (0, "N1")
    assert told.rules & {"CDA-N1-003", "CDA-N1-004", "CDA-N1-005"} == rules


MEASURED = """
import sys
from banc_harness.cli import main
code = main(sys.argv[1:])
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")), file=sys.stderr)
sys.exit(code)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the memory of a process is told in KiB on Linux")
@pytest.mark.parametrize("way", ["file", "pipe"])
def test_200_mebibytes_are_refused_in_bounded_memory(tmp_path, way):
    path = tmp_path / "large.xml"
    with path.open("wb") as file:
        file.write(OPEN)
        file.truncate(200 * 2**20)
    name = "-" if way == "pipe" else str(path)

    with path.open("rb") as stdin:
        ended = subprocess.run(
            [sys.executable, "-c", MEASURED, "validate", name, "--format", "json"],
            stdin=stdin if way == "pipe" else subprocess.DEVNULL,
            capture_output=True,
            timeout=60,
            check=False,
        )

    told = json.loads(ended.stdout)
    assert ended.returncode == 1
    assert [finding["rule"] for finding in told["files"][0]["findings"]] == ["XML-004"]
    assert int(ended.stderr) < 200 * 1024


def test_a_long_line_without_end_is_told_shortly(validate, tmp_path, broken):
    (tmp_path / "a.xml").write_bytes(broken.replace(b"<title>", b"<title>" + b"x" * 5_000_000))

    told = validate("a.xml", format="text")

    assert told.code == 1
    assert max(map(len, told.out.splitlines())) < 400


def test_what_a_document_holds_does_not_reach_the_terminal_raw(validate, tmp_path, broken):
    title = "\u202eab\u0085c".encode()
    (tmp_path / "a.xml").write_bytes(broken.replace(b"<title>", b"<title>" + title).replace(b'"BE"', b'"B&#x9;E"'))

    told = validate("a.xml", format="text")

    assert not {"\u202e", "\u0085", "\x1b"} & set(told.out)


def test_a_folder_is_not_followed_up_through_its_links(validate, tmp_path: Path, sound):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.xml").write_bytes(sound)
    (tmp_path / "in" / "loop").symlink_to(tmp_path)

    assert [file["path"] for file in validate("in").files] == ["in/a.xml"]
