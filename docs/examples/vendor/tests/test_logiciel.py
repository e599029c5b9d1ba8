"""Le logiciel entier, par l'adaptateur que `banc run` emploie aussi."""

from __future__ import annotations


def test_l_accueil_qualifie_un_patient(banc_sut, banc_session):
    answer = banc_sut.act("patient.qualify", patient="PAT-02", identity_document="CNI")

    assert answer.output["patient"]["ins_status"] == "QUAL"
    banc_session.assert_exchange("insi.WS_INS2", code="00")
    banc_session.assert_conform()
