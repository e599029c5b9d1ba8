"""What the command line names: files, folders, patterns, standard input; each file found is one target."""

from __future__ import annotations

import glob
import os
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from banc_harness.validate.detect import EXTENSIONS, extension, is_candidate
from banc_standards.errors import Sentence, reason

STDIN: Final = "-"
_MOST_BESIDE: Final = 50_000_000


@dataclass(frozen=True, slots=True)
class Target:
    """A file to judge: its path as it is told, and whether it was named or came out of a folder."""

    path: str
    named: bool = True


@dataclass(frozen=True, slots=True)
class Missing:
    """Something that was named and cannot be judged, and why."""

    path: str
    reason: Sentence


@dataclass(frozen=True, slots=True)
class PassedOver:
    """A file of a folder that is no artefact by its name."""

    path: str


Found = Target | Missing | PassedOver


def found(names: Iterable[str]) -> Iterator[Found]:
    """Every file that the names lead to, in their order, folders sorted by name; hidden files are left out.

    A name with ``*``, ``?`` or ``[`` that is no file is taken as a pattern: some shells leave them as they are.
    """
    for name in names:
        if name == STDIN:
            yield Target(STDIN)
        elif os.path.isdir(name):
            yield from _folder(name)
        elif os.path.lexists(name):
            yield Target(name)
        elif glob.has_magic(name):
            yield from _pattern(name)
        else:
            yield Missing(name, NO_SUCH_FILE)


NO_SUCH_FILE: Final = Sentence("ce fichier n'existe pas", "there is no such file")
NOTHING_MATCHES: Final = Sentence("aucun fichier ne répond à ce motif", "no file matches this pattern")


def cannot_open(error: OSError) -> Sentence:
    """Why a file cannot be opened."""
    if isinstance(error, FileNotFoundError):
        return Sentence(
            "impossible à ouvrir : le lien ne mène à rien, ou le fichier a disparu",
            "cannot be opened: the link leads nowhere, or the file is gone",
        )
    if isinstance(error, PermissionError):
        return Sentence("impossible à ouvrir : accès refusé", "cannot be opened: permission denied")
    why = reason(error)
    return Sentence(f"impossible à ouvrir : {why.fr}", f"cannot be opened: {why.en}")


def _pattern(name: str) -> Iterator[Found]:
    matches = sorted(glob.iglob(name, recursive=True))
    if not matches:
        yield Missing(name, NOTHING_MATCHES)
    for path in matches:
        if os.path.isdir(path):
            if not any(other.startswith(path) and other != path for other in matches):
                yield from _folder(path)
        else:
            yield Target(path)


def read_beside(path: str, name: str) -> bytes | None:
    """The bytes of a file of that plain name in the folder of ``path``, whatever its case; None when there is none.

    A name with a path in it leads nowhere: what an artefact says never opens another folder.
    """
    if not name or name in (".", "..") or any(character in name for character in "/\\:\0"):
        return None
    folder = os.path.dirname(path) or "."
    try:
        same = [entry for entry in os.scandir(folder) if entry.name.lower() == name.lower()]
        for entry in same[:1]:
            if entry.is_file(follow_symlinks=False) and entry.stat().st_size <= _MOST_BESIDE:
                with open(entry.path, "rb") as file:
                    return file.read(_MOST_BESIDE)
    except OSError:
        return None
    return None


def _folder(path: str) -> Iterator[Found]:
    targets, passed = 0, 0
    for item in _walk(path):
        targets += not isinstance(item, PassedOver)
        passed += isinstance(item, PassedOver)
        yield item
    if not targets:
        others = (f" ({passed} autre(s) fichier(s))", f" ({passed} other file(s))") if passed else ("", "")
        yield Missing(
            path,
            Sentence(f"aucun document dans ce dossier{others[0]}", f"no document in this folder{others[1]}"),
        )


def _walk(path: str) -> Iterator[Found]:
    try:
        with os.scandir(path) as listed:
            entries = sorted(listed, key=lambda entry: entry.name)
    except OSError as error:
        yield Missing(path, cannot_open(error))
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        try:
            if entry.is_dir(follow_symlinks=False):
                yield from _walk(entry.path)
                continue
            mode = entry.stat().st_mode
        except OSError as error:  # a link that leads nowhere counts when its name is a document's
            if extension(entry.name) in EXTENSIONS:
                yield Missing(entry.path, cannot_open(error))
            else:
                yield PassedOver(entry.path)
            continue
        if stat.S_ISDIR(mode):  # a link to a folder may lead back up
            continue
        judged = stat.S_ISREG(mode) and is_candidate(entry.name)
        yield Target(entry.path, named=False) if judged else PassedOver(entry.path)
