"""Where mails go, and what comes back: refusals, non-delivery and delivery notices, read receipts."""

from __future__ import annotations

from typing import Any

import pytest

from banc_mocks.mssante.state import application_mailbox
from banc_standards.mail import dsn, mdn
from banc_standards.mail.model import Mailbox
from banc_standards.mail.read import Received, read

from .conftest import APPLICATION, DOCTOR, GP, PEOPLE, Bench, letter, mail

CITIZEN = str(PEOPLE.patient("PAT-01").mailbox)
CLOSED = next(str(one.mailbox) for one in PEOPLE.patients if one.dmp == "closed" and one.mailbox)
ABSENT = next(str(one.mailbox) for one in PEOPLE.patients if one.dmp == "absent" and one.mailbox)
OTHER_PLACE = PEOPLE.structure("S02")


def back(bench: Bench, address: str = DOCTOR.mailbox) -> list[Received]:
    """What came back to the sender."""
    return [read(bench.raw(address, message["uid"])) for message in bench.messages(address)]


@pytest.mark.parametrize(
    ("address", "reply", "rule"),
    [
        ("inconnu@medecin.mssante.fr", "550 5.1.1", "SMTP-RCPT-003"),
        ("quelquun@exemple.fr", "550 5.7.1", "SMTP-RCPT-002"),
        ("quelquun@ailleurs.mssante.fr", "550 5.7.1", "SMTP-RCPT-002"),
        ("2790351215189@patient.mssante.fr", "553 5.1.3", "SMTP-RCPT-001"),
        ("279035121518900@patient.mssante.fr", "553 5.1.3", "SMTP-RCPT-001"),
    ],
)
def test_a_recipient_that_cannot_be_is_refused_at_once(bench: Bench, address: str, reply: str, rule: str) -> None:
    client = bench.signed_in()
    client.mail(DOCTOR.mailbox)
    code, text = client.rcpt(address)
    assert f"{code} {text.decode()}".startswith(reply)
    client.rset()
    exchange = bench.awaited("mssante.submission")
    assert (exchange["outcome"], exchange["code"]) == ("refused", reply)
    assert bench.rules(exchange) == {rule}


def test_a_mail_reaches_those_who_were_taken(bench: Bench) -> None:
    refused = bench.send(mail(to=(GP.mailbox, "inconnu@medecin.mssante.fr")))
    assert list(refused) == ["inconnu@medecin.mssante.fr"]
    exchange = bench.last()
    assert exchange["outcome"] == "accepted"
    assert exchange["facts"]["recipients"] == [GP.mailbox]
    # smtplib says TO: before Python 3.13 and to: since; the journal keeps the client's own letters.
    [said] = exchange["facts"]["refused"]
    assert said in {f"{to}:<inconnu@medecin.mssante.fr>: 550 5.1.1" for to in ("TO", "to")}
    assert len(bench.messages(GP.mailbox)) == 1


@pytest.mark.parametrize("address", [GP.mailbox, OTHER_PLACE.mailbox, application_mailbox(OTHER_PLACE), CITIZEN])
def test_every_kind_of_mailbox_gets_mail(bench: Bench, address: str) -> None:
    assert bench.send(mail(to=(address,))) == {}
    assert [message["sender"] for message in bench.messages(address)] == [DOCTOR.mailbox]
    boxes = bench.tell("GET", "mailboxes?limit=1000")["mailboxes"]
    assert {box["address"]: box["messages"] for box in boxes}[address] == 1


def test_addresses_are_compared_without_case(bench: Bench) -> None:
    bench.send(mail(to=(GP.mailbox.upper(),)))
    assert len(bench.messages(GP.mailbox)) == 1


@pytest.mark.parametrize(
    ("address", "status"),
    [(ABSENT, "5.1.1"), (CLOSED, "5.2.1"), ("146026322000196@patient.mssante.fr", "5.1.1")],
)
def test_a_citizen_without_mail_bounces_later(bench: Bench, address: str, status: str) -> None:
    assert bench.send(mail(to=(address,))) == {}
    assert bench.last()["facts"]["undelivered"] == [address]
    (notice,) = back(bench)
    found = dsn.read(notice.mime)
    assert notice.subject == dsn.UNDELIVERED
    assert found is not None
    assert [(one.recipient, one.status) for one in found.failed] == [(address, status)]
    assert notice.mime.parts[2].media_type == "message/rfc822"


def test_a_citizen_without_mail_may_be_refused_at_once(bench: Bench) -> None:
    bench.switch("citizen_refusal", "rcpt")
    client = bench.signed_in()
    client.mail(DOCTOR.mailbox)
    assert client.rcpt(ABSENT)[0] == 550
    assert client.rcpt(CLOSED)[0] == 550
    assert client.rcpt(CITIZEN)[0] == 250


def test_a_bounce_is_never_bounced(bench: Bench) -> None:
    client = bench.signed_in()
    assert client.docmd("MAIL FROM:<>")[0] == 250
    assert client.rcpt(ABSENT)[0] == 250
    assert client.data(b"Subject: x\r\n\r\n")[0] == 250
    assert bench.messages(DOCTOR.mailbox) == []


def test_a_delivery_notice_comes_when_it_is_asked_for(bench: Bench) -> None:
    client = bench.signed_in()
    client.mail(DOCTOR.mailbox, ["RET=HDRS", "ENVID=QQ314159"])
    client.rcpt(GP.mailbox, ["NOTIFY=SUCCESS,FAILURE", f"ORCPT=rfc822;{GP.mailbox}"])
    client.rcpt(CITIZEN, ["NOTIFY=NEVER"])
    client.data(b"Subject: essai\r\nMessage-ID: <x@y>\r\n\r\nBonjour\r\n")
    (notice,) = back(bench)
    found = dsn.read(notice.mime)
    assert found is not None
    assert found.envelope_id == "QQ314159"
    assert [(one.recipient, one.action) for one in found.outcomes] == [(GP.mailbox, "delivered")]


def test_the_header_asks_for_a_delivery_notice_too(bench: Bench) -> None:
    bench.send(mail(delivery_receipt_to=DOCTOR.mailbox))
    assert [notice.report_type for notice in back(bench)] == ["delivery-status"]


def test_an_application_answers_with_a_receipt(bench: Bench) -> None:
    target = application_mailbox(OTHER_PLACE)
    sent = mail(letter(), to=(target,))
    bench.send(sent)
    (receipt,) = back(bench)
    notice = mdn.read(receipt.mime)
    assert notice is not None
    assert (notice.type, notice.action_mode, notice.failed) == ("processed", "automatic-action", False)
    assert (notice.original_message_id, notice.final_recipient) == (sent.message_id, target)
    assert receipt.subject == sent.subject
    assert bench.messages(DOCTOR.mailbox)[0]["sender"] == ""
    assert bench.messages(DOCTOR.mailbox)[0]["report"] == "disposition-notification"


def test_a_citizen_reads_and_cannot_refuse_the_receipt(bench: Bench) -> None:
    bench.send(mail(letter(), to=(CITIZEN,)))
    (receipt,) = back(bench)
    notice = mdn.read(receipt.mime)
    assert notice is not None
    assert (notice.type, notice.action_mode) == ("displayed", "manual-action")


@pytest.mark.parametrize(("policy", "number"), [("automatic", 0), ("all", 1), ("never", 0)])
def test_whether_people_answer_is_a_switch(bench: Bench, policy: str, number: int) -> None:
    bench.switch("receipts", policy)
    bench.send(mail(letter()))
    assert len(back(bench)) == number


@pytest.mark.parametrize(
    "changed",
    [{"read_receipt_to": None}, {"read_receipt_to": PEOPLE.structure("S01").mailbox}],
)
def test_no_receipt_without_request_nor_to_another_address(bench: Bench, changed: dict[str, Any]) -> None:
    bench.send(mail(letter(), to=(CITIZEN,), **changed))
    assert back(bench) == []


@pytest.mark.parametrize("version", ["1.1.3", "1.1.2"])
def test_an_error_receipt_follows_either_version(bench: Bench, version: str) -> None:
    bench.switch("receipt_version", version)
    bench.arm("receipt_error", sequence=[{"code": "904"}])
    bench.send(mail(letter(), to=(CITIZEN,)))
    (receipt,) = back(bench)
    notice = mdn.read(receipt.mime)
    assert notice is not None
    assert (notice.failed, notice.code, notice.old_form) == (True, "904", version == "1.1.2")
    assert receipt.subject.startswith("[KO Intégration système !][904] XDM/1.0/DDM+")


def test_who_names_the_session_in_addresses_gets_the_same_answers(bench: Bench) -> None:
    def named(address: str) -> str:
        return f"{address.removesuffix('.mssante.fr')}.{bench.session}.mssante.fr"

    absent = next(one for one in PEOPLE.patients if one.mailbox == ABSENT)
    own, target = named(DOCTOR.mailbox), named(application_mailbox(OTHER_PLACE))
    client = bench.signed_in(own)
    sent = mail(letter(absent.id), to=(target, ABSENT), sender=Mailbox(own, "Dr_Camille_EXEMPLE"), read_receipt_to=own)
    assert bench.send(sent, client=client) == {}
    assert bench.rules(bench.last()) == set()
    assert "MAIL-PAT-005" not in bench.rules(bench.last(), "info")
    receipt, bounce = back(bench)
    notice, failure = mdn.read(receipt.mime), dsn.read(bounce.mime)
    assert notice is not None
    assert failure is not None
    assert (notice.final_recipient, receipt.recipients[0].address) == (target, own)
    assert (failure.failed[0].recipient, bounce.recipients[0].address) == (ABSENT, own)


def receipt_about(message_id: str, **changed: Any) -> bytes:
    values: dict[str, Any] = {
        "sender": Mailbox(DOCTOR.mailbox),
        "recipient": GP.mailbox,
        "message_id": "<accuse@logiciel.test>",
        "date": mail().date,
        "original_message_id": message_id,
        "original_subject": "XDM/1.0/DDM+Lettre PAT ESSAI",
        "original": b"Subject: x\r\n\r\n",
        "original_recipient": DOCTOR.mailbox,
        "final_recipient": DOCTOR.mailbox,
    }
    return mdn.message(mdn.Mdn(**(values | changed)))


def test_a_receipt_of_a_mail_that_asked_for_it_breaks_no_rule(bench: Bench) -> None:
    gp = bench.signed_in(GP.mailbox, person=GP.idnat)
    asked = mail(to=(DOCTOR.mailbox,), sender=Mailbox(GP.mailbox, "Dr_A_BE"), read_receipt_to=GP.mailbox)
    bench.send(asked, client=gp)
    client = bench.signed_in()
    client.docmd("MAIL FROM:<>")
    client.rcpt(GP.mailbox)
    assert client.data(receipt_about(asked.message_id))[0] == 250
    exchange = bench.last()
    assert bench.rules(exchange) == set()
    assert exchange["facts"]["original_message_id"] == asked.message_id
    assert exchange["facts"]["disposition"] == "processed"


def test_a_receipt_of_an_unknown_mail_is_found(bench: Bench) -> None:
    client = bench.signed_in()
    client.docmd("MAIL FROM:<>")
    client.rcpt(GP.mailbox)
    client.data(receipt_about("<jamais@vu>"))
    assert bench.rules(bench.last()) == {"MDN-007"}


def test_receipts_are_never_answered(bench: Bench) -> None:
    client = bench.signed_in()
    client.mail(DOCTOR.mailbox)
    client.rcpt(CITIZEN)
    data = receipt_about("<jamais@vu>").replace(
        b"Auto-Submitted", b"Disposition-Notification-To: x@y.fr\r\nAuto-Submitted"
    )
    client.data(data.replace(b"x@y.fr", DOCTOR.mailbox.encode()))
    assert back(bench) == []


def test_each_domain_has_a_box_that_answers(bench: Bench) -> None:
    bench.send(mail(to=("reponse.automatique-test@patient.mssante.fr",)))
    (answer,) = back(bench)
    assert answer.mime.headers.first("Auto-Submitted") == "auto-replied"
    assert answer.subject == "Re: Rendez-vous"


def test_a_message_id_that_comes_again_is_noted(bench: Bench) -> None:
    again = mail()
    bench.send(again)
    bench.send(again)
    assert bench.rules(bench.last(), "warning") == {"MAIL-HDR-006"}
    assert len(bench.messages(GP.mailbox)) == 2


def test_a_reset_empties_the_mailboxes(bench: Bench) -> None:
    client = bench.signed_in()
    bench.send(mail(), client=client)
    bench.tell("POST", "reset")
    assert bench.messages(GP.mailbox) == []


def test_messages_are_listed_by_pages(bench: Bench) -> None:
    client = bench.signed_in()
    for _ in range(3):
        bench.send(mail(), client=client)
    first = bench.tell("GET", f"mailboxes/{GP.mailbox}/messages?limit=2")
    rest = bench.tell("GET", f"mailboxes/{GP.mailbox}/messages?limit=2&after={first['next']}")
    assert [one["uid"] for one in (*first["messages"], *rest["messages"])] == [1, 2, 3]
    assert rest["next"] is None
    assert bench.tell("GET", f"mailboxes/{GP.mailbox}/messages/3") == rest["messages"][0]


@pytest.mark.parametrize("path", ["nulle@part.fr/messages", f"{GP.mailbox}/messages/9", f"{GP.mailbox}/messages/x/raw"])
def test_what_does_not_exist_is_said_so(bench: Bench, path: str) -> None:
    answer = bench.control.get(f"/control/v1/sessions/{bench.session}/mailboxes/{path}")
    assert answer.status_code == 404
    assert answer.json()["code"]


def test_the_application_box_sends_too(bench: Bench) -> None:
    client = bench.application()
    sent = mail(sender=Mailbox(APPLICATION, "CHU Fictif, résultats"), reply_to=PEOPLE.structure("S01").mailbox)
    bench.send(sent, client=client)
    assert bench.rules(bench.last()) == set()
