from __future__ import annotations

import pytest


@pytest.mark.banc(requirements=["SC.PSC.01", "SC.PSC.08"])
def test_un_professionnel_se_connecte(browser, banc_session):
    banc_session.login("P01")

    page = browser.open("/login")

    assert "Bonjour Camille EXEMPLE" in page.text
    asked = banc_session.assert_exchange("psc.authorization", outcome="accepted")
    banc_session.assert_exchange("psc.token", outcome="accepted", after=asked["seq"])
    banc_session.assert_conform()


def test_un_refus_sur_le_telephone_ne_connecte_personne(browser, banc_session):
    banc_session.login("P01", outcome="refuse")

    page = browser.open("/login")

    assert page.status == 403
    banc_session.assert_no_exchange("psc.token")


@pytest.mark.banc(requirements=["SBX-PSC-01"])
@pytest.mark.parametrize(("fault", "leads_to"), [("psc.state.wrong", "psc.token"), ("psc.nonce.wrong", "psc.userinfo")])
def test_un_retour_altere_ne_connecte_personne(browser, banc_session, fault, leads_to):
    banc_session.login("P01")
    banc_session.arm(fault)

    page = browser.open("/login")

    assert page.status == 403
    banc_session.assert_no_exchange(leads_to)
