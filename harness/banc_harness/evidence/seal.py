"""Seals a run: judges it again from what will be in the bundle, then writes the bundle (CONTRACTS §10)."""

from __future__ import annotations

import errno
import hashlib
import os
import platform
import re
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import IO

from banc_harness.certifying import reviews as people
from banc_harness.checks import Checks
from banc_harness.drivers.reply import Evidence
from banc_harness.events import instant
from banc_harness.evidence import archive, contents, names
from banc_harness.evidence.blobs import ReadBlobs, Redacted
from banc_harness.evidence.rerun import Rerun, sealed_checks, told_check, unread
from banc_harness.evidence.signature import Signer, sign
from banc_harness.evidence.spool import Spool, digest_of
from banc_harness.plan import version
from banc_harness.requirements.table import Table
from banc_harness.sealed import Sealed
from banc_standards.contracts import events
from banc_standards.contracts.bundle import (
    BUNDLE_VERSION,
    Manifest,
    Person,
    SealedCheck,
    SealedFile,
    SealedSession,
    Tombstone,
)
from banc_standards.contracts.events import read_event
from banc_standards.contracts.review import Review
from banc_standards.errors import EnvironmentFailed, Sentence, reason

REPORTS = ("junit.xml", "report.html", "report.json", "report.pdf")
"""Reports that go into the bundle when the run wrote them: they are derived, nothing trusts them."""


@dataclass(frozen=True, slots=True)
class Played:
    """What a run leaves for its bundle.

    ``events`` is the file of its events, ``position`` where the session's journal stood before it, ``reports`` the
    folder of its reports. ``redacted`` names contents that must stay out (``sha256:…``), each with the reason.
    """

    spool: Spool
    events: Path
    position: int
    checks: Checks
    table: Table
    files: Mapping[str, Evidence] = field(default_factory=dict)
    reviews: Mapping[str, Review] = field(default_factory=dict)
    reports: Path | None = None
    redacted: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _File:
    """One file to come: its bytes, or where they lie."""

    sealed: SealedFile
    data: bytes | Path


def seal(
    path: Path,
    played: Played,
    signer: Signer,
    *,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    stamp: Callable[[bytes], bytes] | None = None,
) -> Manifest:
    """Writes the bundle of a run to ``path``, whole or not at all, and returns its manifest.

    ``stamp`` gets an RFC 3161 token for the bytes of the manifest. Raises ``EnvironmentFailed`` when the file cannot be
    written, or when the run judged again does not say what it said when it was played.
    """
    rerun = _judge_again(played)
    started = rerun.started
    files = {file.sealed.name: file for file in _files(played, rerun, signer)}
    manifest = Manifest(
        version=BUNDLE_VERSION,
        run=started.run,
        kind=started.kind,
        lang=started.lang,
        sealed=instant(now()),
        people=[
            Person(name=signer.name, role="signer"),
            *(Person(name=name, role="reviewer") for name in _reviewers(played)),
        ],
        bench=dependencies() | started.bench,
        requirement_set=started.requirements,
        rule_set=started.rules,
        seed=started.seed,
        session=SealedSession(
            id=started.session, epoch=played.spool.epoch, mode=started.mode, position=played.position
        ),
        heads=played.spool.heads(),
        files=[files[name].sealed for name in sorted(files)],
    )
    described = contents.written(manifest)
    signed: dict[str, bytes] = {names.MANIFEST: described, names.SIGNATURE: sign(described, signer)}
    if stamp is not None:
        signed[names.TIMESTAMP] = stamp(described)
    with _written(path) as file, zipfile.ZipFile(file, "w") as zipped:
        writer = archive.Writer(zipped)
        for name in sorted([*files, *signed]):
            if name in signed:
                writer.add(name, signed[name])
            else:
                _write(writer, files[name])
    return manifest


def _reviewers(played: Played) -> list[str]:
    return sorted({item.reviewer for item in played.reviews.values()})


def dependencies() -> dict[str, str]:
    """The versions of what the product rests on."""
    wanted = (re.split(r"[^A-Za-z0-9._-]", item, maxsplit=1)[0] for item in _requires() if "extra ==" not in item)
    found = {"banc-segur": version(), "python": platform.python_version()}
    for name in wanted:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def _requires() -> list[str]:
    try:
        return metadata.requires("banc-segur") or []
    except metadata.PackageNotFoundError:
        return []


def _judge_again(played: Played) -> Rerun:
    """The run judged from its events and its spool. Raises ``EnvironmentFailed`` when it is not what was told."""
    whole = played.spool.sealed

    def read(digest: str) -> bytes:
        if digest in played.redacted:
            raise Redacted(digest)
        return played.spool.read(digest)

    blobs = ReadBlobs(lambda: whole.blobs, read)
    rerun = Rerun(Sealed(whole.entries, blobs), played.checks)
    told: list[SealedCheck] = []
    settled = 0
    with played.events.open("rb") as lines:
        for event in map(read_event, lines):
            match event:
                case events.ScenarioStarted():
                    del told[settled:]
                case events.ScenarioEnded():
                    settled = len(told)
                case events.CheckEnded():
                    told.append(told_check(event))
            try:
                rerun.add(event)
            except KeyError:  # an exchange that was told is not in the journal that was brought
                raise _another_verdict([], told) from None
    said = sealed_checks(rerun.judgements).checks
    excused = [unread(item) for item in rerun.judgements]
    if len(said) != len(told) or any(
        not skip and here != there for skip, here, there in zip(excused, said, told, strict=True)
    ):
        raise _another_verdict(said, told)
    return rerun


def _another_verdict(said: list[SealedCheck], told: list[SealedCheck]) -> EnvironmentFailed:
    differing = next((item for item in [*said, *told] if item not in said or item not in told), None)
    where = "" if differing is None else f"{differing.check}, {differing.scenario}"
    return EnvironmentFailed(
        "SEAL-002",
        Sentence(
            f"l'exécution jugée à nouveau ne donne pas le même résultat ({where}) : rien n'est scellé",
            f"the run judged again does not give the same result ({where}): nothing is sealed",
        ),
        Sentence(
            "si le bac à sable s'est arrêté en cours de route, reprenez par --resume ; sinon c'est un défaut du banc : "
            "signalez-le avec events.ndjson",
            "if the sandbox stopped on the way, go on with --resume; otherwise it is a defect of the bench: report it "
            "with events.ndjson",
        ),
    )


def _files(played: Played, rerun: Rerun, signer: Signer) -> Iterator[_File]:
    started, table, taken = rerun.started, played.table, tuple(played.reviews.values())
    yield _of(names.SUT, contents.sut_yaml(started.sut))
    yield _of(names.CHECKS, contents.written(sealed_checks(rerun.judgements)))
    yield _of(names.VERDICTS, contents.written(rerun.verdicts(table, taken)))
    yield _of(names.RULES, contents.rules(played.checks, started.rules))
    yield _of(names.requirements(table.couloir), contents.requirements(table, started.requirements))
    yield _on_disk(names.EVENTS, played.events)
    yield _on_disk(names.JOURNAL, played.spool.journal)
    for digest in sorted(played.spool.named()):
        yield _blob(digest, played)
    for digest, item in sorted(played.files.items()):
        yield _of(names.attachment(digest), item.data)
    for review in taken:
        content = people.content(review)
        yield _of(names.review(review.requirement), content)
        yield _of(names.review_signature(review.requirement), sign(content, signer))
    for name in REPORTS if played.reports is not None else ():
        assert played.reports is not None
        if (played.reports / name).is_file():
            yield _on_disk(name, played.reports / name)


def _blob(digest: str, played: Played) -> _File:
    if digest in played.redacted:
        stone = Tombstone(redacted=digest, reason=played.redacted[digest])
        return _of(names.blob(digest), stone.model_dump_json().encode())
    path = played.spool.path(digest)
    size = path.stat().st_size
    sealed = SealedFile(name=names.blob(digest), sha256=digest.removeprefix("sha256:"), size=size, role="blob")
    return _File(sealed, path)


def _of(name: str, data: bytes) -> _File:
    role = names.role(name)
    assert role is not None, name
    return _File(SealedFile(name=name, sha256=hashlib.sha256(data).hexdigest(), size=len(data), role=role), data)


def _on_disk(name: str, path: Path) -> _File:
    role = names.role(name)
    assert role is not None, name
    return _File(SealedFile(name=name, sha256=digest_of(path), size=path.stat().st_size, role=role), path)


def _write(writer: archive.Writer, file: _File) -> None:
    """Writes one file, and sees that it is still the one that the manifest names."""
    if isinstance(file.data, bytes):
        writer.add(file.sealed.name, file.data)
    elif writer.copy(file.sealed.name, file.data) != file.sealed.sha256:
        raise _cannot(Path(file.data), Sentence("modifié pendant le scellement", "changed while it was sealed"))


@contextmanager
def _written(path: Path) -> Iterator[IO[bytes]]:
    """A file that takes its name once it is whole and on the disk."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    except OSError as error:
        raise _cannot(path, reason(error)) from None
    try:
        with os.fdopen(handle, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
        Path(temporary).replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        raise _cannot(path, reason(error)) from None
    finally:
        Path(temporary).unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _cannot(path: Path, why: Sentence) -> EnvironmentFailed:
    return EnvironmentFailed(
        "SEAL-001",
        Sentence(
            f"impossible d'écrire le dossier de preuves {path} : {why.fr}", f"cannot write the bundle {path}: {why.en}"
        ),
        Sentence("donnez un autre --bundle, ou faites de la place", "give another --bundle, or make room"),
    )


def check_writable(path: Path) -> None:
    """Raises ``EnvironmentFailed`` unless a bundle can be written there: better known before a long run than after."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path.parent):
            pass
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    except OSError as error:
        raise _cannot(path, reason(error)) from None
