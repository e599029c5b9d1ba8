"""A population of one's own: read once from a CSV file into an indexed SQLite file, then asked on disk.

The file is the only store: nothing of it is held in memory, however large it is.
"""

from __future__ import annotations

import csv
import hashlib
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Final

from banc_fixtures import guard
from banc_mocks.insi.people import Person
from banc_standards.errors import BancError, EnvironmentFailed, Sentence, UnusableInput
from banc_standards.ins import INS_TEST, OIDS, Ins, StrictTraits, birth_date_form, fold, key

Progress = Callable[[int], None]
"""Told how many rows were read so far."""

COLUMNS: Final = ("nom_naissance", "liste_prenoms", "sexe", "date_naissance", "matricule")
OPTIONAL: Final = ("lieu_naissance_code_insee", "cle", "oid")
_FORM: Final = "1"
"""Changes when a file built by an earlier version can no longer be asked."""
_CHUNK: Final = 20_000
_LONGEST_NAME: Final = 400
_TABLE: Final = """
CREATE TABLE person (folded TEXT, born TEXT, family TEXT, givens TEXT, sex TEXT, place TEXT, number TEXT, key TEXT,
                     oid TEXT);
"""
_INDEXES: Final = """
CREATE INDEX by_name ON person (folded, born);
CREATE UNIQUE INDEX by_number ON person (number);
"""
_SELECT: Final = "SELECT family, givens, sex, born, place, number, key, oid FROM person WHERE"


class BadPopulation(UnusableInput):
    """The CSV file cannot be loaded, code ``INSI-POP-001``; the line is told."""

    def __init__(self, path: Path, line: int, fr: str, en: str) -> None:
        super().__init__(
            "INSI-POP-001",
            Sentence(f"{path}, ligne {line} : {fr}.", f"{path}, line {line}: {en}."),
            Sentence(
                f"Colonnes attendues : {', '.join(COLUMNS)} ; facultatives : {', '.join(OPTIONAL)}.",
                f"Expected columns: {', '.join(COLUMNS)}; optional: {', '.join(OPTIONAL)}.",
            ),
        )
        self.line = line


class Loaded:
    """The people of a built file; see :func:`load`."""

    def __init__(self, built: Path) -> None:
        self._connection = sqlite3.connect(f"{built.absolute().as_uri()}?mode=ro", uri=True, check_same_thread=False)

    def named(self, birth_family: str, birth_date: str) -> Sequence[Person]:
        """Those of that folded name and date."""
        return self._people(f"{_SELECT} folded = ? AND born = ?", fold(birth_family), birth_date)

    def numbered(self, number: str) -> Sequence[Person]:
        """The one of that number."""
        return self._people(f"{_SELECT} number = ?", number)

    def __len__(self) -> int:
        [count] = self._connection.execute("SELECT max(rowid) FROM person").fetchone()
        return count or 0

    def close(self) -> None:
        """Lets go of the file."""
        self._connection.close()

    def _people(self, query: str, *values: str) -> list[Person]:
        return [
            Person(StrictTraits(*traits), Ins(number + key, oid))
            for *traits, number, key, oid in self._connection.execute(query, values)
        ]


def load(path: Path, folder: Path, progress: Progress = lambda _rows: None) -> Loaded:
    """The people of a CSV file, from the file built of it in ``folder``, which is built if it is not there yet.

    Raises :class:`BadPopulation` for a row that cannot be used, :class:`~banc_fixtures.guard.LooksReal` for one that
    could be somebody's, ``EnvironmentFailed`` when a file cannot be read or written.
    """
    try:
        with path.open("rb") as source:
            digest = hashlib.file_digest(source, "sha256").hexdigest()
        built = folder / f"insi-population-{digest[:16]}-{_FORM}.db"
        if not built.exists():
            _build(path, built, progress)
        return Loaded(built)
    except (OSError, sqlite3.Error) as error:
        raise EnvironmentFailed(
            "INSI-POP-002",
            Sentence(f"Population INSi illisible : {path} ({error}).", f"INSi population unusable: {path} ({error})."),
            Sentence("Vérifier BANC_INSI_POPULATION.", "Check BANC_INSI_POPULATION."),
        ) from error


def _build(path: Path, built: Path, progress: Progress) -> None:
    draft = built.with_suffix(".tmp")
    draft.unlink(missing_ok=True)
    try:
        with closing(sqlite3.connect(draft, isolation_level=None)) as database:
            database.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;" + _TABLE)
            rows, read = _rows(path), 0
            database.execute("BEGIN")
            while batch := list(islice(rows, _CHUNK)):
                database.executemany("INSERT INTO person VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", batch)
                read += len(batch)
                progress(read)
            database.execute("COMMIT")
            _index(database, path)
        draft.replace(built)
    finally:
        draft.unlink(missing_ok=True)


def _index(database: sqlite3.Connection, path: Path) -> None:
    try:
        database.executescript(_INDEXES)
    except sqlite3.IntegrityError:
        twice = "SELECT number, max(rowid) FROM person GROUP BY number HAVING count(*) > 1 ORDER BY 2 LIMIT 1"
        number, rank = database.execute(twice).fetchone()
        raise BadPopulation(
            path, rank + 1, f"matricule {number} déjà lu plus haut", f"matricule {number} was read above already"
        ) from None


def _rows(path: Path) -> Iterator[tuple[str, ...]]:
    line = 1
    try:
        with path.open(encoding="utf-8-sig", newline="") as source:
            head = source.readline(10_000)
            reader = csv.reader(source, delimiter=";" if head.count(";") > head.count(",") else ",", strict=True)
            places = _places(path, head)
            for line, fields in enumerate(reader, 2):
                yield _row(path, line, fields, places)
    except (csv.Error, UnicodeDecodeError) as error:
        raise BadPopulation(path, line + 1, f"ligne illisible ({error})", f"unreadable line ({error})") from error


def _places(path: Path, head: str) -> dict[str, int]:
    separator = ";" if head.count(";") > head.count(",") else ","
    names = [name.strip().strip('"').lower() for name in head.rstrip("\r\n").split(separator)]
    if missing := [name for name in COLUMNS if name not in names]:
        raise BadPopulation(path, 1, f"colonne {missing[0]} absente", f"column {missing[0]} is missing")
    return {name: names.index(name) for name in (*COLUMNS, *OPTIONAL) if name in names} | {"": len(names)}


def _row(path: Path, line: int, fields: list[str], places: dict[str, int]) -> tuple[str, ...]:
    if len(fields) != places[""]:
        raise BadPopulation(
            path, line, f"{len(fields)} champs au lieu de {places['']}", f"{len(fields)} fields, not {places['']}"
        )

    def field(name: str) -> str:
        return fields[places[name]].strip() if name in places else ""

    family, givens, sex, born = (field(name) for name in COLUMNS[:4])
    if not family or not givens or len(family) > _LONGEST_NAME or len(givens) > _LONGEST_NAME:
        raise BadPopulation(path, line, "nom ou prénoms vides, ou trop longs", "name or given names empty or too long")
    if sex not in ("M", "F"):
        raise BadPopulation(path, line, f"sexe « {sex} », attendu M ou F", f"sex “{sex}”, expected M or F")
    if not birth_date_form(born):
        raise BadPopulation(path, line, f"date « {born} », attendu AAAA-MM-JJ", f"date “{born}”, expected YYYY-MM-DD")
    ins = _ins(path, line, field("matricule") + field("cle"), field("oid") or INS_TEST)
    place = field("lieu_naissance_code_insee")
    return (fold(family), born, family, givens, sex, place, ins.number, ins.key, ins.oid)


def _ins(path: Path, line: int, matricule: str, oid: str) -> Ins:
    try:
        ins = Ins(matricule if len(matricule) == 15 else matricule + key(matricule), oid)
        fits = ins.verifies or ins.value in guard.published_matricules()
    except BancError:
        fits = False
    if not fits or oid not in OIDS:
        raise BadPopulation(
            path, line, f"matricule « {matricule} » ou OID {oid} faux", f"matricule “{matricule}” or OID {oid} is wrong"
        )
    try:
        guard.accept_ins(ins)
    except guard.LooksReal as real:
        raise BadPopulation(path, line, real.text.fr.rstrip("."), real.text.en.rstrip(".")) from real
    return ins
