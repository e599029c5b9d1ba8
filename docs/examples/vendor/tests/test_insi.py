from __future__ import annotations

import pytest


def traits(patient: dict[str, str], **changed: str) -> dict[str, str]:
    """Ce que l'accueil saisit."""
    form = {
        "nom": patient["birth_family"],
        "prenoms": patient["birth_givens"],
        "sexe": patient["sex"],
        "date": patient["birth_date"],
        "lieu": patient["birth_place"],
    }
    return form | changed


@pytest.fixture
def patients(banc_sandbox):
    """Les patients fictifs, par identifiant."""
    return {patient["id"]: patient for patient in banc_sandbox.identities()["patients"]}


@pytest.mark.banc(requirements=["SBX-INS-01"])
def test_un_patient_connu_recoit_son_matricule(signed_in, banc_session, patients):
    page = signed_in.open("/patients", traits(patients["PAT-03"]))

    assert page.status == 200
    assert patients["PAT-03"]["ins"] in page.text
    found = banc_session.assert_exchange("insi.WS_INS2", outcome="accepted", code="00", ins=patients["PAT-03"]["ins"])
    banc_session.assert_conform(found)


@pytest.mark.banc(requirements=["SBX-INS-01"])
def test_les_accents_saisis_ne_partent_pas_vers_insi(signed_in, banc_session, patients):
    signed_in.open("/patients", traits(patients["PAT-01"], prenoms="Anné"))

    found = banc_session.assert_exchange("insi.WS_INS2", outcome="accepted", code="00")
    banc_session.assert_conform(found)


def test_un_inconnu_n_est_pas_qualifie(signed_in, banc_session, patients):
    page = signed_in.open("/patients", traits(patients["PAT-01"], nom="INCONNU"))

    assert page.status == 404
    banc_session.assert_exchange("insi.WS_INS2", code="01")


def test_une_panne_d_insi_est_dite_a_l_utilisateur(signed_in, banc_session, patients):
    with banc_session.arm("insi.desir_1020"):
        page = signed_in.open("/patients", traits(patients["PAT-01"]))

    assert page.status == 502
    assert "desir_1020" in page.text
