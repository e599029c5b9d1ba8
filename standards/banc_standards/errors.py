"""The one exception hierarchy of the product.

Every error that a user may read carries a stable code, its sentence in French and in English, and a hint that says
what to do next.
"""

from __future__ import annotations

import errno
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

Lang = Literal["fr", "en"]


@dataclass(frozen=True, slots=True)
class Sentence:
    """One thing said in the two languages that users read."""

    fr: str
    en: str

    def of(self, lang: Lang) -> str:
        """The sentence in one language; French for anything but ``"en"``."""
        return self.en if lang == "en" else self.fr


NOTHING = Sentence("", "")


_REASONS: Final[Mapping[int, str]] = {
    errno.ENOENT: "aucun fichier de ce nom",
    errno.EEXIST: "un fichier de ce nom existe déjà",
    errno.EISDIR: "c'est un dossier",
    errno.ENOTDIR: "un morceau du chemin n'est pas un dossier",
    errno.EACCES: "accès refusé",
    errno.EPERM: "opération interdite",
    errno.ENOSPC: "plus de place sur le disque",
    errno.EROFS: "système de fichiers en lecture seule",
    errno.EIO: "erreur d'entrée-sortie",
    errno.EMFILE: "trop de fichiers ouverts",
    errno.ENAMETOOLONG: "nom trop long",
    errno.ELOOP: "trop de liens symboliques",
}


def reason(error: OSError) -> Sentence:
    """What the system said, in both languages; what is rare keeps the system's words in both."""
    said = error.strerror or str(error) or type(error).__name__
    return Sentence(_REASONS.get(error.errno or 0, said), said)


class BancError(Exception):
    """Root of every error that the product raises on purpose.

    ``code`` is stable and may be matched by scripts; ``text`` says what is wrong; ``hint`` says what to do next.
    """

    def __init__(self, code: str, text: Sentence, hint: Sentence = NOTHING) -> None:
        super().__init__(f"{code}: {text.en}")
        self.code = code
        self.text = text
        self.hint = hint


class UnusableInput(BancError):
    """The command or what it was given cannot be used: exit code 2."""


class EnvironmentFailed(BancError):
    """Something around the product failed (port, disk, driver, sandbox): exit code 3."""
