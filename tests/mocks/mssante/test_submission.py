"""A mail on its way: accepted, stored, journaled before the 250, read back through the control API."""

from __future__ import annotations

import pytest

from banc_standards.mail import build
from banc_standards.mail.read import read

from .conftest import DOCTOR, GP, PEOPLE, Bench, letter, mail


@pytest.mark.parametrize("port", ["submission", "submission_tls"])
def test_a_professional_sends_with_a_token(bench: Bench, port: str) -> None:
    sent = mail()
    assert bench.send(sent, client=bench.signed_in(port=port)) == {}
    exchange = bench.last()
    assert exchange["outcome"] == "accepted"
    assert exchange["facts"]["message_id"] == sent.message_id
    assert exchange["facts"]["recipients"] == [GP.mailbox]
    assert exchange["facts"]["professional"] == DOCTOR.idnat
    assert exchange["facts"]["lps"] == {"nil": "DEV000001"}
    assert exchange["peer"]["session_by"] == "credential"
    assert exchange["peer"]["token"]["client_id"] == "lps"
    assert exchange["findings"] == []
    (stored,) = bench.messages(GP.mailbox)
    assert stored["message_id"] == sent.message_id
    assert bench.raw(GP.mailbox, stored["uid"]) == (
        f"Return-Path: <{DOCTOR.mailbox}>\r\n".encode() + build.message(sent)
    )


def test_an_honest_letter_breaks_no_rule(bench: Bench) -> None:
    patient = PEOPLE.patient("PAT-01")
    sent = mail(letter(), to=(GP.mailbox, str(patient.mailbox)))
    assert bench.send(sent) == {}
    exchange = bench.last()
    assert patient.ins is not None
    assert exchange["facts"]["ins"] == patient.ins.value
    assert len(exchange["facts"]["documents"]) == 1
    assert {finding["rule"] for finding in exchange["findings"] if finding["severity"] == "error"} == set()
    assert read(build.message(sent)).subject == exchange["facts"]["subject"]
