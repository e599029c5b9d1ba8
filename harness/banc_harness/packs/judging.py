"""What a pack says of clinical documents, as findings beside ours."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from lxml import etree

from banc_harness.packs.engine import Died, Engine
from banc_harness.packs.pack import Pack
from banc_standards.cda.read import Document, elements
from banc_standards.cda.rules.expect import location
from banc_standards.errors import Sentence
from banc_standards.rules import Finding, Severity

_SEVERITIES: Final[dict[str, Severity]] = {
    "warning": "warning",
    "warn": "warning",
    "info": "info",
    "information": "info",
    "hint": "info",
}
"""Of the role of an assertion; any other role, and none, is an error."""


@dataclass(slots=True)
class Remarks:
    """What was noticed of the pack itself, each once, in the order met."""

    told: dict[str, Sentence] = field(default_factory=dict)

    def add(self, text: Sentence) -> None:
        """Notes a sentence."""
        self.told.setdefault(text.en, text)


class PackJudge:
    """Judges documents by a pack, in one warm process. Raises what :class:`Engine` raises."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self.remarks = Remarks()
        self._engine = Engine(self.pack.folder)

    def close(self) -> None:
        """Ends the process."""
        self._engine.close()

    @property
    def name(self) -> str:
        """The pack's."""
        return self.pack.name

    @property
    def engine_version(self) -> str:
        """The XSLT engine's name; empty before the first document."""
        return self._engine.version

    def findings(self, document: Document, name: str | None, version: str) -> list[Finding] | Sentence:
        """What the pack's schemas say; a sentence when the engine did not survive the document."""
        chosen = self.pack.chosen(name, version, document.level)
        for missing in chosen.missing:
            self.remarks.add(Sentence(f"le lot n'a pas {missing}", f"the pack has no {missing}"))
        source = etree.tostring(document.root, encoding="UTF-8", with_tail=False)
        try:
            answer = self._engine.judge(source, chosen.schemas, chosen.grammar)
        except Died as died:
            return Sentence(
                f"le moteur du lot s'est arrêté sur ce document (mémoire ou temps) : {died}",
                f"the pack's engine ended on this document (memory or time): {died}",
            )
        if "error" in answer:
            return Sentence(
                f"le moteur du lot ne lit pas ce document : {answer['error']}",
                f"the pack's engine does not read this document: {answer['error']}",
            )
        found = list(self._of_grammar(answer.get("grammar") or [], document))
        for schema in answer["schemas"]:
            found += self._of_schema(schema, document)
        return found

    def _of_grammar(self, told: list[dict[str, Any]] | str, document: Document) -> Iterator[Finding]:
        if isinstance(told, str):
            self.remarks.add(
                Sentence(f"le schéma XML du lot ne se lit pas : {told}", f"the pack's XML schema does not read: {told}")
            )
            return
        for item in told:
            element = _by_path(document.root, item.get("path") or "")
            yield self._finding("XSD", location(element), item["text"], "error", "CDA_extended.xsd")

    def _of_schema(self, told: dict[str, Any], document: Document) -> Iterator[Finding]:
        path = Path(told["schema"])
        name = path.stem
        for remark in told["remarks"]:
            self.remarks.add(Sentence(remark["fr"], remark["en"]))
        if told.get("error"):
            self.remarks.add(
                Sentence(
                    f"{path.name} ne peut pas tourner : {told['error']}", f"{path.name} cannot run: {told['error']}"
                )
            )
        for rule, code, why in told["unevaluated"]:
            self.remarks.add(
                Sentence(
                    f"{name}/{rule} n'a pas pu être évaluée ({code}) : {why}",
                    f"{name}/{rule} could not be evaluated ({code}): {why}",
                )
            )
        for item in told["hits"]:
            place = _by_indexes(document.root, item["at"])
            severity = _SEVERITIES.get(item["role"].casefold(), "error")
            yield self._finding(f"{name}/{item['rule']}", place, item["text"], severity, path.name)

    def _finding(self, rule: str, place: str, text: str, severity: Severity, clause: str) -> Finding:
        return Finding(
            rule=rule,
            severity=severity,
            certainty="sourced",
            location=place,
            message=text,
            clause=clause,
            fix="",
            source=f"pack:{self.pack.name}",
        )


def _by_indexes(root: etree._Element, indexes: str) -> str:
    """The location that ``1/3/2/@code`` leads to: the rank of each element among its siblings."""
    element = root
    attribute = ""
    for rank in indexes.split("/")[1:]:
        if rank.startswith("@"):
            attribute = f"/{rank}"
            continue
        children = list(elements(element))
        if not 0 < int(rank) <= len(children):
            break
        element = children[int(rank) - 1]
    return location(element) + attribute


def _by_path(root: etree._Element, path: str) -> etree._Element:
    """The element of libxml2's own path (``/*/*[2]/…``), the root when it leads nowhere."""
    try:
        found = root.getroottree().xpath(path) if path and root.getparent() is None else []
    except etree.XPathError:
        found = []
    return found[0] if isinstance(found, list) and found and isinstance(found[0], etree._Element) else root
