"""The pages of ``docs/`` as these tests read them: what they fence, what they tabulate, where they point.

The conventions are told to readers in docs/README.md: a ``console`` block is run, ``$`` before each command and ``>``
before its next lines, then what it prints, where ``…`` stands for anything; a block with a ``title`` is a file; a block
in any other language is for the reader alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
LANGUAGES = ("fr", "en")
_FENCE = re.compile(r'^```(?P<kind>[\w-]+)(?: title="(?P<title>[^"]+)")?\n(?P<text>.*?)^```$', re.MULTILINE | re.DOTALL)
_TABLE = re.compile(r"^<!-- (?!fin )(?P<name>[\w -]+) -->\n(?P<text>.*?)^<!-- fin -->$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Command:
    """One command of a ``console`` block, and the lines that it prints."""

    text: str
    printed: str


@dataclass(frozen=True)
class Block:
    """One fenced block: its language, the file that it is (empty: none), its text and its line in the page."""

    kind: str
    title: str
    text: str
    line: int

    def commands(self) -> list[Command]:
        """The commands of a ``console`` block, in order."""
        found: list[tuple[list[str], list[str]]] = []
        for line in self.text.splitlines():
            if line.startswith("$ "):
                found.append(([line[2:]], []))
            elif line.startswith("> ") and not found[-1][1]:
                found[-1][0].append(line[2:])
            else:
                found[-1][1].append(line)
        return [Command("\n".join(text), "\n".join(printed)) for text, printed in found]


@dataclass(frozen=True)
class Page:
    """One page of the documentation, in one language."""

    path: Path
    text: str

    @property
    def blocks(self) -> list[Block]:
        """Its fenced blocks, in order."""
        return [
            Block(found["kind"], found["title"] or "", found["text"], self.text.count("\n", 0, found.start()) + 1)
            for found in _FENCE.finditer(self.text)
        ]

    def file(self, title: str) -> str:
        """The text of the block that is this file."""
        return next(block.text for block in self.blocks if block.title == title)

    def table(self, name: str) -> str:
        """The text between ``<!-- name -->`` and ``<!-- fin -->``."""
        return next(found["text"] for found in _TABLE.finditer(self.text) if found["name"] == name)

    def rows(self, name: str) -> list[list[str]]:
        """The cells of that table, without its two heading lines."""
        lines = [line for line in self.table(name).splitlines() if line.startswith("|")]
        return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


@cache
def read_page(name: str, lang: str) -> Page:
    """A page by the name of its file, without ``.md``."""
    path = (DOCS if lang == "fr" else DOCS / lang) / f"{name}.md"
    return Page(path, path.read_text(encoding="utf-8"))


def names() -> list[str]:
    """The pages, by the names of their files."""
    return sorted(path.stem for path in DOCS.glob("*.md"))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test that takes ``page`` is run on every page in every language; one that takes ``name``, once per page."""
    if "typed_page" in metafunc.fixturenames:
        both = [(name, lang) for name in names() for lang in LANGUAGES if lang == "fr" or shows_its_own(name, lang)]
        metafunc.parametrize("typed_page", both, ids=[f"{name}-{lang}" for name, lang in both], indirect=True)
    if "page" in metafunc.fixturenames:
        both = [(name, lang) for name in names() for lang in LANGUAGES]
        metafunc.parametrize("page", both, ids=[f"{name}-{lang}" for name, lang in both], indirect=True)
    if "name" in metafunc.fixturenames:
        metafunc.parametrize("name", names())
    if "lang" in metafunc.fixturenames:
        metafunc.parametrize("lang", LANGUAGES)


def shows_its_own(name: str, lang: str) -> bool:
    """Whether the commands of a page print anything else than in the French one."""
    shown = [[block.text for block in read_page(name, one).blocks if block.kind == "console"] for one in ("fr", lang)]
    return shown[0] != shown[1]


@pytest.fixture
def typed_page(request: pytest.FixtureRequest) -> Page:
    """One page whose commands are to be typed; the same commands with the same output are typed once."""
    return read_page(*request.param)


@pytest.fixture
def page(request: pytest.FixtureRequest) -> Page:
    """One page in one language."""
    return read_page(*request.param)


@pytest.fixture
def pages() -> Callable[[str, str], Page]:
    """Reads a page by name and language."""
    return read_page
