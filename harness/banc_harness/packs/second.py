"""Who gives a second opinion: a folder of schematrons, somebody's validation service, or an installed plug-in."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib.metadata import entry_points
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import urlsplit

from lxml import etree

from banc_harness.packs.judging import PackJudge, Remarks
from banc_harness.packs.pack import Pack
from banc_standards.cda.read import Document
from banc_standards.errors import BancError, Sentence
from banc_standards.rules import Finding

GROUP: Final = "banc_segur.packs"
"""Entry points: each names a function over the bytes of a document and the name of its type (or None)."""
PlugIn = Callable[[bytes, str | None], Iterable[Finding]]


class Second(Protocol):
    """What judges clinical documents beside our rules."""

    remarks: Remarks

    @property
    def name(self) -> str:
        """What its findings are signed with, after ``pack:``."""

    def findings(self, document: Document, name: str | None, version: str) -> list[Finding] | Sentence:
        """What it says of a document; a sentence when it could not judge it."""

    def close(self) -> None:
        """Ends what it started."""


class Called:
    """A function that takes bytes: a plug-in, or a service far away."""

    def __init__(self, name: str, call: PlugIn) -> None:
        self.name = name
        self.remarks = Remarks()
        self._call = call

    def findings(self, document: Document, name: str | None, version: str) -> list[Finding] | Sentence:
        """What the function says; positions are those of the clinical document alone."""
        source = etree.tostring(document.root, encoding="UTF-8", with_tail=False)
        try:
            return list(self._call(source, name))
        except BancError:
            raise
        except Exception as error:  # somebody else's code: it must neither look like a verdict nor stop the others
            said = f"{type(error).__name__}: {error}"[:200]
            return Sentence(f"l'extension {self.name} a échoué : {said}", f"plug-in {self.name} failed: {said}")

    def close(self) -> None:
        """Nothing was started."""


def second(asked: str) -> Second:
    """Who ``--pack`` names. Raises ``UnusableInput`` for a folder that is no pack and a name that nothing carries."""
    if asked.startswith(("http://", "https://")):
        return _service(asked)
    if not Path(asked).exists() and (installed := entry_points(group=GROUP, name=asked)):
        return Called(asked, next(iter(installed)).load())
    return PackJudge(Pack(Path(asked)))


def check(asked: str) -> str:
    """The name of the second opinion; raises at once what :func:`second` would raise for the first document."""
    found = second(asked)
    found.close()
    return found.name


def _service(url: str) -> Called:
    from banc_harness.gitb import client

    name = urlsplit(url).hostname or url
    return Called(name, lambda data, _: client.validate(url, data, f"pack:{name}"))
