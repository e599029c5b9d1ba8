"""Reading a Schematron schema (ISO/IEC 19757-3): inclusions, abstract patterns and rules, phases, all brought together.

What is missing or misspelt in a pack is noted by name and left out; only a schema that is none is refused.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from lxml import etree

from banc_standards.errors import Sentence, UnusableInput
from banc_standards.xml import XmlRefused, parse

SCH: Final = "{http://purl.oclc.org/dsdl/schematron}"
XSLT: Final = "{http://www.w3.org/1999/XSL/Transform}"
_MOST_DEEP: Final = 20
"""Inclusions in one another."""


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about the pack itself: ``missing`` or ``letter-case``, the name as written, and where it is."""

    kind: str
    name: str
    where: str
    found: str = ""

    @property
    def text(self) -> Sentence:
        """What a reader is told."""
        if self.kind == "letter-case":
            return Sentence(
                f"{self.where} demande {self.name}, le dossier a {self.found} : casse corrigée à la lecture",
                f"{self.where} asks for {self.name}, the folder has {self.found}: letter case mended on reading",
            )
        return Sentence(f"{self.where} demande {self.name}, absent", f"{self.where} asks for {self.name}, missing")


@dataclass(slots=True)
class Schema:
    """One schema made whole: its ``patterns`` are concrete and active, in order."""

    path: Path
    prefixes: dict[str, str] = field(default_factory=dict)
    lets: list[etree._Element] = field(default_factory=list)
    foreign: list[etree._Element] = field(default_factory=list)
    patterns: list[etree._Element] = field(default_factory=list)
    diagnostics: dict[str, etree._Element] = field(default_factory=dict)
    remarks: list[Remark] = field(default_factory=list)
    sources: list[Path] = field(default_factory=list)


class Folder:
    """The files of a pack, found whatever the case of their letters or the form of their accents."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self._listed: dict[Path, dict[str, str]] = {}

    def find(self, path: Path) -> tuple[Path | None, bool]:
        """The file that stands at ``path``, and whether its name had to be corrected; None outside the pack."""
        parts = _flat(path)
        if parts is None or not parts.is_relative_to(self.root):
            return None, False
        current, mended = self.root, False
        for name in parts.relative_to(self.root).parts:
            direct = current / name
            if direct.exists():
                current = direct
                continue
            actual = self._names(current).get(_folded(name))
            if actual is None:
                return None, False
            mended = mended or unicodedata.normalize("NFC", actual) != unicodedata.normalize("NFC", name)
            current = current / actual
        return (current, mended) if current.resolve().is_relative_to(self.root) else (None, False)

    def _names(self, folder: Path) -> dict[str, str]:
        known = self._listed.get(folder)
        if known is None:
            entries = folder.iterdir() if folder.is_dir() else iter(())
            known = self._listed[folder] = {_folded(entry.name): entry.name for entry in entries}
        return known


def read_schema(path: Path, folder: Folder) -> Schema:
    """The schema of a file, whole. Raises ``UnusableInput`` (PACK-003) when the file is no schema."""
    schema = Schema(path)
    root = _parsed(path)
    if root.tag != f"{SCH}schema":
        raise _no_schema(path, f"<{etree.QName(root).localname}>")
    schema.sources.append(path)
    root = _included(root, path, folder, schema, 0)
    for child in root.iterchildren(f"{SCH}ns"):
        schema.prefixes[child.get("prefix", "")] = child.get("uri", "")
    schema.lets = list(root.iterchildren(f"{SCH}let"))
    schema.foreign = [child for child in root if isinstance(child.tag, str) and child.tag.startswith(XSLT)]
    schema.diagnostics = {item.get("id", ""): item for item in root.iterfind(f".//{SCH}diagnostic")}
    schema.patterns = list(_concrete(root, _active(root)))
    return schema


def _included(root: etree._Element, path: Path, folder: Folder, schema: Schema, depth: int) -> etree._Element:
    for include in list(root.iter(f"{SCH}include")):
        parent = include.getparent()
        if parent is None:
            continue
        href, _, fragment = include.get("href", "").partition("#")
        wanted = path.parent / href
        found, mended = folder.find(wanted)
        where = _short(path, folder)
        if found is None or not found.is_file() or depth >= _MOST_DEEP:
            schema.remarks.append(Remark("missing", href, where))
            parent.remove(include)
            continue
        if mended:
            schema.remarks.append(Remark("letter-case", href, where, found.name))
        schema.sources.append(found)
        try:
            part = _included(_parsed(found), found, folder, schema, depth + 1)
        except UnusableInput as error:
            schema.remarks.append(Remark("missing", f"{href} ({error.text.en})", where))
            parent.remove(include)
            continue
        if fragment:
            part = next((item for item in part.iter() if item.get("id") == fragment), part)
        tail = include.tail
        part = deepcopy(part)
        part.tail = tail
        parent.replace(include, part)
    return root


def _active(root: etree._Element) -> set[str] | None:
    """The patterns of the default phase; None for all of them."""
    name = root.get("defaultPhase")
    if name in (None, "", "#ALL"):
        return None
    phase = next((item for item in root.iterchildren(f"{SCH}phase") if item.get("id") == name), None)
    if phase is None:
        return None
    return {item.get("pattern", "") for item in phase.iterchildren(f"{SCH}active")}


def _concrete(root: etree._Element, active: set[str] | None) -> Iterator[etree._Element]:
    patterns = list(root.iterchildren(f"{SCH}pattern"))
    abstract = {item.get("id", ""): item for item in patterns if item.get("abstract") == "true"}
    for pattern in patterns:
        if pattern.get("abstract") == "true" or (active is not None and pattern.get("id", "") not in active):
            continue
        model = abstract.get(pattern.get("is-a", ""))
        yield _rules_extended(pattern if model is None else _instance(model, pattern))


def _instance(model: etree._Element, use: etree._Element) -> etree._Element:
    """The abstract pattern with the parameters of one use written in."""
    values = {item.get("name", ""): item.get("value", "") for item in use.iterchildren(f"{SCH}param")}
    made = deepcopy(model)
    del made.attrib["abstract"]
    for name in ("id", "is-a"):
        if use.get(name):
            made.set(name, use.get(name, ""))
    if values:
        names = re.compile(r"\$(" + "|".join(sorted(map(re.escape, values), key=len, reverse=True)) + r")(?![\w.-])")
        for element in made.iter():
            if isinstance(element.tag, str):
                for key, text in element.attrib.items():
                    element.set(key, names.sub(lambda found: values[found[1]], str(text)))
    return made


def _rules_extended(pattern: etree._Element) -> etree._Element:
    """The pattern with its abstract rules copied where they are extended, and gone."""
    rules = {item.get("id", ""): item for item in pattern.iterchildren(f"{SCH}rule") if item.get("abstract") == "true"}
    if not rules:
        return pattern
    for rule in pattern.iterchildren(f"{SCH}rule"):
        for _ in range(_MOST_DEEP):
            uses = list(rule.iterchildren(f"{SCH}extends"))
            if not uses:
                break
            for use in uses:
                at = rule.index(use)
                rule.remove(use)
                model = rules.get(use.get("rule", ""))
                if model is not None:
                    for offset, child in enumerate(model):
                        rule.insert(at + offset, deepcopy(child))
    for rule in rules.values():
        pattern.remove(rule)
    return pattern


def _parsed(path: Path) -> etree._Element:
    try:
        return parse(path.read_bytes())
    except (OSError, XmlRefused) as error:
        raise _no_schema(path, str(error)) from None


def _no_schema(path: Path, why: str) -> UnusableInput:
    return UnusableInput(
        "PACK-003",
        Sentence(f"{path} n'est pas un schématron : {why}", f"{path} is no schematron: {why}"),
        Sentence("reprenez le fichier publié, sans le modifier", "take the published file again, unmodified"),
    )


def _short(path: Path, folder: Folder) -> str:
    resolved = path.resolve()
    return str(resolved.relative_to(folder.root)) if resolved.is_relative_to(folder.root) else path.name


def _flat(path: Path) -> Path | None:
    """The path without ``..``, followed by name only: the files may not exist."""
    parts: list[str] = []
    for part in path.parts:
        if part == "..":
            if len(parts) < 2:
                return None
            parts.pop()
        elif part != ".":
            parts.append(part)
    return Path(*parts) if parts else None


def _folded(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()
