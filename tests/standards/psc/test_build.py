"""Claims of tokens and userinfo, and the discovery documents."""

from __future__ import annotations

import dataclasses

import pytest

from banc_standards.psc import build, discovery, names
from banc_standards.psc.build import Activity, Exercice, Identity, SignIn

CABINET = Activity(
    codeModeExercice="L",
    codeSecteurDactivite="SA07",
    codeGenreActivite="GENR01",
    numeroFinessSite="990000010",
    identifiantTechniqueDeLaStructure="R99001",
    raisonSocialeSite="CABINET FICTIF DU PARC",
)
DOCTOR = Identity(
    "899900000011",
    "EXEMPLE",
    "Camille",
    "MME",
    (
        Exercice(
            "10",
            "EXEMPLE",
            "Camille",
            codeCiviliteDexercice="DR",
            codeTypeSavoirFaire="S",
            codeSavoirFaire="SM54",
            activities=(CABINET,),
        ),
    ),
)
SIGN_IN = SignIn("https://psc.test/auth/realms/esante-wallet", "dossier-plus", DOCTOR, "sid", 1000, "openid", nonce="n")


def test_userinfo_carries_the_sector_data_of_the_first_activity() -> None:
    answer = build.userinfo(DOCTOR, auth_mode="CARD")

    assert answer["sub"] == "f:11111111-2222-3333-4444-555555555555:899900000011"
    assert answer["SubjectNameID"] == "899900000011"
    assert answer["SubjectRole"] == ["10^1.2.250.1.213.1.1.5.5"]
    assert answer["Secteur_Activite"] == "SA07^1.2.250.1.71.4.2.4"
    assert answer["SubjectOrganizationID"] == "R99001"
    assert answer["authMode"] == "CARD"
    assert answer["Acces_Regulation_Medicale"] == "FAUX"
    assert answer["otherIds"] == [{"identifiant": "899900000011", "origine": "RPPS", "qualite": 1}]


def test_every_field_of_an_activity_is_a_string_never_absent() -> None:
    exercice = build.userinfo(DOCTOR)["SubjectRefPro"]["exercices"][0]

    activity = exercice["activities"][0]
    assert len(activity) == 30
    assert all(isinstance(value, str) for value in activity.values())
    assert activity["numeroFinessetablissementJuridique"] == ""
    assert activity["numeroFinessSite"] == "990000010"


def test_a_person_without_exercice_gets_the_short_userinfo() -> None:
    answer = build.userinfo(Identity("899900000060", "ESQUISSE", "Maël", "M"), auth_mode="CARD")

    assert set(answer) == {
        "sub",
        "preferred_username",
        "SubjectNameID",
        "family_name",
        "given_name",
        "codeCivilite",
    }


def test_a_person_with_an_exercice_but_no_activity_has_empty_strings() -> None:
    answer = build.userinfo(dataclasses.replace(DOCTOR, exercices=(Exercice("60", "EXEMPLE", "Camille"),)))

    assert answer["Secteur_Activite"] == ""
    assert answer["SubjectOrganization"] == ""
    assert "authMode" not in answer


@pytest.mark.parametrize(
    ("idnat", "origins"), [("899900000011", ["RPPS"]), ("ANS20260101000008", ["EDIT"]), ("5000/7", [])]
)
def test_other_ids_tell_the_registry_of_the_prefix(idnat: str, origins: list[str]) -> None:
    answer = build.userinfo(dataclasses.replace(DOCTOR, idnat=idnat))

    assert [other["origine"] for other in answer["otherIds"]] == origins


def test_the_id_token_is_for_the_client_and_bound_to_the_access_token() -> None:
    claims = build.id_token(SIGN_IN, now=2000, lifetime_s=120, jti="j", access_token="a.b.c")

    assert claims["aud"] == claims["azp"] == "dossier-plus"
    assert claims["typ"] == "ID"
    assert (claims["iat"], claims["exp"], claims["auth_time"]) == (2000, 2120, 1000)
    assert claims["nonce"] == "n"
    assert claims["at_hash"] == build.half_hash("a.b.c")
    assert claims["session_state"] == claims["sid"] == "sid"
    assert "amr" not in claims


def test_the_access_token_has_no_audience_and_binds_the_certificate_when_there_is_one() -> None:
    claims = build.access_token(SIGN_IN, now=2000, lifetime_s=120, jti="j", thumbprint="t")

    assert "aud" not in claims
    assert claims["cnf"] == {"x5t#S256": "t"}
    assert "cnf" not in build.access_token(SIGN_IN, now=2000, lifetime_s=120, jti="j")


def test_the_refresh_token_is_for_the_issuer() -> None:
    claims = build.refresh_token(SIGN_IN, now=2000, lifetime_s=1800, jti="j")

    assert claims["aud"] == SIGN_IN.issuer
    assert claims["typ"] == "Refresh"


def test_a_claim_that_is_switched_off_is_left_out() -> None:
    claims = build.id_token(
        dataclasses.replace(SIGN_IN, acr=None), now=2000, lifetime_s=120, jti="j", access_token="a.b.c"
    )

    assert "acr" not in claims
    assert "authMode" not in claims


def test_introspection_names_the_person_of_an_access_token_only() -> None:
    access = build.access_token(SIGN_IN, now=2000, lifetime_s=120, jti="j")
    refresh = build.refresh_token(SIGN_IN, now=2000, lifetime_s=1800, jti="j")

    assert build.introspection(access, DOCTOR)["SubjectNameID"] == "899900000011"
    assert "SubjectNameID" not in build.introspection(refresh, DOCTOR)
    assert build.introspection(access, DOCTOR)["active"] is True
    assert build.introspection(access, DOCTOR)["client_id"] == "dossier-plus"


def test_card_users_get_a_higher_level_than_the_one_asked() -> None:
    assert build.acr_of("MOBILE") == "eidas1"
    assert build.acr_of("CARD") == "eidas2"


def test_challenge_of_the_example_of_rfc_7636() -> None:
    assert build.challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == (
        "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    )


def test_the_two_discovery_documents_differ_by_their_authorization_endpoint_only() -> None:
    issuer = "https://auth.test" + names.REALM_PATH
    wallet = discovery.wallet_document(issuer, "https://wallet.test")
    realm = discovery.realm_document(issuer)

    assert wallet.pop("authorization_endpoint") == "https://wallet.test/auth"
    assert realm.pop("authorization_endpoint") == issuer + "/protocol/openid-connect/auth"
    assert wallet == realm


def test_discovery_does_not_advertise_eidas1_and_announces_iss_in_the_callback() -> None:
    document = discovery.wallet_document("https://auth.test" + names.REALM_PATH, "https://wallet.test")

    assert document["acr_values_supported"] == ["0", "0"]
    assert document["authorization_response_iss_parameter_supported"] is True
    assert "RS256" in document["id_token_signing_alg_values_supported"]
    assert document["mtls_endpoint_aliases"]["token_endpoint"] == document["token_endpoint"]


def test_letters_come_into_finess_numbers_only() -> None:
    plain = build.userinfo(build.Identity("899900000060", "A", "B"))

    assert build.with_letters(plain) == plain
