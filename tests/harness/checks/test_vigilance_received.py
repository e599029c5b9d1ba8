"""An INS that comes from somebody else: each check over traces made by hand, passing and failing."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest

from banc_harness.checks import vigilance_received
from banc_harness.trace import Acted, Exchange
from banc_standards.insi import names, verification
from banc_standards.soap.build import serialize

from .identities import document, mailed, verdict
from .test_vigilance import INS, KEPT, LPS, NOTHING, TRAITS, TYPED, asked, qualification

__all__ = ["asked"]
SAID = {
    "birth_family": TRAITS.birth_family,
    "birth_givens": TRAITS.birth_givens,
    "first_given": "ANNE",
    "sex": TRAITS.sex,
    "birth_time": TRAITS.birth_date.replace("-", ""),
}
DOCUMENT = document("2.999.1", INS, **SAID)
RECUP, PROV = {"ins_status": "RECUP", "ins": INS.value}, {"ins_status": "PROV", "ins": None}


@pytest.fixture
def arrived(exchange: Any) -> Any:
    """A mail with the document, fetched in step ``m``, and the verification of its INS, answered with ``code``."""

    def make(code: str | None, sent_as: Any = TRAITS) -> list[Any]:
        mail = exchange("mssante.relay", claimed_by="m")
        archive = SimpleNamespace(content=b"")
        mail.__dict__["mail"] = SimpleNamespace(message_id="<1@b.fr>", archives=(archive,))
        read = exchange("mssante.imap.FETCH", claimed_by="m", facts={"message_ids": ["<1@b.fr>"]})
        if code is None:
            return [mail, read]
        body = verification.verification_body(INS, sent_as)
        ids = {name: str(uuid4()) for name in ("message_id", "bam_id", "lps_id")}
        request = verification.request(
            body, action=names.VERIFY_ACTION, at=exchange().clock, sender="1", software=LPS, assertion=None, **ids
        )
        call = exchange(
            "insi.WS_INS3",
            sent=serialize(request),
            sent_as="application/soap+xml",
            claimed_by="m",
            code=code,
            facts={"ins": INS.value},
        )
        return [mail, read, call]

    return make


@pytest.fixture(autouse=True)
def opened(monkeypatch: pytest.MonkeyPatch) -> None:
    """The mail holds the document, whatever its bytes."""
    from banc_harness.checks.arriving import Arrival

    monkeypatch.setattr(Arrival, "documents", property(lambda self: (DOCUMENT,)))


def searched_for(asked: Any, step: str = "s") -> Any:
    """A search that found Anne, with the fact that the sandbox notes."""
    made = asked("00", step)
    return Exchange(dict(made.entry) | {"facts": {"ins": INS.value}}, {}, step)


def fetched(patient: dict[str, Any] | None, status: str = "refused", shown: str = "INSi dit non") -> Acted:
    item = {"message": "<1@b.fr>", "document": "urn:oid:2.999.1", "status": status}
    told = {"received": [item | ({} if patient is None else {"patient": {"local_id": "X"} | patient})]}
    return Acted("m", "mail.fetch", "done", {}, told, (("error", shown),) if shown else ())


@pytest.mark.parametrize(
    ("code", "sent_as", "wanted"),
    [
        ("00", TRAITS, "CONFORME"),
        ("01", TRAITS, "CONFORME"),
        ("00", TRAITS.__class__("AUTRE", "ANNE", "F", "1980-05-14", ""), "NON_CONFORME"),
        ("00", TRAITS.__class__("TILLEUL", "ANNE", "F", "1980-05-15", ""), "NON_CONFORME"),
    ],
)
def test_an_ins_from_elsewhere_is_verified_as_it_came(arrived: Any, code: str, sent_as: Any, wanted: str) -> None:
    acts = [fetched(RECUP)]
    assert verdict(vigilance_received.verified_by_itself, "INS.26", acts, arrived(code, sent_as)) == wanted


def test_an_ins_that_nobody_verifies_is_found(arrived: Any, exchange: Any) -> None:
    other = exchange("insi.WS_INS3", claimed_by="z", facts={"ins": "1"})
    found = verdict(vigilance_received.verified_by_itself, "INS.26", [fetched(None)], [*arrived(None), other])
    assert found == "NON_CONFORME"


@pytest.mark.parametrize("check", ["verified_by_itself", "created_as_verified", "left_in_the_work_list"])
def test_an_ins_that_was_retrieved_here_is_left_alone(asked: Any, arrived: Any, exchange: Any, check: str) -> None:
    acts = [*qualification(KEPT | {"ins_status": "QUAL"}, "CNI"), fetched(None, "filed", "")]
    other = exchange("insi.WS_INS3", claimed_by="z", facts={"ins": "1"})
    exchanges = [searched_for(asked), *arrived(None), other]
    assert verdict(getattr(vigilance_received, check), "INS.27", acts, exchanges) == "CONFORME"


@pytest.mark.parametrize(
    ("code", "told", "wanted"),
    [
        ("00", RECUP, "CONFORME"),
        ("00", RECUP | {"ins_status": "QUAL"}, "NON_CONFORME"),
        ("00", PROV, "NON_CONFORME"),
        ("00", None, "NON_CONFORME"),
        ("01", PROV, "CONFORME"),
        ("01", RECUP, "NON_CONFORME"),
        ("01", PROV | {"ins": INS.value}, "NON_CONFORME"),
        ("insi_102", None, "CONFORME"),
    ],
)
def test_a_stranger_is_created_as_insi_says(arrived: Any, code: str, told: Any, wanted: str) -> None:
    assert verdict(vigilance_received.created_as_verified, "INS.26", [fetched(told)], arrived(code)) == wanted


@pytest.mark.parametrize(
    ("told", "wanted"),
    [
        ({"local_id": "A", "ins_status": "VALI", "ins": None}, "CONFORME"),
        ({"local_id": "A", "ins_status": "PROV", "ins": None}, "NON_CONFORME"),
        ({"local_id": "A", "ins_status": "VALI", "ins": INS.value}, "NON_CONFORME"),
        ({"local_id": "B", "ins_status": "VALI", "ins": None}, "NON_CONFORME"),
    ],
)
def test_a_known_identity_stays_as_it_is(asked: Any, arrived: Any, told: Any, wanted: str) -> None:
    known = NOTHING | {"ins_status": "VALI", "local_id": "A"}
    acts = [*qualification(known, "CNI"), fetched(told)]
    assert TYPED["local_id"] == "A"
    exchanges = [asked("01"), *arrived("01")]
    assert verdict(vigilance_received.created_as_verified, "INS.27", acts, exchanges) == wanted


@pytest.mark.parametrize(("searched", "wanted"), [(False, "NON_CONFORME"), (True, "CONFORME")])
def test_it_leaves_once_a_search_returned_it(
    asked: Any, arrived: Any, exchange: Any, searched: bool, wanted: str
) -> None:
    exchanges = [*arrived("00"), *([searched_for(asked, "q")] if searched else ())]
    exchanges.append(mailed(exchange, "l", document("2.999.2", INS)))
    assert verdict(vigilance_received.leaves_once_searched, "INS.26", [fetched(RECUP)], exchanges) == wanted


@pytest.mark.parametrize(
    ("code", "status", "shown", "wanted"),
    [
        ("01", "refused", "INSi dit non", "CONFORME"),
        ("01", "filed", "INSi dit non", "NON_CONFORME"),
        ("01", "refused", "", "NON_CONFORME"),
        ("00", "filed", "", "CONFORME"),
    ],
)
def test_a_document_under_a_denied_ins_waits(arrived: Any, code: str, status: str, shown: str, wanted: str) -> None:
    acts = [fetched(PROV, status, shown)]
    assert verdict(vigilance_received.left_in_the_work_list, "INS.27", acts, arrived(code)) == wanted
