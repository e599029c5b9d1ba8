"""The gauge: every code that a source documents can be had on demand, and the pages tell how.

``banc faults`` lists what can be armed; ``docs/insi.md`` says of each code how to reach it without arming anything.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest

from banc_harness.cli import main
from banc_mocks.insi.wire import refusals
from banc_standards.insi import names, rules
from banc_standards.insi.faults import DOCUMENTED, INSI_101
from banc_standards.insi.model import Search

from .conftest import TILLEUL, Bench, Got

ROOT = Path(__file__).parents[3]
PAGES = ("docs/insi.md", "docs/en/insi.md")
BY_CODE = {code: f"insi.{code}" for code in (*DOCUMENTED, INSI_101.code)}
ANSWERS = (names.FOUND, names.NONE_FOUND, names.SEVERAL_FOUND)
HOMONYMS = Search("DE VINCI", ("LEONARDO",), "M", "2014-02-01")
BROKEN = Search("DE VINCI", ("RUTH",), "F", "1976-07-14")


WITHOUT_ARMING: dict[str, Callable[[Bench], Got]] = {
    "00": lambda bench: bench.search(TILLEUL),
    "01": lambda bench: bench.search(replace(TILLEUL, birth_family="INCONNUE")),
    "02": lambda bench: bench.search(HOMONYMS),
    "desir_550": lambda bench: bench.search(TILLEUL, software=replace(bench.software, idam=str(uuid4()))),
    "desir_560": lambda bench: bench.post_mutual(bench.organisation(), cn="AUTRE"),
    "insi_102": lambda bench: bench.search(BROKEN),
}
"""The codes that an identity, an identifier or a certificate gives by itself; the others are to be armed."""


def code_of(got: Got) -> str:
    return got.answer.code if got.status == 200 else got.error.code


def rows(page: str) -> dict[str, tuple[str, ...]]:
    """The lines of the gauge of a page, by code."""
    text = (ROOT / page).read_text(encoding="utf-8").partition("<!-- jauge insi -->")[2].partition("<!-- fin -->")[0]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.strip().splitlines()[2:]]
    return {first.strip("`"): tuple(rest) for first, *rest in cells}


@pytest.mark.parametrize("code", sorted(WITHOUT_ARMING))
def test_a_code_comes_by_itself(bench: Bench, code: str) -> None:
    assert code_of(WITHOUT_ARMING[code](bench)) == code


@pytest.mark.parametrize("code", sorted(BY_CODE))
def test_a_fault_comes_when_armed(bench: Bench, code: str) -> None:
    bench.arm(code)
    assert code_of(bench.search(TILLEUL)) == code


def test_codes_come_one_after_the_other(bench: Bench) -> None:
    bench.arm("answer.code", sequence=[{"code": "02"}, {"code": "01"}, None])
    assert [code_of(bench.search(TILLEUL)) for _ in range(4)] == ["02", "01", "00", "00"]


@pytest.mark.parametrize("page", PAGES)
def test_the_page_tells_every_code_and_how_to_have_it(page: str, capsys: pytest.CaptureFixture[str]) -> None:
    main(["faults", "--format", "json"])
    armed = {fault["id"] for fault in json.loads(capsys.readouterr().out)["faults"]}
    found = rows(page)
    assert set(found) == {*ANSWERS, *BY_CODE}
    for code, (_, alone, fault) in found.items():
        assert (alone != "") is (code in WITHOUT_ARMING), code
        named = re.findall(r"`(insi\.[a-z0-9_.]+)", fault)
        assert set(named) <= armed, code
        assert named, code
    documented = [code for code, (mark, *_) in found.items() if mark == "S"]
    assert sorted(documented) == sorted([*ANSWERS, *DOCUMENTED])
    text = (ROOT / page).read_text(encoding="utf-8")
    assert f"{len(documented)}/{len(documented)}" in text


@pytest.mark.parametrize("page", PAGES)
def test_the_page_names_every_code_of_ours(page: str) -> None:
    ours = {rule.code for rule in rules.RULES if rule.code.startswith("mock_")}
    ours |= {*refusals._CODES.values(), "mock_http", "mock_interne", "mock_session", "mock_ticket"}
    text = (ROOT / page).read_text(encoding="utf-8").partition("<!-- codes du banc -->")[2].partition("<!-- fin -->")[0]
    assert set(re.findall(r"`(mock_[a-z_]+)`", text)) == ours
