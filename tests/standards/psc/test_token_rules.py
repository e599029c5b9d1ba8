"""Each rule over what Pro Santé Connect gives lets the right token pass, and finds its own break."""

from __future__ import annotations

import base64
import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from banc_standards.psc import build, discovery, names
from banc_standards.psc.rules.tokens import RULES
from banc_standards.psc.tokens import Token, TokenRefused, read

ISSUER = "https://auth.bas.psc.esante.gouv.fr" + names.REALM_PATH
NOW = 1_780_000_000
PERSON = build.Identity(
    "899900000011",
    "EXEMPLE",
    "Camille",
    "MME",
    (build.Exercice("10", "EXEMPLE", "Camille", activities=(build.Activity(codeSecteurDactivite="SA07"),)),),
)
SIGN_IN = build.SignIn(ISSUER, "dossier-plus", PERSON, "s-1", NOW - 5, "openid scope_all", "n-1", "eidas1")
HEADER = {"alg": "RS256", "typ": "JWT", "kid": "k-1"}
ACCESS = build.access_token(SIGN_IN, now=NOW, lifetime_s=120, jti="j-1", thumbprint=build.thumbprint(b"x"))
ID = build.id_token(SIGN_IN, now=NOW, lifetime_s=120, jti="j-2", access_token="a.b.c")
LOGOUT = build.logout_token(ISSUER, "dossier-plus", sub=PERSON.sub, sid="s-1", now=NOW, jti="j-3")
INFO = build.userinfo(PERSON)
META = discovery.wallet_document(ISSUER, "https://wallet.bas.psc.esante.gouv.fr")


def part(content: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()


def jwt(claims: dict[str, Any], header: dict[str, Any] | None = None, signature: str = "c2ln") -> bytes:
    return f"{part(header or HEADER)}.{part(claims)}.{signature}".encode()


def raw(content: Any) -> bytes:
    return json.dumps(content).encode()


def without(claims: dict[str, Any], *gone: str) -> dict[str, Any]:
    return {name: value for name, value in claims.items() if name not in gone}


def practice(**activity: Any) -> dict[str, Any]:
    return {**INFO, "SubjectRefPro": {"exercices": [{"codeProfession": "10", "activities": [activity]}]}}


LOGOUT_HEADER = {**HEADER, "typ": "logout+jwt"}
SOUND = {
    "ID token": jwt(ID),
    "access token": jwt(ACCESS),
    "logout token": jwt(LOGOUT, LOGOUT_HEADER),
    "refresh token": jwt(
        build.refresh_token(SIGN_IN, now=NOW, lifetime_s=1800, jti="j-4"), {"alg": "HS256", "typ": "JWT", "kid": "k"}
    ),
    "userinfo": raw(INFO),
    "short userinfo": raw(build.userinfo(build.Identity("ANS20260101000000", "EXEMPLE", "Camille"))),
    "signed userinfo": jwt(INFO),
    "discovery": raw(META),
    "introspection": raw(build.introspection(ACCESS, PERSON)),
    "token answer": raw({"access_token": "a.b.c", "id_token": jwt(ID).decode(), "token_type": "Bearer"}),
}
BROKEN = {
    "PSC-JWT-002": (jwt(ID, {**HEADER, "alg": "none"}, ""), jwt(ID, {**HEADER, "alg": "HS256"}), jwt(ID, HEADER, "")),
    "PSC-JWT-003": (jwt(ID, {"alg": "RS256"}), jwt(ID, {**HEADER, "jku": "https://ailleurs.example"})),
    "PSC-JWT-004": (b'{"sub":"a","sub":"b","preferred_username":"c"}', jwt(ID, {**HEADER, "crit": ["b64"]})),
    "PSC-JWT-005": (jwt(ID, {**HEADER, "x": "y" * 9_000}),),
    "PSC-JWT-006": (jwt({"typ": "Wrong"}), jwt(ID, {**HEADER, "typ": "at+jwt"})),
    "PSC-JWT-007": (jwt({**ID, "exp": "demain"}), jwt({**ID, "exp": NOW - 1}), jwt({**ID, "auth_time": NOW + 999})),
    "PSC-IDT-001": (jwt(without(ID, "aud")), jwt(without(ID, "exp"))),
    "PSC-IDT-002": (jwt({**ID, "iss": f"{ISSUER}/"}), jwt({**ACCESS, "iss": "https://ailleurs.example"})),
    "PSC-IDT-003": (jwt({**ID, "azp": "autre"}), jwt({**without(ID, "azp"), "aud": ["a", "b"]})),
    "PSC-IDT-004": (jwt(without(ID, "SubjectNameID")), raw({**INFO, "preferred_username": "autre"})),
    "PSC-IDT-005": (jwt(without(ID, "nonce")),),
    "PSC-IDT-006": (jwt({**ID, "acr": "0"}),),
    "PSC-IDT-007": (raw({"access_token": "x.y.z", "id_token": jwt(ID).decode()}),),
    "PSC-ACC-001": (jwt({**ACCESS, "scope": "openid"}),),
    "PSC-ACC-002": (jwt(without(ACCESS, "azp")),),
    "PSC-ACC-003": (jwt({**ACCESS, "cnf": {"x5t#S256": "court"}}), jwt({**ACCESS, "cnf": "x"})),
    "PSC-LGT-001": (jwt(without(LOGOUT, "jti"), LOGOUT_HEADER),),
    "PSC-LGT-002": (jwt(without(LOGOUT, "sub", "sid"), LOGOUT_HEADER),),
    "PSC-LGT-003": (jwt({**LOGOUT, "events": []}, LOGOUT_HEADER),),
    "PSC-LGT-004": (jwt({**LOGOUT, "nonce": "n"}, LOGOUT_HEADER),),
    "PSC-LGT-005": (jwt(LOGOUT),),
    "PSC-INF-001": (raw(without(INFO, "sub")),),
    "PSC-INF-002": (raw({**INFO, "SubjectRole": ["10^1.2.3"]}), raw({**INFO, "Secteur_Activite": "SA07"})),
    "PSC-INF-003": (raw({**INFO, "SubjectRefPro": {}}), raw({**INFO, "SubjectRefPro": {"exercices": [{}]}})),
    "PSC-INF-004": (raw(practice(codePostal=None)),),
    "PSC-INF-005": (raw({**INFO, "Acces_Regulation_Medicale": False}),),
    "PSC-META-001": (raw(without(META, "token_endpoint")),),
    "PSC-META-002": (raw(discovery.realm_document(ISSUER)),),
    "PSC-META-003": (raw({**META, "token_endpoint": "http://auth.example/token"}),),
    "PSC-META-004": (raw({**META, "response_types_supported": ["token"]}),),
}
REFUSED = {
    "PSC-JWT-001": (
        *(b"eyJhbGciOiJub25lIn0", b"eyJhbGciOiJub25lIn0.!!.", b"a.b.c.d.e", b"\xff\xfe.a.b", b""),
        jwt(ID)[:40],
        f"{part(HEADER)}.{'[' * 5_000}.x".encode(),
    ),
    "PSC-JSN-001": (b'{"a":', b'{"sub":NaN}', b'{"exp":' + b"9" * 5_000 + b"}", b'{"a":' * 400, b"{} {}"),
}


def found(token: Token) -> set[str]:
    return {rule.id for rule in RULES for _ in rule.check(token)}


@pytest.mark.parametrize("name", SOUND)
def test_what_the_provider_gives_breaks_nothing(name):
    token = read(SOUND[name])
    assert found(token) == set()
    assert token.inner is None or found(token.inner) == set()


@pytest.mark.parametrize("rule", BROKEN)
def test_a_rule_finds_its_own_break(rule):
    for data in BROKEN[rule]:
        token = read(data)
        assert rule in found(token), (rule, data[:80])


@pytest.mark.parametrize("rule", REFUSED)
def test_what_is_no_token_is_refused_by_name(rule):
    for data in REFUSED[rule]:
        with pytest.raises(TokenRefused) as refused:
            read(data)
        assert refused.value.rule_id == rule, data[:40]


def test_every_rule_has_its_case():
    assert {*BROKEN, *REFUSED} == {rule.id for rule in RULES}


_NAMES = st.sampled_from([*ID, *INFO, *META, *LOGOUT, *ACCESS, "exercices", "activities", "x5t#S256", "active"])
_LEAF = st.none() | st.booleans() | st.integers() | st.text(max_size=8)
_VALUES = st.recursive(_LEAF, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_NAMES, inner, max_size=4))


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(_NAMES, _VALUES, max_size=8), st.dictionaries(st.sampled_from(["alg", "typ", "kid"]), _VALUES))
def test_any_claims_are_judged_without_a_crash(claims, header):
    with suppress(TokenRefused):  # a number of more than 30 digits
        found(read(jwt(claims, header)))
        found(read(raw({**claims, "sub": 1})))


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data):
    with suppress(TokenRefused):
        found(read(data))
