"""Writes a corpus to a folder: numbered documents, and a table that says what each one is."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lxml import etree

from banc_fixtures.population import SEED, population
from banc_harness.corpus import drawn, symbols
from banc_harness.corpus.mutations import MUTATIONS, Mutation
from banc_harness.corpus.symbols import Forgery
from banc_standards.cda.build import serialise
from banc_standards.errors import EnvironmentFailed, Sentence, UnusableInput, reason
from banc_standards.xml import parse

INDEX: Final = "corpus.csv"
_COLUMNS: Final = ("file", "type", "patient", "ins", "mutation", "rule", "conform")


@dataclass(frozen=True, slots=True)
class Made:
    """A document of a corpus: what it is called, whom it is about, its defect if it has one."""

    name: str
    content: bytes
    patient: str
    ins: str
    mutation: Mutation | Forgery | None


def check(kind: str) -> None:
    """Raises :class:`UnusableInput` for a type of which the bench makes nothing."""
    if kind not in symbols.TYPES:
        drawn.check(kind, symbols.TYPES)


def mutations(names: Sequence[str], kind: str) -> list[Mutation | Forgery]:
    """The mutations of these names.

    Raises :class:`UnusableInput` for an unknown one, or one that does not apply to the type.
    """
    table: Mapping[str, Mutation | Forgery] = symbols.FORGERIES if kind in symbols.TYPES else MUTATIONS
    found = []
    for name in names:
        mutation = table.get(name)
        if mutation is None or kind not in mutation.types:
            known = ", ".join(item.name for item in table.values() if kind in item.types)
            raise UnusableInput(
                "CORPUS-002",
                Sentence(f"pas de mutation « {name} » pour {kind}", f"no mutation “{name}” for {kind}"),
                Sentence(f"mutations de ce type : {known}", f"mutations of this type: {known}"),
            )
        found.append(mutation)
    return found


def made(kind: str, count: int, *, seed: int = SEED, defects: Sequence[Mutation | Forgery] = ()) -> Iterator[Made]:
    """``count`` documents of a type, the mutations in turn. One document depends on the seed and its number alone.

    Raises :class:`UnusableInput` for an unknown type.
    """
    check(kind)
    people = population()
    width = max(6, len(str(count)))
    for number in range(1, count + 1):
        draw = random.Random(f"{seed}/{kind}/{number}")
        defect = defects[(number - 1) % len(defects)] if defects else None
        name = f"{kind}-{number:0{width}d}" + (f"-{defect.name}" if defect else "")
        if kind in symbols.TYPES:
            who = symbols.subject(people, number + seed - SEED)
            text = symbols.payload(who, defect if isinstance(defect, Forgery) else None)
            content, ending = symbols.picture(text, kind), symbols.EXTENSIONS[kind]
        else:
            content, who = drawn.document(kind, draw, people, number)
            content, ending = _indented(defect.apply(content) if isinstance(defect, Mutation) else content), ".xml"
        yield Made(f"{name}{ending}", content, who.id, who.ins.value if who.ins else "", defect)


def _indented(document: bytes) -> bytes:
    root = parse(document)
    etree.indent(root)
    return serialise(root)


def write(folder: Path, documents: Iterator[Made], kind: str) -> Iterator[Made]:
    """Writes the documents one by one, yielding each when it is there, then the table.

    Raises :class:`EnvironmentFailed` when the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with (folder / INDEX).open("w", encoding="utf-8", newline="") as file:
            table = csv.writer(file)
            table.writerow(_COLUMNS)
            for document in documents:
                (folder / document.name).write_bytes(document.content)
                table.writerow(_row(document, kind))
                yield document
    except OSError as error:
        raise EnvironmentFailed(
            "CORPUS-003",
            Sentence(
                f"impossible d'écrire dans {folder} : {reason(error).fr}", f"cannot write {folder}: {reason(error).en}"
            ),
            Sentence("donnez un autre --out", "give another --out"),
        ) from None


def _row(document: Made, kind: str) -> tuple[str, ...]:
    defect = document.mutation
    conform = "no" if defect and defect.fails else "yes"
    name, rule = (defect.name, defect.rule) if defect else ("", "")
    return document.name, kind, document.patient, document.ins, name, rule, conform
