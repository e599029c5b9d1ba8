"""Archives: what is packed is read back, hostile zips cost little and are refused by their rule."""

from __future__ import annotations

import io
import struct
import time
import zipfile
from contextlib import suppress
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banc_standards.xdm import build
from banc_standards.xdm.read import HOSTILE, Folder, Limits, XdmRefused, read
from banc_standards.xdm.rules.archive import hit
from banc_standards.xds.model import DocumentEntry

from .conftest import BASE, ORIGIN, Lot


def zipped(*members: tuple[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", compression) as written:
        for name, data in members:
            written.writestr(name, data)
    return buffer.getvalue()


def test_what_is_packed_is_read_back(lot: Lot) -> None:
    found = read(build.archive(lot.set, [(lot.entry, lot.cda)], origin=ORIGIN))
    assert list(found.members) == ["INDEX.HTM", "README.TXT", f"{BASE}/METADATA.XML", f"{BASE}/DOC0001.XML"]
    (folder,) = found.folders
    assert folder.submission is not None
    assert folder.submission.set == lot.set
    assert folder.submission.entries == (lot.entry,)
    assert folder.documents == {lot.entry.id: lot.cda}
    assert found.documents == (lot.cda,)
    assert folder.action is None


def test_the_pages_say_who_sends_what(lot: Lot) -> None:
    found = read(lot.packed())
    assert b'href="IHE_XDM/SUBSET01/DOC0001.XML"' in (found.member("index.htm") or b"")
    assert "support@editeur.example" in (found.member("README.TXT") or b"").decode()


def test_packing_is_repeatable(lot: Lot) -> None:
    assert lot.packed() == lot.packed()


@pytest.mark.parametrize("action", ["C", "D"])
def test_the_action_is_read_back(lot: Lot, action: build.Action) -> None:
    archive = read(build.archive(lot.set, [(lot.entry, lot.cda)], origin=ORIGIN, action=action))
    assert archive.folders[0].action == action


@pytest.mark.parametrize("name", ["action", "urn:exemple:action"])
def test_the_action_is_read_on_the_set_under_any_prefix(lot: Lot, name: str) -> None:
    slot = f'<Slot name="{name}"><ValueList><Value>D</Value></ValueList></Slot>'.encode()
    metadata = read(lot.packed()).members[f"{BASE}/METADATA.XML"]
    prefixed = slot.replace(b"<", b"<rim:").replace(b"<rim:/", b"</rim:")
    mark = metadata.index(b'<rim:Slot name="submissionTime"')
    changed = metadata[:mark] + prefixed + metadata[mark:]
    assert read(zipped((f"{BASE}/METADATA.XML", changed))).folders[0].action == "D"


def test_names_are_found_whatever_their_case(lot: Lot) -> None:
    members = {name.lower(): data for name, data in read(lot.packed()).members.items()}
    found = read(zipped(*members.items()))
    assert found.folders[0].documents == {lot.entry.id: lot.cda}


def test_a_folder_is_one_whatever_the_case_of_each_name(lot: Lot) -> None:
    members = read(lot.packed()).members
    mixed = {name.lower() if name.endswith("METADATA.XML") else name: data for name, data in members.items()}
    assert read(zipped(*mixed.items())).folders[0].documents == {lot.entry.id: lot.cda}


@pytest.mark.parametrize(
    ("written", "spelled"),
    [
        (b">DOC0001.XML<", b"><!-- a -->DOC<!-- b -->0001.XML<"),
        (b">DOC0001.XML<", b"><![CDATA[DOC0001]]>.&#88;ML<"),
        (b">DOC0001.XML<", b">./doc0001.xml<"),
        (b"?>", b"?><!-- <!DOCTYPE a> --><?b c?>"),
    ],
)
def test_unusual_spellings_of_the_metadata_are_read_alike(lot: Lot, written: bytes, spelled: bytes) -> None:
    metadata = read(lot.packed()).members[f"{BASE}/METADATA.XML"]
    changed = metadata.replace(written, spelled, 1)
    assert changed != metadata
    found = read(zipped((f"{BASE}/METADATA.XML", changed), (f"{BASE}/DOC0001.XML", lot.cda)))
    assert found.folders[0].documents == {lot.entry.id: lot.cda}


def wide(count: int) -> bytes:
    """A zip of that many void members, which only its ZIP64 record counts."""
    names = [b"%06d" % rank for rank in range(count)]
    head = [struct.pack("<4s2B4H3L2H", b"PK\3\4", 45, 0, 0, 0, 0, 0, 0, 0, 0, 6, 0) + name for name in names]
    places = [sum(map(len, head[:rank])) for rank in range(count)] if count < 100 else [0] * count
    directory = b"".join(
        struct.pack("<4s4B4H3L5H2L", b"PK\1\2", 45, 3, 45, 0, 0, 0, 0, 0, 0, 0, 0, 6, 0, 0, 0, 0, 0, place) + name
        for name, place in zip(names, places, strict=True)
    )
    data = b"".join(head) + directory
    begin = len(data) - len(directory)
    record = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, count, count, len(directory), begin)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, len(data), 1)
    return data + record + locator + struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, 52, begin, 0)


def test_a_zip64_record_is_believed_and_bounded() -> None:
    assert len(read(wide(3)).members) == 3
    with pytest.raises(XdmRefused) as refused:
        read(wide(20_000))
    assert refused.value.rule_id == "XDM-ZIP-006"


def test_metadata_that_are_no_xml_are_told_by_their_folder() -> None:
    for content in (b"<a", b"<a/>", b'<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', b"\x00"):
        (folder,) = read(zipped((f"{BASE}/METADATA.XML", content), (f"{BASE}/DOC0001.XML", b""))).folders
        assert folder.submission is None
        assert folder.refused is not None
        assert folder.documents == {}


def symlink() -> bytes:
    info = zipfile.ZipInfo("IHE_XDM/SUBSET01/DOC0001.XML")
    info.external_attr = 0o120777 << 16
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as written:
        written.writestr(info, "/etc/passwd")
    return buffer.getvalue()


def encrypted() -> bytes:
    data = bytearray(zipped(("a.xml", b"secret")))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def duplicated() -> bytes:
    return zipped(("a.xml", b"un"), ("b.xml", b"deux")).replace(b"b.xml", b"a.xml")


def wrong_checksum() -> bytes:
    data = bytearray(zipped(("a.xml", b"x" * 100), compression=zipfile.ZIP_STORED))
    data[data.index(b"x" * 100)] ^= 1
    return bytes(data)


def overlapping(copies: int) -> bytes:
    """Many directory entries on one compressed member: what unpacks grows, what is sent does not."""
    data = zipped(("f0000", b"0" * 1_000_000))
    start = data.index(b"PK\x01\x02")
    directory, end = data[start : data.index(b"PK\x05\x06")], bytearray(data[data.index(b"PK\x05\x06") :])
    entries = b"".join(directory.replace(b"f0000", f"f{rank:04d}".encode()) for rank in range(copies))
    struct.pack_into("<HHI", end, 8, copies, copies, len(entries))
    return data[:start] + entries + bytes(end)


def lying_directory() -> bytes:
    data = bytearray(zipped(("a", b"")))
    struct.pack_into("<HH", data, data.index(b"PK\x05\x06") + 8, 60_000, 60_000)
    return bytes(data)


REFUSED = {
    "empty": ("001", b""),
    "text": ("001", b"Bonjour"),
    "cut": ("001", zipped(("a", b"b"))[:-5]),
    "checksum": ("001", wrong_checksum()),
    "lzma": ("001", zipped(("a.xml", b"x" * 100), compression=zipfile.ZIP_LZMA)),
    "bomb": ("002", zipped(("a.xml", b"0" * 20_000_000))),
    "parent": ("003", zipped(("../../etc/cron.d/x", b"x"))),
    "inside": ("003", zipped(("IHE_XDM/../../x", b"x"))),
    "absolute": ("003", zipped(("/etc/passwd", b"x"))),
    "drive": ("003", zipped(("C:\\x", b"x"))),
    "backslash": ("003", zipped(("..\\x", b"x"))),
    "zero": ("003", zipped(("a.xmlZ.exe", b"x")).replace(b"a.xmlZ.exe", b"a.xml\0.exe")),
    "link": ("003", symlink()),
    "twice": ("004", duplicated()),
    "case": ("004", zipped(("A.XML", b""), ("a.xml", b""))),
    "encrypted": ("005", encrypted()),
    "members": ("006", zipped(*((f"f{rank}", b"") for rank in range(1001)))),
    "directory": ("006", lying_directory()),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_hostile_or_broken_zip_is_refused_by_its_rule(name: str) -> None:
    number, data = REFUSED[name]
    started = time.process_time()
    with pytest.raises(XdmRefused) as refused:
        read(data)
    assert refused.value.rule_id == f"XDM-ZIP-{number}"
    rule, where = hit(refused.value)
    assert rule.always is (rule.id in HOSTILE)
    assert where.location == "IHE_XDM.zip"
    assert time.process_time() - started < 1


def test_members_that_share_their_octets_do_not_multiply() -> None:
    with pytest.raises(XdmRefused) as refused:
        read(overlapping(900))
    assert refused.value.rule_id in ("XDM-ZIP-001", "XDM-ZIP-002")


def test_text_that_repeats_itself_is_no_bomb() -> None:
    assert read(zipped(("a.xml", b" " * 900_000))).members["a.xml"] == b" " * 900_000


def test_the_bounds_may_be_tightened(lot: Lot) -> None:
    with pytest.raises(XdmRefused, match="XDM-ZIP-002"):
        read(lot.packed(), Limits(max_bytes=100))


@given(st.binary(max_size=200), st.integers(0, 3000))
def test_damaged_archives_are_read_or_refused(noise: bytes, place: int) -> None:
    whole = zipped((f"{BASE}/METADATA.XML", b"<a/>" * 10), ("INDEX.HTM", b"x" * 500))
    damaged = whole[: place % len(whole)] + noise + whole[place % len(whole) + len(noise) :]
    with suppress(XdmRefused):
        assert read(damaged).members is not None


def test_an_entry_without_uri_has_no_content(lot: Lot) -> None:
    folder = read(lot.packed(uri=None)).folders[0]
    assert folder.content(replace(lot.entry, uri=None)) is None


def test_the_files_of_an_archive_are_looked_up_once() -> None:
    names = {f"DOC{rank:04d}.XML": b"" for rank in range(1_000)}
    folder = Folder("IHE_XDM/SUBSET01", None, names)
    entries = [DocumentEntry(id=f"D{rank}", uri=f"doc{rank:04d}.xml") for rank in range(2_000)]
    assert sum(folder.content(entry) is not None for entry in entries) == 1_000
