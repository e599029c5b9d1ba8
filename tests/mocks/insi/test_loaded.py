"""A population of one's own: loaded from a CSV file, found like anybody, refused when it could be real."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from banc_fixtures.insi_test_people import INSI_TEST_PEOPLE
from banc_fixtures.population import population
from banc_mocks.insi.loaded import COLUMNS, OPTIONAL, BadPopulation, Loaded, load
from banc_mocks.insi.people import Known, Person, known
from banc_mocks.insi.service import SWITCHES, Behaviour, search, search_card, verify
from banc_standards.errors import EnvironmentFailed
from banc_standards.ins import INS_NIR, INS_TEST, Ins, StrictTraits
from banc_standards.insi.card import CardSearch
from banc_standards.insi.model import Search
from banc_standards.insi.verification import Held

BEHAVIOUR = Behaviour.of({switch.name: switch.default for switch in SWITCHES}.__getitem__)
HEAD = ",".join((*COLUMNS, *OPTIONAL))
ROW = "CHARME-D'OR,IRIS LUCE,F,1961-04-00,2610401001901,01001,{key},1.2.250.1.213.1.4.10"
IRIS = Ins.of("2610401001901", INS_TEST)
TRAITS = StrictTraits("CHARME-D'OR", "IRIS LUCE", "F", "1961-04-00", "01001")
WANTED = Search("CHARME-D'OR", ("IRIS",), "F", "1961-04-00")


def written(folder: Path, *rows: str, head: str = HEAD) -> Path:
    path = folder / "people.csv"
    path.write_text("\n".join([head, *rows, ""]), encoding="utf-8")
    return path


@pytest.fixture
def iris(tmp_path: Path) -> Iterator[Loaded]:
    people = load(written(tmp_path, ROW.format(key=IRIS.key)), tmp_path)
    yield people
    people.close()


def test_a_loaded_person_is_found_with_every_trait(iris: Loaded) -> None:
    found = search(WANTED, BEHAVIOUR, iris)
    assert (found.code, found.person) == ("00", Person(TRAITS, IRIS))
    assert search(WANTED, BEHAVIOUR).code == "01"
    assert len(iris) == 1


@pytest.mark.parametrize(
    ("asked", "behaviour", "code"),
    [
        ({"birth_family": "CHARME D OR"}, {}, "01"),
        ({"birth_family": "CHARME D OR"}, {"fold_separators": True}, "00"),
        ({"givens": ("LUCE",)}, {}, "01"),
        ({"givens": ("LUCE",)}, {"non_first_found": True}, "00"),
        ({"birth_date": "1961-04-01"}, {}, "01"),
        ({"sex": "M"}, {}, "01"),
        ({"birth_place": "01002"}, {}, "01"),
        ({"birth_place": "01001"}, {}, "00"),
    ],
)
def test_every_switch_holds_for_loaded_people(iris: Loaded, asked, behaviour, code: str) -> None:
    assert search(replace(WANTED, **asked), replace(BEHAVIOUR, **behaviour), iris).code == code


def test_a_loaded_person_is_verified_and_found_by_card(iris: Loaded) -> None:
    held = Held(
        number=IRIS.number,
        key=IRIS.key,
        oid=IRIS.oid,
        birth_family=TRAITS.birth_family,
        givens=("IRIS",),
        given_list="",
        sex="F",
        birth_date=TRAITS.birth_date,
        birth_place="",
    )
    assert verify(held, BEHAVIOUR, iris).code == "00"
    assert verify(held, BEHAVIOUR).code == "01"
    card = CardSearch(number=IRIS.number, holder="", birth_family="", birth_date="", rank="")
    assert search_card(card, BEHAVIOUR, iris).code == "00"
    assert search_card(card, BEHAVIOUR).code == "01"


def test_a_loaded_homonym_makes_a_search_ambiguous(tmp_path: Path) -> None:
    anne = population().patient("PAT-01").traits
    other = Ins.of("2800535238950", INS_TEST)
    row = f"{anne.birth_family},{anne.birth_givens},{anne.sex},{anne.birth_date},{other.value},,,"
    people = load(written(tmp_path, row), tmp_path)
    asked = Search(anne.birth_family, (anne.birth_givens.split()[0],), anne.sex, anne.birth_date)
    assert (search(asked, BEHAVIOUR).code, search(asked, BEHAVIOUR, people).code) == ("00", "02")
    people.close()


def test_people_whom_insi_knows_already_count_once(tmp_path: Path) -> None:
    """The published test people may be loaded too, under the production OIDs that they were published with."""
    path = tmp_path / "published.csv"
    with path.open("w", newline="", encoding="utf-8") as target:
        rows = csv.writer(target)
        rows.writerow([*COLUMNS, *OPTIONAL])
        for person in INSI_TEST_PEOPLE:
            if person.ins is not None:
                traits, ins = person.traits, person.ins
                named = (traits.birth_family, traits.birth_givens, traits.sex, traits.birth_date)
                rows.writerow([*named, ins.number, traits.birth_place, ins.key, ins.oid])
    people = load(path, tmp_path)
    for person in INSI_TEST_PEOPLE:
        asked = Search(
            person.traits.birth_family, (person.traits.birth_givens,), person.traits.sex, person.traits.birth_date
        )
        assert search(asked, BEHAVIOUR, people).code == search(asked, BEHAVIOUR).code
    people.close()


def test_the_file_is_built_once(tmp_path: Path) -> None:
    path, told = written(tmp_path, ROW.format(key=IRIS.key)), []
    load(path, tmp_path, told.append).close()
    load(path, tmp_path, told.append).close()
    assert told == [1]
    path.write_text(path.read_text(encoding="utf-8").replace("IRIS", "IRIS ANNE"), encoding="utf-8")
    load(path, tmp_path, told.append).close()
    assert told == [1, 1]


@pytest.mark.parametrize(
    ("changed", "line", "said"),
    [
        (("1.2.250.1.213.1.4.10", INS_NIR), 2, "ressemble à une identité réelle"),
        (("1.2.250.1.213.1.4.10", "1.2.3"), 2, "OID 1.2.3"),
        ((f",{IRIS.key},", ",01,"), 2, "faux"),
        (("2610401001901", "26104"), 2, "faux"),
        ((",F,", ",I,"), 2, "sexe « I »"),
        (("1961-04-00", "04/1961"), 2, "attendu AAAA-MM-JJ"),
        (("IRIS LUCE", ""), 2, "vides"),
        (("IRIS LUCE", "IRIS " * 200), 2, "trop longs"),
        (("IRIS LUCE,", ""), 2, "7 champs au lieu de 8"),
        (("matricule", "nir"), 1, "colonne matricule absente"),
        (("IRIS LUCE", '"IRIS'), 2, "illisible"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_row_that_cannot_be_used_is_told_with_its_line(tmp_path: Path, changed, line: int, said: str) -> None:
    path = written(tmp_path, ROW.format(key=IRIS.key))
    path.write_text(path.read_text(encoding="utf-8").replace(*changed), encoding="utf-8")
    with pytest.raises(BadPopulation) as refused:
        load(path, tmp_path)
    assert refused.value.line == line
    assert said in refused.value.text.fr
    assert [one.name for one in tmp_path.iterdir()] == ["people.csv"]


def test_a_matricule_read_twice_is_refused(tmp_path: Path) -> None:
    row = ROW.format(key=IRIS.key)
    with pytest.raises(BadPopulation, match="read above already") as refused:
        load(written(tmp_path, row, row), tmp_path)
    assert refused.value.line == 3


def test_bytes_that_are_no_text_and_files_that_are_not_there(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(HEAD.encode() + b"\n\xff\xfe,A\n")
    with pytest.raises(BadPopulation, match="unreadable line"):
        load(path, tmp_path)
    with pytest.raises(EnvironmentFailed):
        load(tmp_path / "absent.csv", tmp_path)


def test_an_index_gives_what_reading_everybody_gives() -> None:
    everybody = [person for people in known()._named.values() for person in people]
    assert len(everybody) > 50
    for person in everybody:
        asked = Search(
            person.traits.birth_family,
            tuple(person.traits.birth_givens.split()[:1]),
            person.traits.sex,
            person.traits.birth_date,
        )
        alike = [
            one
            for one in everybody
            if (one.traits.birth_family, one.traits.sex, one.traits.birth_date)
            == (asked.birth_family, asked.sex, asked.birth_date)
            and f"{one.traits.birth_givens} ".startswith(f"{asked.givens[0]} ")
        ]
        broken = any(one.breaks for one in alike)
        assert search(asked, BEHAVIOUR).code == (None if broken else "00" if len(alike) == 1 else "02")


def test_nobody_is_lost_without_a_matricule() -> None:
    person = Person(TRAITS, None)
    people = Known([person])
    assert list(people.named("Charme d'Or", "1961-04-00")) == [person]
    assert list(people.numbered(IRIS.number)) == []


@pytest.mark.parametrize(
    ("content", "code", "said"),
    [(f"{HEAD}\nA,B,F,1961,1,,,\n", 2, "INSI-POP-001"), (None, 3, "INSI-POP-002")],
    ids=["bad row", "no file"],
)
def test_banc_up_says_which_line_it_cannot_load(tmp_path: Path, content: str | None, code: int, said: str) -> None:
    path = tmp_path / "people.csv"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    banc = "import sys; from banc_harness.cli import main; sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", banc, "up", "--port-base", "0", "--services", "insi"]
    ended = subprocess.run(
        [*command, "--data", str(tmp_path / "data")],
        env=os.environ | {"BANC_INSI_POPULATION": str(path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (ended.returncode, ended.stdout) == (code, "")
    assert said in ended.stderr
    assert str(path) in ended.stderr
