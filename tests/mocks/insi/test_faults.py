"""Every documented code on demand, and answers that lie in one precise way."""

import pytest

from banc_fixtures.population import population
from banc_mocks.insi.faults import FAULTS, LIES, REAL, TOLD
from banc_standards.ins import INS_NIR, importable
from banc_standards.insi.model import Individual, Search
from banc_standards.soap.names import SOAP12

from .conftest import TILLEUL, Bench

HISTORY = Search("CEDRE", ("KARIM",), "M", "1990-03-08")


def told(bench: Bench, search: Search = TILLEUL) -> Individual:
    individual = bench.search(search).answer.individual
    assert individual is not None
    return individual


@pytest.mark.parametrize("code", list(REAL))
def test_every_published_fault_is_there_on_demand(bench: Bench, code: str) -> None:
    bench.arm(code)
    got = bench.search(TILLEUL)
    published = TOLD[code]
    assert got.status == 500
    assert (got.error.code, got.error.severity, got.error.subcode) == (code, published.severity, published.subcode)
    assert (got.error.message_id is not None) is (published.layer == "gateway")
    exchange = bench.last()
    assert (exchange["code"], exchange["fault"]) == (code, f"insi.{code}")
    assert exchange["outcome"] == ("refused" if published.subcode == "siram_100" else "failed")
    assert bench.search(TILLEUL).answer.code == "00"


def test_a_fault_strikes_the_chosen_patient_only(bench: Bench) -> None:
    patient = population().patient("PAT-17")
    assert patient.ins is not None
    bench.arm("insi_102", match={"ins": patient.ins.value})
    assert bench.search(TILLEUL).answer.code == "00"
    assert bench.search(HISTORY).error.code == "insi_102"


def test_the_application_fault_wears_its_own_prefix_and_language(bench: Bench) -> None:
    bench.arm("insi_102")
    body = bench.search(TILLEUL).body.decode()
    assert "<S:Envelope" in body
    assert "S:siram_40" in body
    assert 'xml:lang="en"' in body


def test_the_service_can_be_down(bench: Bench) -> None:
    bench.arm("down")
    got = bench.search(TILLEUL)
    assert (got.status, got.error.code) == (503, "mock_http")
    assert bench.search(TILLEUL).answer.code == "00"


@pytest.mark.parametrize(("code", "label"), [("01", "Aucune identite trouvee"), ("42", "Code inconnu")])
def test_another_code_than_the_true_one(bench: Bench, code: str, label: str) -> None:
    bench.arm("answer.code", sequence=[{"code": code}])
    answer = bench.search(TILLEUL).answer
    assert (answer.code, answer.label, answer.individual) == (code, label, None)
    assert bench.last()["code"] == code


@pytest.mark.parametrize(("unknown", "date"), [("day", "1980-05-00"), ("month", "1980-00-00")])
def test_a_date_that_must_not_be_imported(bench: Bench, unknown: str, date: str) -> None:
    bench.arm("answer.partial_date", sequence=[{"unknown": unknown}])
    individual = told(bench)
    assert individual.traits.birth_date == date
    assert not importable(individual.traits)


@pytest.mark.parametrize("trait", ["family", "givens", "sex"])
def test_an_empty_trait_that_must_not_be_imported(bench: Bench, trait: str) -> None:
    bench.arm("answer.empty_trait", sequence=[{"trait": trait}])
    assert not importable(told(bench).traits)


@pytest.mark.parametrize(("form", "length"), [("none", 0), ("same", 1), ("undated", 2), ("reversed", 1)])
def test_another_history(bench: Bench, form: str, length: int) -> None:
    bench.arm("answer.history", sequence=[{"form": form}])
    assert len(told(bench, HISTORY).historical) == length
    assert len(told(bench, HISTORY).historical) == 1


def test_a_history_that_ends_before_it_starts(bench: Bench) -> None:
    bench.arm("answer.history", sequence=[{"form": "reversed"}])
    former = told(bench).historical[0]
    assert former.start is not None
    assert former.end is not None
    assert former.end < former.start


def test_another_oid_another_key_another_place(bench: Bench) -> None:
    for name in ("oid", "wrong_key", "other_place"):
        bench.arm(f"answer.{name}")
    individual = told(bench)
    assert individual.active.ins.oid == INS_NIR
    assert not individual.active.ins.verifies
    assert individual.traits.birth_place == "99999"


def test_a_lie_about_a_person_says_nothing_when_nobody_is_found(bench: Bench) -> None:
    for lie in LIES:
        if lie.fault.id != "insi.answer.code":
            bench.arm(lie.fault.id.removeprefix("insi."))
    assert bench.search(Search("INCONNU", ("ROSE",), "F", "1987-03-03")).answer.individual is None


@pytest.mark.parametrize(
    ("variant", "signs"),
    [
        ("plain", (b"<soap:Body>", b"<RESULTAT xmlns=")),
        ("env", (b"<env:Body", b"<RESULTAT xmlns=", b"xmlns:ns0=")),
        ("S", (b"<S:Body", b"<ns2:RESULTAT")),
        ("cnda", (b"<ns2:INSHISTO><ns2:DateDeb>",)),
    ],
)
def test_every_spelling_of_an_answer_says_the_same(bench: Bench, variant: str, signs: tuple[bytes, ...]) -> None:
    plain = bench.search(HISTORY).answer
    bench.switch(variant=variant)
    got = bench.search(HISTORY)
    assert all(sign in got.body for sign in signs)
    assert got.answer == plain
    assert f'"{SOAP12}"'.encode() in got.body


def test_spellings_can_rotate(bench: Bench) -> None:
    bench.switch(variant="rotate")
    ids = [f"00000000-0000-4000-8000-{n:012d}" for n in range(12)]
    bodies = [bench.search(HISTORY, message_id=message_id).body for message_id in ids]
    assert len(set(bodies)) == 4


def test_the_table_tells_every_fault_in_two_languages() -> None:
    assert all(fault.text.fr != fault.text.en for fault in FAULTS)
    assert len({fault.id for fault in FAULTS}) == len(FAULTS)


@pytest.mark.parametrize(("fault", "setting"), [("code", "code"), ("oid", "oid"), ("other_place", "place")])
def test_a_setting_that_xml_cannot_hold_is_answered_all_the_same(bench: Bench, fault: str, setting: str) -> None:
    bench.arm(f"answer.{fault}", sequence=[{setting: "\x01\uffff"}])
    got = bench.search(HISTORY)
    assert (got.status, "\ufffd\ufffd" in got.body.decode()) == (200, True)
    assert bench.last()["outcome"] == "accepted"
