"""A pack as a folder: which of its schemas judge a document."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from banc_harness.packs.schematron import Folder
from banc_standards.errors import Sentence, UnusableInput

SCHEMATRONS: Final = "schematrons"
GRAMMAR: Final = "infrastructure/cda/CDA_extended.xsd"
FAMILIES: Final = (
    "profils/structurationMinimale/ASIP-STRUCT-MIN-StrucMin.sch",
    "profils/IHE.sch",
    "profils/CI-SIS_ModelesDeContenusCDA.sch",
    "profils/CI-SIS_Modeles_ANS.sch",
    "profils/terminologies/schematron/terminologie.sch",
)
"""The schemas that every document is judged by; the header's, where it has its other name: :data:`_HEADER`."""
_HEADER: Final = "profils/CI-SIS_StructurationMinimale.sch"
_VOLET: Final = re.compile(r"CI-SIS_(?P<name>.+?)(?:_(?P<version>\d[\d.]*(?:_\d{4}\.\d\d)?))?\.sch", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Chosen:
    """The schemas that judge a document, the XML schema before them, and what the pack should hold and does not."""

    schemas: tuple[Path, ...]
    grammar: Path | None
    missing: tuple[str, ...]


class Pack:
    """A checkout of the published material, as the user has it. Raises ``UnusableInput`` when the folder is none."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.name = self.folder.name
        self._files = Folder(self.folder)
        if not folder.is_dir() or not (self.folder / SCHEMATRONS).is_dir():
            raise UnusableInput(
                "PACK-001",
                Sentence(
                    f"{folder} n'est pas un lot de schématrons : pas de dossier {SCHEMATRONS}/",
                    f"{folder} is no pack of schematrons: no folder {SCHEMATRONS}/",
                ),
                Sentence(
                    "donnez la racine d'une copie de TestContenuCDA (schematrons/, infrastructure/, jeuxDeValeurs/)",
                    "give the root of a checkout of TestContenuCDA (schematrons/, infrastructure/, jeuxDeValeurs/)",
                ),
            )
        self._volets: dict[str, list[tuple[str, Path]]] = {}
        for path in sorted((self.folder / SCHEMATRONS).glob("*.sch")):
            if (named := _VOLET.fullmatch(path.name)) is not None:
                self._volets.setdefault(_key(named["name"]), []).append((named["version"] or "", path))

    def chosen(self, document_type: str | None, version: str, level: str | None) -> Chosen:
        """What judges a document of this type, version of its volet (empty: the latest) and level."""
        found: list[Path] = []
        missing: list[str] = []
        for name in FAMILIES:
            path = self._find(name) or (self._find(_HEADER) if name == FAMILIES[0] else None)
            if path is None:
                missing.append(f"{SCHEMATRONS}/{name}")
            else:
                found.append(path)
        if level != "N1" and document_type is not None:
            volet = self._volet(document_type, version)
            if volet is None:
                missing.append(f"{SCHEMATRONS}/CI-SIS_{document_type}_{version or '*'}.sch")
            else:
                found.append(volet)
        grammar, _ = self._files.find(self.folder / GRAMMAR)
        if grammar is None:
            missing.append(GRAMMAR)
        return Chosen(tuple(found), grammar, tuple(missing))

    def _find(self, name: str) -> Path | None:
        found, _ = self._files.find(self.folder / SCHEMATRONS / name)
        return found if found is not None and found.is_file() else None

    def _volet(self, document_type: str, version: str) -> Path | None:
        """The schema of a volet: its short name is the end of the published one (``CR-BIO`` of ``BIO-CR-BIO``)."""
        wanted = _key(document_type)
        names = [name for name in self._volets if name == wanted or name.endswith(f"-{wanted}")]
        known = [item for name in sorted(names, key=len) for item in self._volets[name]]
        if not version:
            return max(known)[1] if known else None
        return next((path for one, path in known if one == version or one.startswith(f"{version}_")), None)


def _key(name: str) -> str:
    return name.casefold().replace("_", "-")
