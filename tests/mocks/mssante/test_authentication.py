"""Who gets in: tokens of professionals, certificates of applications, and to which session they belong."""

from __future__ import annotations

import base64
import smtplib

import pytest

from .conftest import APPLICATION, DOCTOR, GP, PEOPLE, PLACE, Bench, bearer, mail

NURSE = PEOPLE.professional("P11")


def test_the_port_announces_starttls_then_xoauth2(bench: Bench) -> None:
    clear = bench.clear()
    assert clear.has_extn("starttls")
    assert not clear.has_extn("auth")
    secured = bench.connect()
    assert not secured.has_extn("starttls")
    assert secured.esmtp_features["auth"].split() == ["XOAUTH2"]
    assert secured.esmtp_features["size"] == "10485760"
    assert secured.has_extn("dsn")


def test_under_a_certificate_plain_comes_first(bench: Bench) -> None:
    client = bench.connect(context=bench.shown(bench.certificate(holder=PLACE.id)))
    assert client.esmtp_features["auth"].split() == ["PLAIN", "XOAUTH2", "EXTERNAL", "LOGIN"]


def test_oauthbearer_is_a_switch(bench: Bench) -> None:
    client = bench.connect(context=bench.shown(bench.certificate()))
    assert bearer(client, DOCTOR.mailbox, bench.token(), "OAUTHBEARER")[0] == 504
    bench.switch("oauthbearer", True)
    client.ehlo("logiciel.test")
    assert "OAUTHBEARER" in client.esmtp_features["auth"]
    assert bearer(client, DOCTOR.mailbox, bench.token(), "OAUTHBEARER")[0] == 235
    assert bench.rules(bench.last("mssante.auth"), "warning") == {"SMTP-AUTH-007"}


def test_an_accepted_token_is_journaled_without_its_value(bench: Bench) -> None:
    bench.signed_in()
    exchange = bench.last("mssante.auth")
    assert exchange["outcome"] == "accepted"
    assert exchange["request"]["line"] == "AUTH XOAUTH2"
    assert exchange["facts"] == {"mechanism": "XOAUTH2", "mailbox": DOCTOR.mailbox, "professional": DOCTOR.idnat}
    assert bench.token() not in str(exchange)


def test_the_team_opens_the_mailbox_of_its_service(bench: Bench) -> None:
    bench.signed_in(PLACE.mailbox)
    assert bench.last("mssante.auth")["facts"]["mailbox"] == PLACE.mailbox


def refused(bench: Bench, client: smtplib.SMTP, mailbox: str, token: str) -> str:
    code, reply = bearer(client, mailbox, token)
    assert code == 535, reply
    exchange = bench.last("mssante.auth")
    assert exchange["outcome"] == "refused"
    (rule,) = bench.rules(exchange)
    assert rule.encode() in reply
    return rule


def test_another_ones_mailbox_stays_closed(bench: Bench) -> None:
    assert refused(bench, bench.connect(), GP.mailbox, bench.token()) == "SMTP-AUTH-003"
    assert refused(bench, bench.connect(), NURSE.mailbox, bench.token()) == "SMTP-AUTH-003"


def test_an_expired_token_is_refused_and_a_new_one_opens(bench: Bench) -> None:
    token = bench.token()
    bench.tell("PUT", "clock", {"offset_s": 600})
    assert refused(bench, bench.connect(), DOCTOR.mailbox, token) == "SMTP-AUTH-002"
    bench.tell("DELETE", "clock")
    assert bearer(bench.connect(), DOCTOR.mailbox, token)[0] == 235


def test_the_connection_survives_a_refusal(bench: Bench) -> None:
    client = bench.connect()
    bench.token()
    assert bearer(client, GP.mailbox, bench.token())[0] == 535
    assert bearer(client, DOCTOR.mailbox, bench.token())[0] == 235


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "eyJhbGciOiJub25lIn0.e30."])
def test_what_is_no_token_of_the_sandbox_is_refused_in_the_default_session(bench: Bench, token: str) -> None:
    code, reply = bearer(bench.connect(), DOCTOR.mailbox, token)
    assert code == 535
    assert b"SMTP-AUTH-002" in reply


def test_the_domain_of_the_login_names_the_session_of_a_refusal(bench: Bench) -> None:
    local, _, domain = DOCTOR.mailbox.partition("@")
    named = f"{local}@{domain.removesuffix('.mssante.fr')}.{bench.session}.mssante.fr"
    assert bearer(bench.connect(), named, "x")[0] == 535
    exchange = bench.last("mssante.auth")
    assert exchange["peer"]["session_by"] == "address"
    assert exchange["facts"]["mailbox"] == DOCTOR.mailbox


def test_an_application_opens_its_mailbox_with_plain(bench: Bench) -> None:
    client = bench.application()
    assert client.sendmail(APPLICATION, [GP.mailbox], b"Subject: essai\r\n\r\nBonjour\r\n") == {}
    exchange = bench.last()
    assert exchange["peer"]["session_by"] == "certificate"
    assert exchange["peer"]["certificate"]["kind"] == "AUTH_CLI"
    assert exchange["facts"]["mailbox"] == APPLICATION


@pytest.mark.parametrize("mechanism", ["EXTERNAL", "LOGIN"])
def test_other_mechanisms_are_only_noted(bench: Bench, mechanism: str) -> None:
    client = bench.connect(context=bench.shown(bench.certificate(holder=PLACE.id)))
    login = base64.b64encode(APPLICATION.encode()).decode()
    reply = client.docmd("AUTH", f"{mechanism} {login}")
    if mechanism == "LOGIN":
        assert reply[0] == 334
        reply = client.docmd(base64.b64encode(b"peu importe").decode())
    assert reply[0] == 235
    assert bench.rules(bench.last("mssante.auth"), "info") == {"SMTP-AUTH-005"}


def plain(client: smtplib.SMTP, login: str) -> tuple[int, bytes]:
    return client.docmd("AUTH", "PLAIN " + base64.b64encode(f"\0{login}\0".encode()).decode())


def test_plain_needs_a_certificate(bench: Bench) -> None:
    code, reply = plain(bench.connect(), APPLICATION)
    assert code == 535
    assert b"SMTP-AUTH-004" in reply


@pytest.mark.parametrize(
    ("order", "login", "rule"),
    [
        ({"holder": "S02"}, APPLICATION, "SMTP-AUTH-004"),
        ({"holder": PLACE.id}, DOCTOR.mailbox, "SMTP-AUTH-004"),
        ({"holder": PLACE.id}, "inconnue@chu-fictif.mssante.fr", "SMTP-AUTH-004"),
        ({"holder": PLACE.id, "profile": "expired"}, APPLICATION, "TLS-003"),
        ({"holder": PLACE.id, "profile": "not_yet"}, APPLICATION, "TLS-004"),
        ({"holder": PLACE.id, "profile": "revoked"}, APPLICATION, "TLS-005"),
        ({"holder": PLACE.id, "profile": "foreign_ca"}, APPLICATION, "TLS-002"),
        ({"holder": PLACE.id, "kind": "SMTP"}, APPLICATION, "TLS-006"),
    ],
)
def test_a_wrong_certificate_is_refused_by_its_rule(bench: Bench, order: dict[str, str], login: str, rule: str) -> None:
    client = bench.connect(context=bench.shown(bench.certificate(**order)))
    code, reply = plain(client, login)
    assert code == 535, reply
    assert bench.rules(bench.last("mssante.auth")) == {rule}


def test_a_certificate_may_be_required_beside_the_token(bench: Bench) -> None:
    bench.switch("client_certificate", "required")
    code, _ = bearer(bench.connect(), DOCTOR.mailbox, bench.token())
    assert code == 535
    assert bench.rules(bench.last("mssante.auth")) == {"TLS-001"}
    shown = bench.connect(context=bench.shown(bench.certificate()))
    assert bearer(shown, DOCTOR.mailbox, bench.token())[0] == 235


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("AUTH", 504),
        ("AUTH CRAM-MD5", 504),
        ("AUTH XOAUTH2 !!!", 501),
        ("AUTH XOAUTH2 " + base64.b64encode(b"\xff").decode(), 501),
        ("AUTH XOAUTH2 " + base64.b64encode(b"user=a").decode(), 501),
        ("AUTH XOAUTH2 x y", 504),
    ],
)
def test_malformed_credentials_get_their_own_code(bench: Bench, command: str, code: int) -> None:
    client = bench.connect(context=bench.shown(bench.certificate()))
    assert client.docmd(command)[0] == code
    exchange = bench.last("mssante.auth")
    assert bench.rules(exchange) == {"SMTP-AUTH-006"}


def test_a_client_may_give_up(bench: Bench) -> None:
    client = bench.connect()
    assert client.docmd("AUTH XOAUTH2")[0] == 334
    assert client.docmd("*")[0] == 501
    assert client.noop()[0] == 250


def test_nothing_is_sent_without_authentication(bench: Bench) -> None:
    client = bench.connect(context=bench.shown(bench.certificate()))
    assert client.mail(DOCTOR.mailbox)[0] == 530
    assert bench.rules(bench.last()) == {"SMTP-AUTH-001"}


def test_nothing_is_said_in_clear(bench: Bench) -> None:
    client = bench.clear()
    assert client.mail(DOCTOR.mailbox)[0] == 530
    assert client.docmd("AUTH XOAUTH2 x")[0] == 530


def test_a_certificate_and_a_token_of_two_sessions_are_refused_in_both(bench: Bench, other: Bench) -> None:
    client = bench.connect(context=bench.shown(bench.certificate()))
    code, reply = bearer(client, DOCTOR.mailbox, other.token())
    assert code == 554
    assert b"SESSION-001" in reply
    for session in (bench, other):
        exchange = session.last("mssante.auth")
        assert (exchange["outcome"], exchange["code"]) == ("refused", "SESSION-001")


def test_a_recipient_of_another_session_is_refused_in_both(bench: Bench, other: Bench) -> None:
    local, _, domain = GP.mailbox.partition("@")
    elsewhere = f"{local}@{domain.removesuffix('.mssante.fr')}.{other.session}.mssante.fr"
    own = elsewhere.replace(other.session, bench.session)
    client = bench.signed_in()
    assert client.mail(DOCTOR.mailbox)[0] == 250
    assert client.rcpt(elsewhere)[0] == 554
    assert client.rcpt(own)[0] == 250
    assert client.data(b"Subject: x\r\n\r\n")[0] == 250
    assert [message["sender"] for message in bench.messages(GP.mailbox)] == [DOCTOR.mailbox]
    assert other.messages(GP.mailbox) == []


def test_sessions_do_not_see_each_others_mail(bench: Bench, other: Bench) -> None:
    bench.send(mail())
    other.send(mail())
    assert len(bench.messages(GP.mailbox)) == len(other.messages(GP.mailbox)) == 1
    assert bench.messages(GP.mailbox) != other.messages(GP.mailbox)


def test_one_sends_under_ones_own_address_only(bench: Bench) -> None:
    client = bench.signed_in()
    code, reply = client.mail(GP.mailbox)
    assert code == 553
    assert b"SMTP-MAIL-001" in reply
    assert client.mail(PLACE.mailbox)[0] == 250


def test_a_deleted_session_ends_its_connections(bench: Bench) -> None:
    client = bench.signed_in()
    bench.control.delete(f"/control/v1/sessions/{bench.session}")
    assert client.docmd(f"MAIL FROM:<{DOCTOR.mailbox}>")[0] == 421
