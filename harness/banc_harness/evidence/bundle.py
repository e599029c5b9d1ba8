"""Reading a bundle: the API for verification, reports and consoles.

Opening judges nothing but that there is a readable manifest; ``banc verify`` judges (:mod:`…evidence.verify`).
"""

from __future__ import annotations

import hashlib
import json
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import IO, Self

import yaml
from pydantic import ValidationError

from banc_harness.evidence import names
from banc_harness.evidence.blobs import ReadBlobs, Redacted
from banc_harness.evidence.journal import JournalLines
from banc_harness.evidence.refusal import ASK_AGAIN, NotJudged, refused
from banc_harness.sealed import Sealed
from banc_standards.contracts.bundle import BUNDLE_VERSION, Manifest, Tombstone
from banc_standards.contracts.events import AnyEvent, read_event
from banc_standards.contracts.review import Review
from banc_standards.contracts.sut import Sut
from banc_standards.errors import Sentence, reason

MAX_MANIFEST = 256 * 2**20
MAX_LINE = 64 * 2**20
_TOMBSTONE_AT_MOST = 4096


class Bundle:
    """A ``*.banc.zip`` opened for reading; a context manager. One thread at a time.

    ``manifest`` is what the bundle says of itself, not yet verified.
    """

    def __init__(self, path: Path, archive: zipfile.ZipFile) -> None:
        self.path = path
        self._archive = archive
        self._journal: JournalLines | None = None

    @classmethod
    def open(cls, path: Path) -> Bundle:
        """Opens a bundle. Raises ``UnusableInput`` when the file cannot be read, ``Refused`` when it is no bundle."""
        try:
            archive = zipfile.ZipFile(path)
        except OSError as error:
            raise NotJudged(
                "BUNDLE-001",
                Sentence(f"impossible de lire {path} : {reason(error).fr}", f"cannot read {path}: {reason(error).en}"),
                Sentence("donnez un fichier *.banc.zip", "give a *.banc.zip file"),
            ) from None
        except (zipfile.BadZipFile, ValueError, NotImplementedError, UnicodeDecodeError):
            raise refused(
                "010",
                f"{path.name} n'est pas une archive ZIP entière",
                f"{path.name} is not a whole ZIP archive",
                ASK_AGAIN,
            ) from None
        return cls(path, archive)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Lets the files go; the bundle is of no use afterwards."""
        if self._journal is not None:
            self._journal.close()
        self._archive.close()

    @property
    def archive(self) -> zipfile.ZipFile:
        """The archive as it lies."""
        return self._archive

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The name of every file, in the order of the archive."""
        return tuple(self._archive.namelist())

    @cached_property
    def manifest(self) -> Manifest:
        """``manifest.json``. Raises ``Refused`` when it cannot be read, ``NotJudged`` when it is of a later version."""
        try:
            described = json.loads(self.read(names.MANIFEST))
            manifest = Manifest.model_validate(described)
        except (KeyError, ValueError, ValidationError, RecursionError):
            described = None
        if described is None or not isinstance(described, dict):
            raise refused("020", "manifest.json manque ou ne se lit pas", "manifest.json is missing or unreadable")
        if manifest.version > BUNDLE_VERSION:
            raise NotJudged(
                "BUNDLE-021",
                Sentence(
                    f"dossier de preuves de version {manifest.version}, plus récente que ce banc",
                    f"evidence bundle of version {manifest.version}, more recent than this bench",
                ),
                Sentence("mettez banc-segur à jour", "upgrade banc-segur"),
            )
        return manifest

    def read(self, name: str) -> bytes:
        """The content of a file. Raises ``KeyError`` when there is none of that name, ``Refused`` when it is too large
        for what it is or cannot be unpacked.
        """
        with self.stream(name) as file:
            data = file.read(MAX_MANIFEST + 1)
        if len(data) > MAX_MANIFEST:
            raise refused("016", f"{name} est démesuré", f"{name} is oversized")
        return data

    @contextmanager
    def stream(self, name: str) -> Iterator[IO[bytes]]:
        """A file read piece by piece. Raises as :meth:`read`."""
        try:
            with self._archive.open(name) as file:
                yield file
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError) as error:
            raise refused(
                "018",
                f"{name} ne se décompresse pas ({error})",
                f"{name} cannot be unpacked ({error})",
                ASK_AGAIN,
            ) from None

    def lines(self, name: str) -> Iterator[bytes]:
        """The lines of a file, their ends included. Raises as :meth:`read`."""
        with self.stream(name) as file:
            while piece := file.readline(MAX_LINE + 1):
                if len(piece) > MAX_LINE:
                    raise refused("016", f"{name} : ligne démesurée", f"{name}: oversized line")
                yield piece

    @cached_property
    def sut(self) -> Sut:
        """The software under test. Raises ``Refused`` when ``sut.yaml`` cannot be read."""
        try:
            return Sut.model_validate(yaml.safe_load(self.read(names.SUT)))
        except (yaml.YAMLError, ValidationError, ValueError, RecursionError):
            raise refused("075", "sut.yaml ne se lit pas", "sut.yaml is unreadable") from None

    def events(self) -> Iterator[AnyEvent]:
        """The events of the run, in order. Raises ``Refused`` at a line that is no event."""
        for number, line in enumerate(self.lines(names.EVENTS), start=1):
            try:
                yield read_event(line)
            except ValidationError:
                raise refused(
                    "070", f"events.ndjson, ligne {number} : illisible", f"events.ndjson, line {number}: unreadable"
                ) from None

    @property
    def entries(self) -> JournalLines:
        """The journal entries by ``seq``. Raises ``Refused`` when a line is no entry."""
        if self._journal is None:
            try:
                self._journal = JournalLines(self.lines(names.JOURNAL))
            except ValueError as error:
                raise refused(
                    "050", f"journal.ndjson ne se lit pas ({error})", f"journal.ndjson is unreadable ({error})"
                ) from None
        return self._journal

    @cached_property
    def sealed(self) -> Sealed:
        """Journal entries and contents, read when asked for; a content that was taken out reads as its tombstone."""
        return Sealed(self.entries, self.blobs())

    def blobs(self, *, strict: bool = False) -> ReadBlobs:
        """The contents by name. When ``strict``, asking for one that was taken out raises ``Redacted``."""

        def read(digest: str) -> bytes:
            if strict and self.tombstone(digest) is not None:
                raise Redacted(digest)
            return self.read(names.blob(digest))

        return ReadBlobs(lambda: map(names.digest, filter(names.is_blob, self.names)), read)

    @cached_property
    def reviews(self) -> tuple[Review, ...]:
        """The reviews, by requirement; their signatures are not judged here. Raises ``Refused`` when unreadable."""
        found = []
        for name in self.names:
            if names.role(name) == "review" and name.endswith(".json"):
                try:
                    found.append(Review.read(self.read(name)))
                except ValidationError:
                    raise refused("096", f"{name} ne se lit pas", f"{name} is unreadable") from None
        return tuple(found)

    def tombstone(self, digest: str) -> Tombstone | None:
        """What stands in the place of a content that was taken out; ``None`` when the content is there, or missing."""
        name = names.blob(digest)
        try:
            info = self._archive.getinfo(name)
        except KeyError:
            return None
        return None if info.file_size > _TOMBSTONE_AT_MOST else tombstone(self.read(name), digest)


def tombstone(data: bytes, digest: str) -> Tombstone | None:
    """What says that the content called ``digest`` was taken out; ``None`` when the bytes are anything else."""
    if not data.startswith(b'{"redacted"') or f"sha256:{hashlib.sha256(data).hexdigest()}" == digest:
        return None
    try:
        said = Tombstone.read(data)
    except ValidationError:
        return None
    return said if said.redacted == digest else None
