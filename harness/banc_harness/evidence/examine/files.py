"""Every file against the manifest: none missing, none added, each of its size and hash (``BUNDLE-040`` to ``044``)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from itertools import pairwise
from typing import Final

from banc_harness.evidence import names
from banc_harness.evidence.bundle import Bundle
from banc_harness.evidence.refusal import ASK_AGAIN, refused
from banc_standards.contracts.bundle import Manifest, SealedFile

_PIECE: Final = 2**18


def judge(bundle: Bundle, manifest: Manifest, progress: Callable[[int], None]) -> None:
    """Reads every file once. ``progress`` hears how many bytes were read. Raises ``Refused``."""
    described = [file.name for file in manifest.files]
    if any(name >= after for name, after in pairwise(described)):
        raise refused("044", "le manifeste nomme un fichier deux fois, ou sans ordre", "the manifest repeats a file")
    for file in manifest.files:
        if names.role(file.name) != file.role:
            raise refused(
                "044",
                f"{file.name} n'est pas un fichier « {file.role} »",
                f"{file.name} is no file of kind {file.role}",
            )
    _compare_names(set(described), set(bundle.names) - names.OUTSIDE_MANIFEST)
    needed = [*names.NEEDED]
    if not any(file.role == "requirements" for file in manifest.files):
        needed.append("requirements/")
    for name in needed:
        if name not in described and name != "requirements/":
            raise _missing(name)
    if "requirements/" in needed:
        raise _missing("requirements/*.json")
    done = 0
    for file in manifest.files:
        _compare(bundle, file)
        done += file.size
        progress(done)


def _compare_names(described: set[str], found: set[str]) -> None:
    if lacking := sorted(described - found):
        raise _missing(lacking[0])
    if extra := sorted(found - described):
        raise refused(
            "041",
            f"{extra[0]} est dans l'archive et pas dans le manifeste",
            f"{extra[0]} is in the archive and not in the manifest",
            ASK_AGAIN,
        )


def _compare(bundle: Bundle, file: SealedFile) -> None:
    announced = bundle.archive.getinfo(file.name).file_size
    digest, size = hashlib.sha256(), 0
    if announced == file.size:
        with bundle.stream(file.name) as content:
            while piece := content.read(_PIECE):
                digest.update(piece)
                size += len(piece)
    if announced != file.size or size != file.size:
        raise refused(
            "042",
            f"{file.name} fait {size or announced} octets, le manifeste en dit {file.size}",
            f"{file.name} is {size or announced} bytes long, the manifest says {file.size}",
            ASK_AGAIN,
        )
    if digest.hexdigest() != file.sha256:
        raise refused(
            "043",
            f"{file.name} n'a pas l'empreinte que dit le manifeste : il a changé après la signature",
            f"{file.name} has not the hash that the manifest says: it changed after the signature",
            ASK_AGAIN,
        )


def _missing(name: str) -> Exception:
    return refused("040", f"{name} manque", f"{name} is missing", ASK_AGAIN)
