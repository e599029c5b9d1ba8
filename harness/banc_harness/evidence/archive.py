"""The ZIP of a bundle: written the same way for the same content, and read only when it was written that way.

A ZIP says everything twice (local headers, central directory) and tolerates anything around: two readers may then see
two contents. So a bundle is a ZIP without slack: entries one after the other from the first byte, sorted, the directory
right behind them, the end record right behind it, both descriptions of an entry equal.
"""

from __future__ import annotations

import hashlib
import io
import struct
import zipfile
import zlib
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import IO, Any, Final

from banc_harness.evidence import names
from banc_harness.evidence.refusal import ASK_AGAIN, Refused, refused

EPOCH: Final = (1980, 1, 1, 0, 0, 0)
"""The date of every entry: when a bundle was written is in its manifest."""

MAX_FILES: Final = 2_000_000
MAX_TOTAL: Final = 64 * 2**30
"""Most bytes that the files of a bundle may hold together."""

MAX_FILE: Final = 2**32 - 1
"""A file is smaller than this, in bytes: beyond, the headers of a ZIP say sizes in another way."""

MAX_RATIO: Final = 120
RATIO_MATTERS_FROM: Final = 2**20
"""A file of at least this size may not shrink more than ``MAX_RATIO`` times; the writer leaves it unshrunk."""

_PIECE = 2**18
_LOCAL = struct.Struct("<4s5H3L2H")
_END = struct.Struct("<4s4H2LH")
_END64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR64 = struct.Struct("<4sLQL")
_UTF8 = 0x800
_FULL = 0xFFFFFFFF
_PRIVATE_FILE: Final = 0o100600 << 16


class Writer:
    """Writes the files of a bundle, whose names must come sorted."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive

    def add(self, name: str, data: bytes) -> None:
        """Adds a file at once."""
        info = _info(name, len(data), _method(io.BytesIO(data), len(data)))
        self._archive.writestr(info, data)

    def copy(self, name: str, path: Path) -> str:
        """Adds a file piece by piece; returns the SHA-256 of what was read, in hexadecimal."""
        size = path.stat().st_size
        digest = hashlib.sha256()
        with path.open("rb") as source:
            info = _info(name, size, _method(source, size))
            source.seek(0)
            with self._archive.open(info, "w") as target:
                while piece := source.read(_PIECE):
                    digest.update(piece)
                    target.write(piece)
        return digest.hexdigest()


def judge(path: Path, archive: zipfile.ZipFile) -> int:
    """Whether the archive is the ZIP that a bundle must be; returns how many bytes its files hold together.

    Raises ``Refused``. No content is unpacked here.
    """
    infos = archive.infolist()
    if len(infos) > MAX_FILES:
        raise refused("016", f"{len(infos)} fichiers dans l'archive", f"{len(infos)} files in the archive")
    _judge_names([info.orig_filename for info in infos])
    for info in infos:
        _judge_entry(info)
    total = sum(info.file_size for info in infos)
    if total > MAX_TOTAL:
        raise refused("016", f"l'archive annonce {total} octets", f"the archive announces {total} bytes")
    with path.open("rb") as file:
        start = _judge_end(file, len(infos))
        _judge_layout(file, infos, start)
    return total


def _method(source: IO[bytes], size: int) -> int:
    """Compressed, unless the result would be so small that a reader must take it for a bomb."""
    if size < RATIO_MATTERS_FROM:
        return zipfile.ZIP_DEFLATED
    compressor, shrunk = zlib.compressobj(1), 0
    while piece := source.read(_PIECE):
        shrunk += len(compressor.compress(piece))
        if shrunk * MAX_RATIO > 2 * size:
            return zipfile.ZIP_DEFLATED
    return zipfile.ZIP_STORED


def _info(name: str, size: int, method: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, EPOCH)
    info.compress_type = method
    info.create_system = 3
    info.external_attr = _PRIVATE_FILE
    info.file_size = size
    return info


def _judge_names(found: list[str]) -> None:
    for name in found:
        if name not in names.OUTSIDE_MANIFEST and names.role(name) is None:
            shown = ascii(name[:80])
            raise refused(
                "014", f"aucun fichier d'un dossier ne s'appelle {shown}", f"no file of a bundle is called {shown}"
            )
    if len(set(found)) != len(found):
        name = Counter(found).most_common(1)[0][0]
        raise refused("012", f"deux fichiers s'appellent {name}", f"two files are called {name}", ASK_AGAIN)
    for before, name in pairwise(found):
        if name < before:
            raise refused(
                "013", f"{name} vient après {before} : les noms ne sont pas triés", f"{name} after {before}: not sorted"
            )


def _judge_entry(info: zipfile.ZipInfo) -> None:
    name, mode = info.orig_filename, info.external_attr >> 16
    plain = info.flag_bits & ~_UTF8 == 0 and info.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
    if not plain or info.comment or mode & 0o170000 not in (0, 0o100000) or info.volume:
        raise refused(
            "017",
            f"{name} : chiffré, lien, commentaire ou compression que le format n'admet pas",
            f"{name}: encrypted, a link, a comment or a compression that the format does not allow",
        )
    if info.file_size >= MAX_FILE:
        raise refused("016", f"{name} : {info.file_size} octets", f"{name}: {info.file_size} bytes")
    if info.file_size >= RATIO_MATTERS_FROM and info.file_size > MAX_RATIO * info.compress_size:
        raise refused(
            "016",
            f"{name} : {info.compress_size} octets en feraient {info.file_size} (bombe)",
            f"{name}: {info.compress_size} bytes would make {info.file_size} (a bomb)",
        )


def _judge_end(file: IO[bytes], count: int) -> int:
    """The directory ends where the end record begins, and that record ends the file; returns where it starts."""
    size = file.seek(0, 2)
    record = _read(file, size - _END.size, _END)
    start, length, end = record[6], record[5], size - _END.size
    counted = record[4]
    if record[0] != b"PK\x05\x06" or record[7] != 0 or record[1] or record[2] or record[3] != counted:
        raise _slack()
    if _FULL in (start, length) or counted == 0xFFFF:
        locator = _read(file, end - _LOCATOR64.size, _LOCATOR64)
        end = end - _LOCATOR64.size - _END64.size
        record64 = _read(file, end, _END64)
        if locator[0] != b"PK\x06\x07" or locator[2] != end or record64[0] != b"PK\x06\x06":
            raise _slack()
        counted, length, start = record64[7], record64[8], record64[9]
    if start + length != end or counted != count:
        raise _slack()
    return int(start)


def _judge_layout(file: IO[bytes], infos: list[zipfile.ZipInfo], start: int) -> None:
    """Entries lie one after the other, and each is described the same way in both places."""
    place = 0
    for info in infos:
        if info.header_offset != place:
            raise _slack()
        header = _read(file, place, _LOCAL)
        name = file.read(header[9])
        extra = file.read(header[10])
        told = (header[0], *header[2:4], *header[6:9], name, extra)
        expected = (
            b"PK\x03\x04",
            info.flag_bits,
            info.compress_type,
            info.CRC,
            info.compress_size,
            info.file_size,
            info.orig_filename.encode(),
            b"",
        )
        if told != expected or (info.extra and info.header_offset < _FULL):
            raise refused(
                "015",
                f"{info.orig_filename} : l'en-tête et le répertoire de l'archive se contredisent",
                f"{info.orig_filename}: header and directory of the archive disagree",
                ASK_AGAIN,
            )
        place += _LOCAL.size + header[9] + header[10] + info.compress_size
    if place != start:
        raise _slack()


def _read(file: IO[bytes], place: int, shape: struct.Struct) -> tuple[Any, ...]:
    if place < 0:
        raise _slack()
    file.seek(place)
    data = file.read(shape.size)
    if len(data) != shape.size:
        raise _slack()
    return shape.unpack(data)


def _slack() -> Refused:
    return refused(
        "011",
        "des octets sont glissés avant, entre ou après les fichiers de l'archive",
        "bytes were slipped before, between or after the files of the archive",
        ASK_AGAIN,
    )
