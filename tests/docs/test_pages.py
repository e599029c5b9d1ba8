"""The pages stand together: the same in both languages, command for command, and no link leads nowhere."""

from __future__ import annotations

import re

import pytest

_LINK = re.compile(r"\[[^\]]+\]\((?!https?:)([^)#]*)(?:#([^)]+))?\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_FENCES = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def test_both_languages_type_the_same_and_write_the_same_files(name, pages):
    french, english = pages(name, "fr").blocks, pages(name, "en").blocks

    assert [(block.kind, block.title) for block in french] == [(block.kind, block.title) for block in english]
    for one, other in zip(french, english, strict=True):
        if one.kind == "console":
            typed = [command.text for command in one.commands()]
            typed = [re.sub(r"code de sortie", "exit code", text) for text in typed]
            assert typed == [command.text for command in other.commands()]
        else:
            assert one.text == other.text


def test_both_languages_have_the_same_sections_and_tables(name, pages):
    french, english = pages(name, "fr"), pages(name, "en")

    assert levels(french.text) == levels(english.text)
    assert re.findall(r"<!-- .* -->", french.text) == re.findall(r"<!-- .* -->", english.text)
    assert french.text.count("\n|") == english.text.count("\n|")


def test_every_link_leads_somewhere(page):
    for target, anchor in _LINK.findall(_FENCES.sub("", page.text)):
        path = (page.path.parent / target).resolve() if target else page.path
        assert path.exists(), target
        if anchor:
            assert anchor in anchors(path.read_text(encoding="utf-8")), f"{target}#{anchor}"


def test_every_page_is_in_the_index(name, lang, pages):
    assert name == "README" or f"({name}.md)" in pages("README", lang).text


def test_no_line_of_prose_is_too_long(page):
    long = [line for line in _FENCES.sub("", page.text).splitlines() if len(line) > 130 and not line.startswith("|")]

    assert long == []


@pytest.mark.parametrize("word", ["TODO", "FIXME", "/work/", "/tmp/", "/home/"])
def test_a_page_holds_nothing_of_the_workshop(page, word):
    assert word not in page.text


def levels(text: str) -> list[int]:
    """The depth of each heading, in order."""
    return [len(match) for match in re.findall(r"^(#+) ", _FENCES.sub("", text), re.MULTILINE)]


def anchors(text: str) -> set[str]:
    """The anchors that a forge gives to the headings of a page."""
    return {
        re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in _HEADING.findall(_FENCES.sub("", text))
    }
