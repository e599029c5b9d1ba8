"""Whom a search finds: the three codes, over the identity cases of the population and the published test people."""

from dataclasses import replace

import pytest

from banc_fixtures.insi_test_people import INSI_TEST_PEOPLE
from banc_fixtures.population import population
from banc_standards.ins import INS_NIR, INS_TEST, Ins
from banc_standards.insi.build import attempts
from banc_standards.insi.model import Search

from .conftest import TILLEUL, Bench

FOUND = [p for p in population().patients if p.insi == "found"]
SEVERAL = [p for p in population().patients if p.insi == "several"]


def of(patient) -> Search:
    return Search(patient.birth_family, (patient.first_given,), patient.sex, patient.birth_date)


@pytest.mark.parametrize("patient", FOUND, ids=lambda p: p.id)
def test_a_patient_is_found_by_the_first_given_name(bench: Bench, patient) -> None:
    got = bench.search(of(patient))
    assert (got.status, got.media_type) == (200, "application/soap+xml; charset=utf-8"), got.body
    assert (got.answer.code, got.answer.label) == ("00", "OK")
    found = got.answer.individual
    assert found is not None
    assert found.active.ins == patient.ins
    assert found.traits == patient.traits
    assert [former.ins for former in found.historical] == [former.ins for former in patient.historical]
    assert found.given is None
    exchange = bench.last()
    assert (exchange["operation"], exchange["outcome"], exchange["code"]) == ("insi.WS_INS2", "accepted", "00")
    assert exchange["findings"] == []


def test_the_journal_tells_whom_what_and_with_which_software(bench: Bench) -> None:
    request = bench.request()
    bench.post(request)
    facts = bench.last()["facts"]
    patient = population().patient("PAT-01")
    assert patient.ins is not None
    assert facts["message_id"].startswith("uuid:")
    assert facts == {
        "ins": patient.ins.value,
        "ins_oid": INS_TEST,
        "professional": population().professional("P02").idnat,
        "message_id": facts["message_id"],
        "lps": {"name": "dossier-plus", "version": "4.2.1", "idam": bench.software.idam},
    }


def test_an_unknown_person_is_not_found(bench: Bench) -> None:
    got = bench.search(of(population().patient("PAT-25")))
    assert (got.answer.code, got.answer.label, got.answer.individual) == ("01", "Aucune identite trouvee", None)
    assert bench.last()["outcome"] == "accepted"
    assert "ins" not in bench.last()["facts"]


@pytest.mark.parametrize("patient", SEVERAL, ids=lambda p: p.id)
def test_homonyms_answer_several_and_give_no_list(bench: Bench, patient) -> None:
    got = bench.search(of(patient))
    assert (got.answer.code, got.answer.label, got.answer.individual) == ("02", "Plusieurs identites trouvees", None)


def test_the_place_of_birth_tells_some_homonyms_apart(bench: Bench) -> None:
    patient = population().patient("PAT-22")
    got = bench.search(replace(of(patient), birth_place=patient.birth_place))
    assert got.answer.individual is not None
    assert got.answer.individual.active.ins == patient.ins


def test_other_homonyms_need_every_given_name(bench: Bench) -> None:
    patient = population().patient("PAT-24")
    with_place = replace(of(patient), birth_place=patient.birth_place)
    assert bench.search(with_place).answer.code == "02"
    assert bench.search(replace(of(patient), givens=("JULES BASILE",))).answer.code == "00"


def test_several_prenom_elements_are_joined(bench: Bench) -> None:
    assert bench.search(Search("SUREAU", ("JULES", "BASILE"), "M", "1977-07-07")).answer.code == "00"


@pytest.mark.parametrize(
    "changed",
    [
        {"birth_family": "TILLEULS"},
        {"givens": ("ANN",)},
        {"givens": ("ANNE MARIE",)},
        {"sex": "M"},
        {"birth_date": "1980-05-15"},
        {"birth_place": "35239"},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_one_trait_that_differs_finds_nobody(bench: Bench, changed) -> None:
    assert bench.search(replace(TILLEUL, **changed)).answer.code == "01"


def test_the_used_name_finds_nobody(bench: Bench) -> None:
    patient = population().patient("PAT-09")
    assert bench.search(replace(of(patient), birth_family=patient.used_family)).answer.code == "01"


def test_a_completed_date_does_not_find_a_lunar_one(bench: Bench) -> None:
    patient = population().patient("PAT-33")
    completed = replace(of(patient), birth_date=patient.papers.birth_date)
    assert bench.search(completed).answer.code == "01"
    assert bench.search(of(patient)).answer.code == "00"


def test_a_completed_date_may_find_the_incomplete_one_by_a_switch(bench: Bench) -> None:
    bench.switch(partial_dates="completed")
    patient = population().patient("PAT-33")
    for day, code in (("1950-12-31", "00"), ("1950-00-00", "00"), ("1950-01-01", "01"), ("1950-99-99", "01")):
        assert bench.search(replace(of(patient), birth_date=day)).answer.code == code
    assert bench.search(TILLEUL).answer.code == "00"


def test_a_former_sex_may_find_who_changed_by_a_switch(bench: Bench) -> None:
    patient = population().patient("PAT-18")
    former = replace(of(patient), sex="M" if patient.sex == "F" else "F")
    assert bench.search(former).answer.code == "01"
    bench.switch(former_identity="found")
    assert [bench.search(asked).answer.code for asked in (former, of(patient))] == ["00", "00"]
    assert bench.search(replace(TILLEUL, sex="M")).answer.code == "01"


def test_the_given_name_loop_stops_at_the_first_registered_one(bench: Bench) -> None:
    codes = [bench.search(attempt).answer.code for attempt in attempts(population().patient("PAT-35").papers)[:2]]
    assert codes == ["01", "00"]


def test_an_unknown_place_finds_only_who_has_it_too(bench: Bench) -> None:
    patient = population().patient("PAT-36")
    assert bench.search(replace(of(patient), birth_place="99999")).answer.code == "00"
    assert bench.findings() == {"INSI-TRAIT-006": "info"}
    assert bench.search(replace(TILLEUL, birth_place="99999")).answer.code == "01"
    bench.switch(unknown_place="ignored")
    assert bench.search(replace(TILLEUL, birth_place="99999")).answer.code == "00"
    assert bench.search(replace(TILLEUL, birth_place="99350")).answer.code == "01"


def test_hyphens_and_spaces_differ_unless_the_switch_says_otherwise(bench: Bench) -> None:
    spaced = Search("ROSEAU FOUGERE", ("CLAIRE",), "F", "1991-09-09")
    assert bench.search(spaced).answer.code == "01"
    bench.switch(fold_separators=True)
    assert bench.search(spaced).answer.code == "00"


@pytest.mark.parametrize("given", ["PIERRE", "JEAN", "CHRISTOPHE"])
def test_a_later_or_truncated_given_name_is_a_switch(bench: Bench, given: str) -> None:
    asked = Search("CHENEVERT", (given,), "M", "1966-11-02")
    assert bench.search(asked).answer.code == "01"
    bench.switch(non_first_given_name="found")
    assert bench.search(asked).answer.code == "00"


def test_an_unknown_person_may_fault_as_in_qualification(bench: Bench) -> None:
    bench.switch(unknown_identity="fault")
    got = bench.search(of(population().patient("PAT-25")))
    assert (got.status, got.error.code) == (500, "insi_102")


def test_a_person_of_the_technical_fault_case(bench: Bench) -> None:
    got = bench.search(of(population().patient("PAT-26")))
    assert (got.status, got.error.code, got.error.severity) == (500, "insi_102", "fatal")
    assert got.error.message_id is None
    exchange = bench.last()
    assert (exchange["outcome"], exchange["code"]) == ("failed", "insi_102")


def test_the_oid_of_the_bench_is_a_switch(bench: Bench) -> None:
    bench.switch(bench_oid=INS_NIR)
    individual = bench.search(TILLEUL).answer.individual
    assert individual is not None
    assert individual.active.ins.oid == INS_NIR


@pytest.mark.parametrize("person", [p for p in INSI_TEST_PEOPLE if p.ins], ids=lambda p: p.traits.birth_family)
def test_the_published_people_answer_as_published(bench: Bench, person) -> None:
    traits = person.traits
    asked = Search(
        traits.birth_family, (traits.birth_givens.split()[0],), traits.sex, traits.birth_date, traits.birth_place
    )
    individual = bench.search(asked).answer.individual
    assert individual is not None
    assert individual.active.ins == person.ins
    assert [(f.ins, f.start, f.end) for f in individual.historical] == [
        (f.ins, f.start, f.end) for f in person.historical
    ]
    assert (individual.given is not None) is person.given_in_answer


def test_published_keys_that_do_not_verify_are_served_as_they_are(bench: Bench) -> None:
    individual = bench.search(Search("HERMANN", ("GATIEN",), "M", "1981-03-24")).answer.individual
    assert individual is not None
    assert individual.active.ins == Ins("181036322045660", INS_NIR)


@pytest.mark.parametrize("given", ["PIERRE", "PAUL", "JACQUES", "PIERRE PAUL JACQUES"])
def test_the_published_person_who_is_not_in_the_base(bench: Bench, given: str) -> None:
    assert bench.search(Search("HOUILLES", (given,), "M", "1993-01-27")).answer.code == "01"


def test_the_published_homonyms(bench: Bench) -> None:
    asked = Search("DE VINCI", ("LEONARDO",), "M", "2014-02-01")
    assert bench.search(asked).answer.code == "02"
    assert bench.search(replace(asked, birth_place="63220")).answer.code == "00"


@pytest.mark.parametrize(
    "asked",
    [Search("DE VINCI", ("RUTH",), "F", "1976-07-14"), Search("D'AEION", ("COEUR",), "M", "1987-01-25")],
    ids=lambda asked: asked.birth_family,
)
def test_the_published_technical_faults(bench: Bench, asked: Search) -> None:
    got = bench.search(asked)
    assert (got.status, got.error.code, got.error.subcode) == (500, "insi_102", "siram_40")
