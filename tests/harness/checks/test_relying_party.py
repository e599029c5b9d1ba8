"""Checks of relying parties over traces made by hand: what passes, and the smallest change that fails."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import pytest

from banc_harness.checks import Check, ciba, connected_api, relying_party, relying_party_session
from banc_harness.judging import judge
from banc_harness.trace import Acted, Exchange, Trace
from banc_standards.contracts.vocabulary import Verdict
from banc_standards.psc import build

MakeExchange = Callable[..., Exchange]
FORM = "application/x-www-form-urlencoded"
STEP = "PSC.1"


@pytest.fixture
def sent(exchange: MakeExchange) -> MakeExchange:
    """Makes exchanges that post a form, or answer JSON, in one step."""

    def make(operation: str, form: dict[str, str] | None = None, answer: Any = None, **more: Any) -> Exchange:
        return exchange(
            operation,
            **{"outcome": "accepted", "claimed_by": STEP} | more,
            sent=urlencode(form or {}).encode(),
            sent_as=FORM,
            answered=json.dumps(answer).encode() if answer is not None else b"",
        )

    return make


def act(status: Any = "refused", **more: Any) -> Acted:
    return Acted(STEP, "auth.login", status, **more)


def verdict(check: Check, scenario: str, *exchanges: Exchange, acts: tuple[Acted, ...] = ()) -> Verdict:
    judged = judge(check, Trace(scenario, exchanges, acts=acts))
    assert judged is not None
    assert judged.crash == ""
    return judged.verdict


@pytest.mark.parametrize(
    ("check", "scenario", "fault"),
    [
        (relying_party.signature_verified, "PSC.06", "psc.id_token.hs256"),
        (relying_party.claims_verified, "PSC.07", "psc.id_token.iss"),
    ],
)
def test_spoiled_tokens_open_nothing(sent: MakeExchange, check: Check, scenario: str, fault: str) -> None:
    token = sent("psc.token", fault=fault)
    used = sent("psc.userinfo")

    assert verdict(check, scenario, token, acts=(act(),)) == "CONFORME"
    assert verdict(check, scenario, token, acts=(act("done"),)) == "NON_CONFORME"
    assert verdict(check, scenario, token, used, acts=(act(),)) == "NON_CONFORME"


def test_at_hash_only_informs(sent: MakeExchange) -> None:
    token = sent("psc.token", fault=relying_party.AT_HASH)

    assert verdict(relying_party.claims_verified, "PSC.07", token, acts=(act("done"),)) == "CONFORME"
    assert verdict(relying_party.companion_verified, "PSC.07", token, acts=(act("done"),)) == "CONFORME"


def test_another_subject(sent: MakeExchange) -> None:
    info = sent("psc.userinfo", fault="psc.userinfo.sub")

    assert verdict(relying_party.subject_compared, "PSC.10", info, acts=(act(),)) == "CONFORME"
    assert verdict(relying_party.subject_compared, "PSC.10", info, acts=(act("done"),)) == "NON_CONFORME"


@pytest.mark.parametrize(("status", "reads", "expected"), [("done", 2, "CONFORME"), ("done", 9, "NON_CONFORME")])
def test_keys_are_read_again_once(sent: MakeExchange, status: str, reads: int, expected: Verdict) -> None:
    token, keys = sent("psc.token"), sent("psc.jwks", count=reads)

    assert verdict(relying_party.keys_reread, "PSC.08", token, keys, acts=(act(status),)) == expected


def test_a_rotation_that_ends_in_a_refusal_fails(sent: MakeExchange) -> None:
    assert verdict(relying_party.keys_reread, "PSC.08", sent("psc.token"), acts=(act(),)) == "NON_CONFORME"


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, "CONFORME"),
        ({"redirect_uri": "https://b.test/"}, "NON_CONFORME"),
        ({"code_verifier": "autre"}, "NON_CONFORME"),
        ({"client_id": "autre"}, "NON_CONFORME"),
    ],
)
def test_both_legs_agree(sent: MakeExchange, changed: dict[str, str], expected: Verdict) -> None:
    challenge = build.challenge("v" * 43)
    query = urlencode(
        {
            "client_id": "a",
            "redirect_uri": "https://a.test/",
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
    )
    form = {"code": "c", "client_id": "a", "redirect_uri": "https://a.test/", "code_verifier": "v" * 43} | changed
    asked = sent("psc.authorization", line=f"GET /auth?{query}")
    redeemed = sent("psc.token", form, facts={"grant_type": "authorization_code"})

    assert verdict(relying_party.code_redeemed_once, "PSC.12", asked, redeemed) == expected


def test_a_secret_in_an_address(sent: MakeExchange) -> None:
    honest, leaking = (sent("psc.authorization", line=f"GET /auth?{q}") for q in ("a=b", "client_secret=s"))

    assert verdict(relying_party.secret_kept, "PSC.12", honest) == "CONFORME"
    assert verdict(relying_party.secret_kept, "PSC.12", leaking) == "NON_CONFORME"


@pytest.mark.parametrize(("status", "idnat", "expected"), [("done", "5/7", "CONFORME"), ("done", "7", "NON_CONFORME")])
def test_the_identifier_is_kept_as_it_is(sent: MakeExchange, status: str, idnat: str, expected: Verdict) -> None:
    info = sent("psc.userinfo", answer={"SubjectNameID": "5/7"})
    said = act(status, output={"professional": {"idnat": idnat}})

    assert verdict(relying_party.any_identifier, "PSC.11", info, acts=(said,)) == expected


@pytest.mark.parametrize(("status", "expected"), [("refused", "CONFORME"), ("failed", "NON_CONFORME")])
def test_a_reduced_userinfo_is_no_failure(sent: MakeExchange, status: str, expected: Verdict) -> None:
    assert verdict(relying_party.tolerant_reader, "PSC.13", sent("psc.userinfo"), acts=(act(status),)) == expected


DEAD = {
    "dead driver": act("error", gone=True),
    "spoiled answer": act("error", why="crashed"),
    "unknown action": act("unsupported"),
}


@pytest.mark.parametrize("said", DEAD.values(), ids=DEAD)
@pytest.mark.parametrize(
    ("check", "scenario", "operation", "fault"),
    [
        (relying_party.signature_verified, "PSC.06", "psc.token", "psc.id_token.hs256"),
        (relying_party.claims_verified, "PSC.07", "psc.token", "psc.id_token.iss"),
        (relying_party.companion_verified, "PSC.07", "psc.token", relying_party.AT_HASH),
        (relying_party.keys_reread, "PSC.08", "psc.token", None),
        (relying_party.higher_level, "PSC.09", "psc.token", None),
        (relying_party.subject_compared, "PSC.10", "psc.userinfo", "psc.userinfo.sub"),
        (relying_party.any_identifier, "PSC.11", "psc.userinfo", None),
        (relying_party.several_places, "PSC.12", "psc.userinfo", None),
        (relying_party.tolerant_reader, "PSC.13", "psc.userinfo", None),
        (relying_party.tolerant_reader, "PSC.13", "psc.userinfo", "psc.userinfo.extra"),
        (relying_party_session.tokens_unseen, "PSC.12", "psc.token", None),
        (relying_party_session.nothing_opened, "PSC.20", "psc.token", "psc.down"),
        (relying_party_session.outage_told, "PSC.20", "psc.token", "psc.down"),
        (ciba.number_shown, "PSC.21", "psc.ciba", None),
    ],
)
def test_a_driver_that_dies_proves_nothing(
    sent: MakeExchange, check: Check, scenario: str, operation: str, fault: str | None, said: Acted
) -> None:
    crossed = sent(operation, answer={"access_token": "a", "SubjectNameID": "5/7"}, fault=fault)

    judged = judge(check, Trace(scenario, (crossed,), acts=(said,)))

    assert judged is not None
    assert (judged.verdict, judged.findings) == ("NON_TESTE", ())


def test_what_crossed_the_wire_counts_though_the_driver_died(sent: MakeExchange) -> None:
    token, used = sent("psc.token", fault="psc.id_token.hs256"), sent("psc.userinfo")

    assert verdict(relying_party.signature_verified, "PSC.06", token, used, acts=tuple(DEAD.values())) == "NON_CONFORME"


@pytest.mark.parametrize(("times", "expected"), [(1, "CONFORME"), (2, "CONFORME"), (3, "NON_CONFORME")])
def test_a_burst_of_refreshes(sent: MakeExchange, times: int, expected: Verdict) -> None:
    refreshes = (sent("psc.token", facts={"grant_type": "refresh_token"}) for _ in range(times))

    assert verdict(relying_party_session.no_storm, "PSC.14", *refreshes) == expected


@pytest.mark.parametrize(
    ("query", "outcome", "expected"),
    [("id_token_hint=a", "accepted", "CONFORME"), ("x=1", "accepted", "NON_CONFORME"), ("", "refused", "NON_CONFORME")],
)
def test_a_logout_says_whose(sent: MakeExchange, query: str, outcome: str, expected: Verdict) -> None:
    logout = sent("psc.logout", line=f"GET /logout?{query}", outcome=outcome)

    assert verdict(relying_party_session.provider_signed_out, "PSC.16", logout) == expected


def test_a_token_is_shown_to_nobody(sent: MakeExchange) -> None:
    token = sent("psc.token", answer={"access_token": "secret-du-jeton"})
    quiet, talking = act("done", shown=(("info", "Bonjour"),)), act("done", shown=(("info", "secret-du-jeton"),))

    assert verdict(relying_party_session.tokens_unseen, "PSC.12", token, acts=(quiet,)) == "CONFORME"
    assert verdict(relying_party_session.tokens_unseen, "PSC.12", token, acts=(talking,)) == "NON_CONFORME"


@pytest.mark.parametrize(("believed", "expected"), [(0, "CONFORME"), (1, "NON_CONFORME")])
def test_an_impostor_is_not_believed(sent: MakeExchange, believed: int, expected: Verdict) -> None:
    met = sent("psc.impostor", facts={"profile": "wrong_host", "reached": 1, "believed": believed})

    assert verdict(relying_party_session.certificate_verified, "PSC.19", met) == expected


@pytest.mark.parametrize(
    ("codes", "seconds", "expected"),
    [
        (("authorization_pending", None), (0.0, 1.0), "CONFORME"),
        (("authorization_pending", None), (0.0, 0.5), "NON_CONFORME"),
        (("slow_down", None), (0.0, 6.0), "CONFORME"),
        (("slow_down", None), (0.0, 1.0), "NON_CONFORME"),
        (("access_denied", "invalid_grant"), (0.0, 9.0), "NON_CONFORME"),
    ],
)
def test_polls_keep_their_pace(
    sent: MakeExchange, codes: tuple[str | None, ...], seconds: tuple[float, ...], expected: Verdict
) -> None:
    asked = sent("psc.ciba", answer={"auth_req_id": "r", "interval": 1})
    polls = [
        sent(
            "psc.token",
            {"auth_req_id": "r"},
            facts={"grant_type": "urn:openid:params:grant-type:ciba"},
            outcome="refused" if code else "accepted",
            code=code,
            at=f"2026-11-22T10:00:{second:09.6f}+00:00",
        )
        for code, second in zip(codes, seconds, strict=True)
    ]

    assert verdict(ciba.pace, "PSC.22", asked, *polls) == expected


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [(("01", "73", "01", "20"), "CONFORME"), (("00",) * 4, "NON_CONFORME"), (("00",) * 3, "CONFORME")],
)
def test_the_number_is_drawn(sent: MakeExchange, numbers: tuple[str, ...], expected: Verdict) -> None:
    asked = (sent("psc.ciba", {"binding_message": number}) for number in numbers)

    assert verdict(ciba.binding_message, "PSC.21", *asked) == expected


@pytest.mark.parametrize(("address", "expected"), [("10.0.0.1:1", "CONFORME"), ("10.0.0.2:1", "NON_CONFORME")])
def test_one_address_calls(sent: MakeExchange, address: str, expected: Verdict) -> None:
    asked = sent("psc.ciba", peer={"address": "10.0.0.1:9"})
    used = sent("psc.userinfo", peer={"address": address})

    assert verdict(ciba.one_caller, "PSC.21", asked, used) == expected


@pytest.mark.parametrize(("tokens", "expected"), [(("a", "b"), "CONFORME"), (("a", "a"), "NON_CONFORME")])
def test_a_token_is_exchanged_once(sent: MakeExchange, tokens: tuple[str, ...], expected: Verdict) -> None:
    exchanged = (sent("psc.exchange", {"subject_token": token}) for token in tokens)

    assert verdict(connected_api.exchanged_once, "PSC.30", *exchanged) == expected


@pytest.mark.parametrize(("idnat", "expected"), [("1", "CONFORME"), ("2", "NON_CONFORME")])
def test_nobody_uses_the_token_of_another(sent: MakeExchange, idnat: str, expected: Verdict) -> None:
    exchanged = sent("psc.exchange", facts={"professional": "1"})
    asked = act("done", input={"professional": {"idnat": idnat}})

    assert verdict(connected_api.own_token, "PSC.30", exchanged, acts=(asked,)) == expected


def told_the_time(seconds: int) -> Acted:
    return Acted(STEP, "clock.set", "done", input={"offset_s": seconds})


def renewed(status: Any) -> Acted:
    return Acted(STEP, "auth.refresh", status)


AT_WORK = tuple(act for minutes in range(25, 240, 25) for act in (told_the_time(60 * minutes), renewed("done")))
"""A user who renews their session every twenty-five minutes, for less than four hours."""


@pytest.mark.parametrize(
    ("acts", "expected"),
    [
        ((renewed("done"),), "CONFORME"),
        ((told_the_time(31 * 60), renewed("refused")), "CONFORME"),
        ((told_the_time(31 * 60), renewed("done")), "NON_CONFORME"),
        ((told_the_time(29 * 60), renewed("done")), "CONFORME"),
        (AT_WORK, "CONFORME"),
        ((*AT_WORK, told_the_time(4 * 3600 + 60), renewed("refused")), "CONFORME"),
        ((*AT_WORK, told_the_time(4 * 3600 + 60), renewed("done")), "NON_CONFORME"),
        ((told_the_time(31 * 60), renewed("error")), "NON_TESTE"),
    ],
)
def test_a_session_does_not_last_for_ever(sent: MakeExchange, acts: tuple[Acted, ...], expected: Verdict) -> None:
    assert verdict(relying_party_session.session_ended, "PSC.40", acts=(act("done"), *acts)) == expected


@pytest.mark.parametrize(
    ("grant_type", "outcome", "status", "expected"),
    [
        ("refresh_token", "refused", "done", "NON_CONFORME"),
        ("refresh_token", "refused", "refused", "CONFORME"),
        ("refresh_token", "accepted", "done", "CONFORME"),
        ("authorization_code", "accepted", "done", "CONFORME"),
    ],
)
def test_a_refused_refresh_ends_the_session(
    sent: MakeExchange, grant_type: str, outcome: str, status: str, expected: Verdict
) -> None:
    asked = sent("psc.token", {"grant_type": grant_type}, outcome=outcome, code="invalid_grant")

    assert verdict(relying_party_session.session_ended, "PSC.17", asked, acts=(renewed(status),)) == expected


@pytest.mark.parametrize(
    ("header", "expected"), [("Bearer a", "CONFORME"), ("bearer a", "CONFORME"), (None, "NON_CONFORME")]
)
def test_userinfo_takes_its_token_in_a_header(sent: MakeExchange, header: str | None, expected: Verdict) -> None:
    request = {"line": "GET /userinfo", "headers": [["Authorization", header]] if header else []}
    asked = sent("psc.userinfo", request=request)

    assert verdict(relying_party.bearer_header, "PSC.12", asked) == expected


def test_a_code_of_another_issuer_only_informs(sent: MakeExchange) -> None:
    judged = judge(relying_party.issuer_compared, Trace("PSC.41", (sent("psc.token"),), acts=(act(),)))

    assert judged is not None
    assert (judged.verdict, [item.severity for item in judged.findings]) == ("CONFORME", ["info"])


@pytest.mark.parametrize(
    ("acts", "spent", "expected"),
    [
        (("refused",), False, "CONFORME"),
        (("refused",), True, "NON_CONFORME"),
        (("done",), False, "NON_CONFORME"),
        (("error",), False, "NON_TESTE"),
    ],
)
def test_a_sign_out_leaves_nothing(sent: MakeExchange, acts: tuple[str, ...], spent: bool, expected: Verdict) -> None:
    out = Acted("PSC.0", "auth.logout", "done")
    token = (
        (sent("psc.token", {"grant_type": "refresh_token"}, facts={"grant_type": "refresh_token"}),) if spent else ()
    )
    said = (out, *(renewed(status) for status in acts))

    assert verdict(relying_party_session.tokens_erased, "PSC.16", *token, acts=said) == expected


@pytest.mark.parametrize("fault", relying_party_session.FAILURES)
@pytest.mark.parametrize(("status", "expected"), [("failed", "CONFORME"), ("done", "NON_CONFORME")])
def test_nothing_opens_without_the_provider(sent: MakeExchange, fault: str, status: str, expected: Verdict) -> None:
    failed = sent("psc.token", fault=fault, outcome="failed")

    assert verdict(relying_party_session.nothing_opened, "PSC.20", failed, acts=(act(status),)) == expected


@pytest.mark.parametrize("fault", relying_party_session.SILENCES)
@pytest.mark.parametrize(
    ("hung_up", "held_ms", "expected"),
    [(True, 29_990, "CONFORME"), (False, 12_000, "CONFORME"), (False, 30_000, "NON_CONFORME")],
)
def test_a_silence_is_not_waited_out(
    sent: MakeExchange, fault: str, hung_up: bool, held_ms: int, expected: Verdict
) -> None:
    held = sent("psc.token", fault=fault, outcome="failed", facts={"hung_up": hung_up, "held_ms": held_ms})

    assert verdict(relying_party_session.gives_up, "PSC.49", held, acts=(act("failed"),)) == expected


@pytest.mark.parametrize(("shown", "said"), [((("error", "Indisponible"),), []), ((("error", " "),), ["info"])])
def test_an_outage_is_told(sent: MakeExchange, shown: tuple[tuple[str, str], ...], said: list[str]) -> None:
    failed = sent("psc.token", fault="psc.down", outcome="refused")

    judged = judge(relying_party_session.outage_told, Trace("PSC.20", (failed,), acts=(act("failed", shown=shown),)))

    assert judged is not None
    assert (judged.verdict, [item.severity for item in judged.findings]) == ("CONFORME", said)


@pytest.mark.parametrize(
    ("status", "grants", "expected"),
    [
        ("refused", (), "CONFORME"),
        ("done", ("authorization_code",), "CONFORME"),
        ("done", ("urn:openid:params:grant-type:ciba",), "CONFORME"),
        ("done", (), "NON_CONFORME"),
        ("done", ("refresh_token",), "NON_CONFORME"),
        ("refused", ("refresh_token",), "NON_CONFORME"),
        ("error", (), "NON_TESTE"),
    ],
)
def test_an_idle_timer_ends_the_session(
    sent: MakeExchange, status: str, grants: tuple[str, ...], expected: Verdict
) -> None:
    tokens = (sent("psc.token", {"grant_type": grant}, facts={"grant_type": grant}) for grant in grants)

    assert verdict(relying_party_session.idle_timer, "PSC.59", *tokens, acts=(renewed(status),)) == expected
