"""The same signed bytes are verified once; the moment, the trust and the rest of the message are judged each time."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from cryptography import x509
from lxml import etree

from banc_standards.soap.names import SAML
from banc_standards.vihf import verify
from banc_standards.vihf.verify import Refused, signed_assertion

from .conftest import HONEST, NOW, Send

Trusted = Callable[[x509.Certificate, datetime], None]
NAME_ID = f"{{{SAML}}}Subject/{{{SAML}}}NameID"


@pytest.fixture(autouse=True)
def nothing_verified_yet() -> None:
    verify._verified_bytes.cache_clear()


def hits() -> int:
    return verify._verified_bytes.cache_info().hits


def test_the_second_time_costs_no_signature(signed: etree._Element, send: Send, trusted: Trusted) -> None:
    first, _ = signed_assertion(send(copy.deepcopy(signed)), now=NOW, trusted=trusted)
    second, _ = signed_assertion(send(copy.deepcopy(signed)), now=NOW, trusted=trusted)

    assert hits() == 1
    assert etree.tostring(first) == etree.tostring(second)


def test_each_caller_gets_a_tree_of_its_own(signed: etree._Element, send: Send, trusted: Trusted) -> None:
    first, _ = signed_assertion(send(copy.deepcopy(signed)), now=NOW, trusted=trusted)
    first.find(NAME_ID).text = "altered by a caller"

    second, _ = signed_assertion(send(copy.deepcopy(signed)), now=NOW, trusted=trusted)

    assert second.findtext(NAME_ID) == HONEST


@pytest.mark.parametrize("later", [timedelta(days=31), timedelta(days=-31)], ids=["expired", "not yet"])
def test_dates_are_judged_each_time(signed: etree._Element, send: Send, trusted: Trusted, later: timedelta) -> None:
    signed_assertion(send(copy.deepcopy(signed)), now=NOW, trusted=trusted)

    with pytest.raises(Refused) as refused:
        signed_assertion(send(copy.deepcopy(signed)), now=NOW + later, trusted=trusted)

    assert refused.value.rule_id == "VIHF-SIG-005"


def test_trust_is_judged_each_time(signed: etree._Element, send: Send, trusted: Trusted) -> None:
    signed_assertion(send(copy.deepcopy(signed)), now=NOW, trusted=trusted)

    def revoked(_certificate: x509.Certificate, _now: datetime) -> None:
        raise Refused("VIHF-SIG-006", "revoked")

    with pytest.raises(Refused, match="revoked"):
        signed_assertion(send(copy.deepcopy(signed)), now=NOW, trusted=revoked)


def test_an_altered_copy_is_refused_after_the_honest_one(signed: etree._Element, send: Send, trusted: Trusted) -> None:
    signed_assertion(send(copy.deepcopy(signed)), now=NOW, trusted=trusted)
    altered = copy.deepcopy(signed)
    altered.find(NAME_ID).text = "899900000099"

    for _ in range(2):
        with pytest.raises(Refused) as refused:
            signed_assertion(send(copy.deepcopy(altered)), now=NOW, trusted=trusted)
        assert refused.value.rule_id == "VIHF-SIG-005"
    assert hits() == 0


def test_a_second_assertion_is_refused_after_the_honest_one(
    signed: etree._Element, send: Send, trusted: Trusted
) -> None:
    signed_assertion(send(copy.deepcopy(signed)), now=NOW, trusted=trusted)

    with pytest.raises(Refused) as refused:
        signed_assertion(send(copy.deepcopy(signed), copy.deepcopy(signed)), now=NOW, trusted=trusted)

    assert refused.value.rule_id == "VIHF-SIG-001"
