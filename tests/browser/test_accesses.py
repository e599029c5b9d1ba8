"""Who read what, in a real browser: the trace of accesses beside the exchanges, live, in both languages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from banc_standards.vihf import names as vihf_names

from ..mocks.dmp.hospital import DOCTOR, Bench, Hospital, hospital_of
from .conftest import Sandbox
from .test_console import one, seen, wait

pytestmark = pytest.mark.browser


@pytest.fixture
def hospital(sandbox: Sandbox, tmp_path: Path) -> Iterator[Hospital]:
    """A hospital in a session of its own."""
    with httpx.Client(base_url=sandbox.ready["control"], verify=sandbox.trust, timeout=30) as control:
        session = control.post("/control/v1/sessions", json={"mode": "lenient"}).json()["id"]
        yield hospital_of(Bench(sandbox.ready, session, control, tmp_path))


@pytest.fixture
def doctor(hospital: Hospital) -> Hospital:
    """Who reads, with a card."""
    bench = hospital.bench
    card = Hospital(bench, bench.credential("CPS_AUTH", DOCTOR), bench.credential("CPS_SIGN", DOCTOR), hospital.patient)
    card.mode = vihf_names.DIRECT
    return card


def lines(browser: Any) -> list[str]:
    return [row.text for row in browser.find_elements("css selector", "#accesses tbody tr")]


def test_who_filed_and_who_read_is_shown_as_it_happens(
    browser: Any, sandbox: Sandbox, hospital: Hospital, doctor: Hospital, accessible: Callable[[], list[str]]
) -> None:
    browser.get(f"{sandbox.page}#/{hospital.bench.session}")
    seen(browser, "#state", "en direct")
    one(browser, "#view-accesses").click()
    seen(browser, "#no-access", "Personne n'a encore")
    assert browser.current_url.endswith("/accesses")

    lot = hospital.lot(hospital.document())
    assert hospital.send(lot).errors == []
    wait(browser, lambda page: [line for line in lines(page) if "Dépôt" in line])
    doctor.retrieve(lot.entry.unique_id or "", purpose="bris_de_glace")
    wait(browser, lambda page: [line for line in lines(page) if "Lecture" in line])

    assert "bris de glace" in lines(browser)[0]
    assert "EXEMPLE Camille" in lines(browser)[0]
    assert str(lot.entry.title) in lines(browser)[0]
    one(browser, "#accesses tbody button").click()
    seen(browser, "#detail-title", "TD3.2")
    one(browser, "label[for=lang-en]").click()
    wait(browser, lambda page: "break glass" in lines(page)[0])
    assert accessible() == []


def test_the_trace_of_one_patient_is_asked_for(browser: Any, sandbox: Sandbox, hospital: Hospital) -> None:
    assert hospital.send(hospital.lot(hospital.document())).errors == []
    browser.get(f"{sandbox.page}#/{hospital.bench.session}/accesses")
    wait(browser, lines)

    one(browser, "#ins").send_keys("255069999999934")
    seen(browser, "#no-access", "Personne n'a encore")
    one(browser, "#ins").clear()
    one(browser, "#ins").send_keys(hospital.ins.value)

    wait(browser, lambda page: "Dépôt" in "".join(lines(page)))
    one(browser, "#view-exchanges").click()
    wait(browser, lambda page: page.find_elements("css selector", "#rows button"))
    assert not one(browser, "#accesses").is_displayed()
