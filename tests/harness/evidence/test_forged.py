"""Forged bundles, by name: each is refused, and the refusal says what was forged.

Those of the first half were altered by somebody without the tester's key; those of the second by the tester.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import struct
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from banc_harness.evidence import names
from banc_harness.evidence.signature import sign
from banc_harness.evidence.verify import StepName, verify
from banc_standards.contracts.canonical import entry_hash

from .forge import Forge
from .honest import Honest
from .parties import stranger

Change = Callable[[Forge], None]
ByTheTester = list[tuple[str, str, StepName, Change]]

KINDS = ("sut", "events", "journal", "blob", "checks", "requirements", "rules", "verdicts", "review", "attachment")


def refusal(path: Path, honest: Honest) -> tuple[str | None, str | None, int]:
    """The code of the refusal, the step that refused, and the exit code."""
    found = verify(path, trusted=honest.trust)
    return None if found.refusal is None else found.refusal.code, found.at, found.exit_code


# altered after it was signed


@pytest.mark.parametrize("kind", [*KINDS, "report"])
def test_byte_flipped(forge: Forge, forged: Path, honest: Honest, kind: str) -> None:
    forge.flip(forge.one(kind))

    assert refusal(forge.write(forged), honest) == ("BUNDLE-043", "files", 1)


def test_byte_flipped_in_the_manifest(forge: Forge, forged: Path, honest: Honest) -> None:
    forge.flip(names.MANIFEST)

    assert refusal(forge.write(forged), honest) == ("BUNDLE-023", "signature", 1)


@pytest.mark.parametrize("part", [0, 2])
def test_byte_flipped_in_the_signature(forge: Forge, forged: Path, honest: Honest, part: int) -> None:
    parts = forge.files[names.SIGNATURE].split(b".")
    middle = len(parts[part]) // 2
    other = b"A" if parts[part][middle : middle + 1] != b"A" else b"B"
    parts[part] = parts[part][:middle] + other + parts[part][middle + 1 :]
    forge.files[names.SIGNATURE] = b".".join(parts)

    code, step, exit_code = refusal(forge.write(forged), honest)

    assert code in ("BUNDLE-022", "BUNDLE-023", "BUNDLE-024", "BUNDLE-030")
    assert (step in ("signature", "signer"), exit_code) == (True, 1)


@pytest.mark.parametrize("kind", [*KINDS, "report"])
def test_entry_removed(forge: Forge, forged: Path, honest: Honest, kind: str) -> None:
    del forge.files[forge.one(kind)]

    assert refusal(forge.write(forged), honest) == ("BUNDLE-040", "files", 1)


@pytest.mark.parametrize(
    ("name", "code"), [(names.MANIFEST, "BUNDLE-020"), (names.SIGNATURE, "BUNDLE-022")], ids=["manifest", "signature"]
)
def test_manifest_or_signature_removed(forge: Forge, forged: Path, honest: Honest, name: str, code: str) -> None:
    del forge.files[name]

    assert refusal(forge.write(forged), honest) == (code, "signature", 1)


def test_entry_added(forge: Forge, forged: Path, honest: Honest) -> None:
    forge.files["report.pdf"] = b"%PDF-1.7"

    assert refusal(forge.write(forged), honest) == ("BUNDLE-041", "files", 1)


def test_file_made_longer(forge: Forge, forged: Path, honest: Honest) -> None:
    forge.files[names.EVENTS] += b"\n"

    assert refusal(forge.write(forged), honest) == ("BUNDLE-042", "files", 1)


def test_manifest_stretched_to_cover_an_added_file(forge: Forge, forged: Path, honest: Honest) -> None:
    signature = forge.files[names.SIGNATURE]
    forge.files["report.pdf"] = b"%PDF-1.7"
    forge.reseal()
    forge.files[names.SIGNATURE] = signature

    assert refusal(forge.write(forged), honest) == ("BUNDLE-023", "signature", 1)


def test_signed_again_by_a_stranger(forge: Forge, forged: Path, honest: Honest) -> None:
    forge.sign(stranger())

    assert refusal(forge.write(forged), honest) == ("BUNDLE-030", "signer", 1)


def test_verdict_edited_and_signed_again_by_a_stranger(forge: Forge, forged: Path, honest: Honest) -> None:
    everything_conforms(forge)
    forge.reseal(stranger())

    assert refusal(forge.write(forged), honest) == ("BUNDLE-030", "signer", 1)
    without_trust = verify(forged)
    assert without_trust.refusal is not None
    assert (without_trust.refusal.code, without_trust.exit_code) == ("BUNDLE-092", 1)


def test_strangers_signature_under_the_testers_certificate(forge: Forge, forged: Path, honest: Honest) -> None:
    header = forge.files[names.SIGNATURE].split(b".")[0]
    forge.sign(stranger())
    forge.files[names.SIGNATURE] = header + b".." + forge.files[names.SIGNATURE].split(b".")[2]

    assert refusal(forge.write(forged), honest) == ("BUNDLE-023", "signature", 1)


@pytest.mark.parametrize("header", [{"alg": "none"}, {"alg": "HS256"}, {"jwk": {}}, {"crit": ["b64"], "b64": False}])
def test_header_that_brings_its_own_way_of_verifying(
    forge: Forge, forged: Path, honest: Honest, header: dict[str, Any]
) -> None:
    start, _, end = forge.files[names.SIGNATURE].decode().split(".")
    said = json.loads(base64.urlsafe_b64decode(start + "==")) | header
    start = base64.urlsafe_b64encode(json.dumps(said).encode()).rstrip(b"=").decode()
    forge.files[names.SIGNATURE] = f"{start}..{end}".encode()

    assert refusal(forge.write(forged), honest) == ("BUNDLE-024", "signature", 1)


def test_certificate_that_had_expired_when_it_signed(forge: Forge, forged: Path, honest: Honest) -> None:
    forge.sign(honest.authority.signer("Testeuse Fictive", days=(-400, -30)))

    assert refusal(forge.write(forged), honest) == ("BUNDLE-031", "signer", 1)


def test_certificate_that_may_not_sign(forge: Forge, forged: Path, honest: Honest) -> None:
    forge.sign(honest.authority.signer("Serveur Fictif", may_sign=False))

    assert refusal(forge.write(forged), honest) == ("BUNDLE-032", "signer", 1)


def test_time_stamp_of_another_manifest(forge: Forge, forged: Path, honest: Honest) -> None:
    forge.files[names.TIMESTAMP] = b"\x30\x82\x01\x00\x04\x20" + bytes(32)

    assert refusal(forge.write(forged), honest) == ("BUNDLE-025", "signature", 1)


# the archive itself


def test_two_entries_of_one_name(forge: Forge, forged: Path, honest: Honest) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        forge.write(forged, [*sorted(forge.files), names.VERDICTS])

    assert refusal(forged, honest) == ("BUNDLE-012", "zip", 1)


def test_entries_reordered(forge: Forge, forged: Path, honest: Honest) -> None:
    forge.write(forged, sorted(forge.files, reverse=True))

    assert refusal(forged, honest) == ("BUNDLE-013", "zip", 1)


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "/etc/passwd", "blobs/../sut.yaml", "C:\\sut.yaml", "sut.yaml/", "notes.txt", "é.json"]
)
def test_name_that_leads_elsewhere(forge: Forge, forged: Path, honest: Honest, name: str) -> None:
    forge.files[name] = b"x"

    assert refusal(forge.write(forged), honest) == ("BUNDLE-014", "zip", 1)


def test_bomb(forge: Forge, forged: Path, honest: Honest) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(forge.files):
            data = bytes(64 * 2**20) if name == names.JOURNAL else forge.files[name]
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)
    forged.write_bytes(packed.getvalue())

    assert refusal(forged, honest) == ("BUNDLE-016", "zip", 1)


@pytest.mark.parametrize("where", ["before", "after", "in the comment"])
def test_bytes_slipped_around(forge: Forge, forged: Path, honest: Honest, where: str) -> None:
    data = forge.write(forged).read_bytes()
    if where == "in the comment":
        data = data[:-2] + struct.pack("<H", 4) + b"more"
    else:
        data = b"more" + data if where == "before" else data + b"more"
    forged.write_bytes(data)

    assert refusal(forged, honest) == ("BUNDLE-011", "zip", 1)


def test_bytes_slipped_between_two_entries(forge: Forge, forged: Path, honest: Honest) -> None:
    forge.write(forged)
    with zipfile.ZipFile(forged) as archive:
        second = archive.infolist()[1]
    hole = b"hole"
    data = bytearray(forged.read_bytes())
    data[second.header_offset : second.header_offset] = hole
    with_hole = _moved(bytes(data), after=second.header_offset, by=len(hole))
    forged.write_bytes(with_hole)

    assert refusal(forged, honest) == ("BUNDLE-011", "zip", 1)


@pytest.mark.parametrize(("place", "what"), [(14, "crc"), (22, "size"), (30, "name"), (8, "method")])
def test_header_that_contradicts_the_directory(
    forge: Forge, forged: Path, honest: Honest, place: int, what: str
) -> None:
    data = bytearray(forge.write(forged).read_bytes())
    data[place] ^= 1
    forged.write_bytes(data)

    assert refusal(forged, honest) == ("BUNDLE-015", "zip", 1), what


@pytest.mark.parametrize(
    ("place", "value"), [(8, 0x01), (38, 0x00), (10, 12)], ids=["encrypted", "symbolic link", "bzip2"]
)
def test_entry_of_a_kind_that_the_format_does_not_allow(
    forge: Forge, forged: Path, honest: Honest, place: int, value: int
) -> None:
    data = bytearray(forge.write(forged).read_bytes())
    directory = data.index(b"PK\x01\x02")
    data[directory + place] = value
    if place == 38:
        data[directory + 38 : directory + 42] = struct.pack("<L", 0o120777 << 16)
    forged.write_bytes(data)

    assert refusal(forged, honest) == ("BUNDLE-017", "zip", 1)


def test_compressed_bytes_damaged(forge: Forge, forged: Path, honest: Honest) -> None:
    forge.write(forged)
    with zipfile.ZipFile(forged) as archive:
        info = archive.getinfo(names.JOURNAL)
    data = bytearray(forged.read_bytes())
    data[info.header_offset + 30 + len(names.JOURNAL) + info.compress_size // 2] ^= 0xFF
    forged.write_bytes(data)

    assert refusal(forged, honest) == ("BUNDLE-018", "files", 1)


@pytest.mark.parametrize("kept", [0, 10, 0.5, 0.999])
def test_archive_cut_short(forge: Forge, forged: Path, honest: Honest, kept: float) -> None:
    data = forge.write(forged).read_bytes()
    forged.write_bytes(data[: int(kept if kept >= 1 else kept * len(data))])

    assert refusal(forged, honest) == ("BUNDLE-010", "zip", 1)


def test_file_that_is_not_there_cannot_be_judged(tmp_path: Path, honest: Honest) -> None:
    assert refusal(tmp_path / "none.banc.zip", honest) == ("BUNDLE-001", "zip", 2)


# by the tester, who signs again


def everything_conforms(forge: Forge) -> None:
    with forge.json(names.VERDICTS) as verdicts:
        for item in verdicts["requirements"]:
            item["verdict"] = "CONFORME"


def _entry(change: Callable[[list[dict[str, Any]]], None], *, rehash: bool = False) -> Change:
    def apply(forge: Forge) -> None:
        entries = forge.entries
        change(entries)
        if rehash:
            for entry in entries:
                entry["hash"] = entry_hash(entry)
        forge.entries = entries

    return apply


def _json(name: str, change: Callable[[Any], None]) -> Change:
    def apply(forge: Forge) -> None:
        with forge.json(name) as described:
            change(described)

    return apply


def _event(change: dict[str, Any], **wanted: Any) -> Change:
    return lambda forge: forge.event(lambda event: event.update(change), **wanted)


def _drop_event(kind: str, *, renumber: bool) -> Change:
    def apply(forge: Forge) -> None:
        told = forge.events
        told.remove(next(event for event in told if event["type"] == kind))
        forge.events = told
        if renumber:
            forge.renumber()

    return apply


def _drop_last_entry(forge: Forge) -> None:
    forge.entries = forge.entries[:-1]


def _drop_entry_and_rechain(forge: Forge) -> None:
    entries = forge.entries
    del entries[3]
    forge.entries = entries
    heads = json.loads(forge.files[names.MANIFEST])["heads"]
    forge.rechain()
    with forge.json(names.MANIFEST) as manifest:
        manifest["heads"] = heads


def _swap_blobs(forge: Forge) -> None:
    first, second = [name for name in forge.files if names.is_blob(name)][:2]
    forge.files[first], forge.files[second] = forge.files[second], forge.files[first]


def _tombstone(described: dict[str, str]) -> Change:
    def apply(forge: Forge) -> None:
        name = forge.one("blob")
        filled = {key: names.digest(name) if value == "ITSELF" else value for key, value in described.items()}
        forge.files[name] = json.dumps(filled, separators=(",", ":")).encode()

    return apply


def _unknown_blob(forge: Forge) -> None:
    forge.files["blobs/00/" + "00" * 32] = b"nobody names me"


def _swap_content_everywhere(forge: Forge) -> None:
    """Another document is said to have been sent: content, journal, chain and events all agree on it."""
    entries = forge.entries
    sent = next(entry for entry in entries if entry["operation"] == "dmp.TD2.1")
    old = sent["request"]["blob"]
    data = b"--nothing that a DMP could read--"
    new = f"sha256:{hashlib.sha256(data).hexdigest()}"
    sent["request"].update(blob=new, size=len(data))
    del forge.files[names.blob(old)]
    forge.files[names.blob(new)] = data
    forge.entries = entries
    forge.rechain()


def _told_otherwise(forge: Forge) -> None:
    """The driver is said to have declined what it did."""
    forge.event(lambda event: event.update(status="unsupported"), type="action.answered", action="document.send")


def _review_by_nobody(forge: Forge) -> None:
    name = names.review_signature("SC.PSC.01")
    forge.files[name] = sign(b"something else", stranger())


def _review_of_another_run(forge: Forge) -> None:
    name = names.review("SC.PSC.01")
    review = json.loads(forge.files[name]) | {"seen": []}
    data = json.dumps(review, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    forge.files[name] = data
    forge.files[names.review_signature("SC.PSC.01")] = sign(data, forge.tester)
    digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
    forge.event(lambda event: event.update(review=digest), type="review.signed")


def _rules(manifest_key: str, event_key: str) -> Change:
    def apply(forge: Forge) -> None:
        other = {"hash": f"sha256:{'0' * 64}", "version": "0.0.9"}
        with forge.json(names.MANIFEST) as manifest:
            manifest[manifest_key].update(other)
        forge.event(lambda event: event[event_key].update(other), type="run.started")

    return apply


def _rename_review(forge: Forge) -> None:
    for name in (names.review("SC.PSC.01"), names.review_signature("SC.PSC.01")):
        del forge.files[name]


FORGED: ByTheTester = [
    ("entry of the journal edited", "051", "chain", _entry(lambda all: all[2].update(outcome="refused"))),
    (
        "entry edited, its own hash redone",
        "052",
        "chain",
        _entry(lambda all: all[2].update(outcome="failed"), rehash=True),
    ),
    ("entry dropped", "053", "chain", _entry(lambda all: all.pop(3))),
    ("entries reordered", "053", "chain", _entry(lambda all: all.insert(1, all.pop(3)))),
    ("entry repeated", "053", "chain", _entry(lambda all: all.insert(3, all[2]))),
    ("chain restarted", "053", "chain", _entry(lambda all: all.extend(all[:2]))),
    ("another epoch", "055", "chain", _entry(lambda all: all[-1].update(epoch=1))),
    ("another session", "055", "chain", _entry(lambda all: all[0].update(session="voisine"))),
    ("last entry dropped", "054", "chain", _drop_last_entry),
    ("entry dropped and the chain redone under the old head", "054", "chain", _drop_entry_and_rechain),
    ("two heads", "054", "chain", _json(names.MANIFEST, lambda all: all["heads"].append(all["heads"][0]))),
    (
        "entry not written the canonical way",
        "050",
        "chain",
        lambda forge: forge.files.update({names.JOURNAL: forge.files[names.JOURNAL].replace(b'","', b'", "', 1)}),
    ),
    ("floating number in the journal", "050", "chain", _entry(lambda all: all[0].update(duration_us=1.5))),
    ("blob swapped", "061", "blobs", _swap_blobs),
    ("blob removed", "060", "blobs", lambda forge: forge.files.pop(forge.one("blob"))),
    ("blob that nobody names", "063", "blobs", _unknown_blob),
    ("content taken out without a reason", "062", "blobs", _tombstone({"redacted": "ITSELF", "reason": " "})),
    (
        "tombstone of another content",
        "062",
        "blobs",
        _tombstone({"redacted": f"sha256:{'0' * 64}", "reason": "donnée réelle"}),
    ),
    ("event dropped", "071", "events", _drop_event("exchange", renumber=False)),
    ("exchange no longer told", "074", "events", _drop_event("exchange", renumber=True)),
    ("end of the run dropped", "072", "events", _drop_event("run.ended", renumber=True)),
    ("start of the run dropped", "072", "events", _drop_event("run.started", renumber=True)),
    ("event of another run", "072", "events", _event({"run": "r-autre"}, type="step.started")),
    ("exchange told otherwise", "073", "events", _event({"outcome": "failed"}, type="exchange")),
    ("event that cannot be read", "070", "events", _event({"type": "exchange.seen"}, type="exchange")),
    ("kind changed in the manifest", "075", "events", _json(names.MANIFEST, lambda all: all.update(kind="recette"))),
    ("seed changed in the manifest", "075", "events", _json(names.MANIFEST, lambda all: all.update(seed=1))),
    (
        "software renamed in sut.yaml",
        "075",
        "events",
        lambda forge: forge.files.update({names.SUT: forge.files[names.SUT].replace(b"version: ", b"version: 9", 1)}),
    ),
    ("evidence file removed", "076", "events", lambda forge: forge.files.pop(forge.one("attachment"))),
    (
        "evidence file that nobody names",
        "077",
        "events",
        lambda forge: forge.files.update({names.attachment("sha256:" + "00" * 32): b"x"}),
    ),
    ("evidence file changed", "077", "events", lambda forge: forge.flip(forge.one("attachment"))),
    ("review removed", "078", "events", _rename_review),
    ("review edited", "078", "events", lambda forge: forge.flip(names.review("SC.PSC.01"))),
    ("rule set unknown", "080", "rules", _rules("rule_set", "rules")),
    ("requirement set unknown", "081", "rules", _rules("requirement_set", "requirements")),
    ("rule softened", "082", "rules", _json(names.RULES, lambda all: all["rules"][0].update(severity="info"))),
    (
        "requirement softened",
        "083",
        "rules",
        _json(names.requirements("hopital"), lambda all: all["requirements"][0].update(level="optional")),
    ),
    (
        "verdict of a check edited",
        "090",
        "checks",
        _json(names.CHECKS, lambda all: all["checks"][0].update(verdict="NON_CONFORME")),
    ),
    ("check removed", "090", "checks", _json(names.CHECKS, lambda all: all["checks"].pop(0))),
    ("verdict of a check edited in its event", "091", "checks", _event({"verdict": "NON_TESTE"}, type="check.ended")),
    ("answer of the software told otherwise", "090", "checks", _told_otherwise),
    ("document swapped in content, journal and events", "090", "checks", _swap_content_everywhere),
    ("requirements all conform", "092", "verdicts", everything_conforms),
    ("gate opened", "093", "verdicts", _json(names.VERDICTS, lambda all: all["gate"].update(passed=True))),
    ("score raised", "094", "verdicts", _json(names.VERDICTS, lambda all: all["score"].update(judged=999))),
    (
        "requirement decided otherwise in its event",
        "095",
        "verdicts",
        _event({"verdict": "CONFORME"}, type="requirement.decided", verdict="NON_TESTE"),
    ),
    ("end of the run told otherwise", "095", "verdicts", _event({"exit_code": 0}, type="run.ended")),
    ("review without signature", "096", "verdicts", lambda forge: forge.files.pop(names.review_signature("SC.PSC.01"))),
    ("review signed by nobody", "023", "verdicts", _review_by_nobody),
    ("review of other exchanges", "097", "verdicts", _review_of_another_run),
]


@pytest.mark.parametrize(("code", "step", "change"), [item[1:] for item in FORGED], ids=[item[0] for item in FORGED])
def test_forged_by_the_tester(forge: Forge, forged: Path, honest: Honest, code: str, step: str, change: Change) -> None:
    change(forge)
    forge.reseal()

    expected_exit = 2 if code in ("080", "081") else 1
    assert refusal(forge.write(forged), honest) == (f"BUNDLE-{code}", step, expected_exit)


def test_needed_file_left_out_of_a_manifest_that_is_signed_again(forge: Forge, forged: Path, honest: Honest) -> None:
    del forge.files[names.CHECKS]
    forge.reseal()

    assert refusal(forge.write(forged), honest) == ("BUNDLE-040", "files", 1)


@pytest.mark.parametrize("change", [{"role": "report"}, {"name": "checks.json"}], ids=["role", "name twice"])
def test_manifest_that_misnames_a_file(forge: Forge, forged: Path, honest: Honest, change: dict[str, str]) -> None:
    with forge.json(names.MANIFEST) as manifest:
        next(file for file in manifest["files"] if file["name"] == names.EVENTS).update(change)
    forge.sign()

    assert refusal(forge.write(forged), honest) == ("BUNDLE-044", "files", 1)


@pytest.mark.parametrize("manifest", [b"{", b"[]", b"\xff\xfe", b'{"version": 1}'])
def test_signed_manifest_that_is_none(forge: Forge, forged: Path, honest: Honest, manifest: bytes) -> None:
    forge.files[names.MANIFEST] = manifest
    forge.sign()

    assert refusal(forge.write(forged), honest) == ("BUNDLE-020", "signature", 1)


def test_bundle_of_a_later_version_is_not_judged(forge: Forge, forged: Path, honest: Honest) -> None:
    with forge.json(names.MANIFEST) as manifest:
        manifest["version"] = 2
    forge.sign()

    assert refusal(forge.write(forged), honest) == ("BUNDLE-021", "signature", 2)


def _moved(data: bytes, *, after: int, by: int) -> bytes:
    """The archive whose directory says that what lay at ``after`` or later lies ``by`` bytes further."""
    moved = bytearray(data)
    end = moved.rindex(b"PK\x05\x06")
    start = struct.unpack_from("<L", moved, end + 16)[0] + by
    struct.pack_into("<L", moved, end + 16, start)
    place = start
    while moved[place : place + 4] == b"PK\x01\x02":
        name, extra, comment = struct.unpack_from("<3H", moved, place + 28)
        offset = struct.unpack_from("<L", moved, place + 42)[0]
        if offset >= after:
            struct.pack_into("<L", moved, place + 42, offset + by)
        place += 46 + name + extra + comment
    return bytes(moved)
