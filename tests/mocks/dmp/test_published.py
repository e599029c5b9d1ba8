"""The published messages of the reading side, signed again with our certificates and about our patient and documents,
get the published kind of answer: the same elements and attributes, but for the differences that are listed here."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from lxml import etree

from banc_fixtures.population import population
from banc_standards.soap import mtom
from banc_standards.soap import read as soap
from banc_standards.soap.names import DS, SAML
from banc_standards.vihf import names as vihf
from banc_standards.vihf.build import issuer_of, sign

from .hospital import DOCTOR, HOSPITAL, Answer, Hospital, fresh_oid

MESSAGES = Path(__file__).parents[3].parent / "shared" / "data" / "dmp" / "soap"
pytestmark = pytest.mark.skipif(not MESSAGES.is_dir(), reason="the public examples are not beside the repository")

INS, PROFESSIONAL, STRUCTURE = "207058575627097", "899900063480", "499900063480001"
PATHS = {
    "TD0.3": "habilitations",
    "TD0.4": "patientsSpecific",
    "TD1.6": "habilitations",
    "TD3.1": "registry",
    "TD3.2": "repository",
    "TD3.3c": "registry",
    "TD3.3d": "registry",
}
Shape = set[tuple[str, str]]

NOT_ANSWERED: dict[str, Shape] = {
    "TD3.1": {
        ("AdhocQueryResponse/RegistryObjectList/ExtrinsicObject/Description", ""),
        ("AdhocQueryResponse/RegistryObjectList/ExtrinsicObject/Description/LocalizedString", ""),
        ("AdhocQueryResponse/RegistryObjectList/ExtrinsicObject/Description/LocalizedString", "@charset"),
        ("AdhocQueryResponse/RegistryObjectList/ExtrinsicObject/Description/LocalizedString", "@lang"),
        ("AdhocQueryResponse/RegistryObjectList/ExtrinsicObject/Description/LocalizedString", "@value"),
    }
}
"""What the published answers hold and ours do not: the documents that our patient has carry no comment."""
ADDED: dict[str, Shape] = {}
"""What ours hold and the published do not."""


def ours(data: bytes, **others: str) -> etree._Element:
    """A published message about our patient, by our professional, in our structure."""
    patient = population().patient("PAT-01")
    assert patient.ins is not None
    names = {
        INS: patient.ins.value,
        PROFESSIONAL: population().professional(DOCTOR).idnat,
        STRUCTURE: population().structure(HOSPITAL).struct_idnat,
        "SA07^1.2.250.1.71.4.2.4": f"{population().structure(HOSPITAL).sector}^1.2.250.1.71.4.2.4",
    } | others
    text = data.decode("utf-8", "replace")
    for published, mine in names.items():
        text = text.replace(published, mine)
    return etree.fromstring(text.encode())


def signed_again(envelope: etree._Element, who: Hospital) -> bytes:
    """The same message with its assertion moved to now and signed by the card of ``who``."""
    [assertion] = envelope.iter(f"{{{SAML}}}Assertion")
    now = datetime.now(UTC)
    assertion.set("IssueInstant", now.strftime("%Y-%m-%dT%H:%M:%SZ"))
    assertion.set("ID", f"_{fresh_oid()}")
    for statement in assertion.iter(f"{{{SAML}}}AuthnStatement"):
        statement.set("AuthnInstant", (now - timedelta(minutes=5)).strftime("%Y-%m-%dT%H:%M:%SZ"))
    for signature in assertion.findall(f"{{{DS}}}Signature"):
        assertion.remove(signature)
    issuer = assertion.find(f"{{{SAML}}}Issuer")
    assert issuer is not None
    issuer.text = issuer_of(who.seal.certificate)
    holder = assertion.getparent()
    assert holder is not None
    alone = etree.fromstring(etree.tostring(assertion, with_tail=False))
    holder.replace(assertion, sign(alone, key=who.seal.key, certificate=who.seal.certificate))
    return etree.tostring(envelope)


def shape(body: etree._Element) -> Shape:
    """Every element of a body by its path, and every attribute; without values."""
    found: Shape = set()

    def walk(element: etree._Element, path: str) -> None:
        here = f"{path}/{etree.QName(element).localname}".lstrip("/")
        found.add((here, ""))
        found.update((here, f"@{etree.QName(name).localname}") for name in element.attrib)
        for child in element.iterchildren("*"):
            walk(child, here)

    walk(body, "")
    return found


def published(name: str) -> etree._Element:
    body = soap.read((MESSAGES / f"{name}_reponse.xml").read_bytes()).body
    assert body is not None
    return body


def send(name: str, who: Hospital, **others: str) -> Answer:
    message = ours((MESSAGES / f"{name}_requete.xml").read_bytes(), **others)
    return who.post(PATHS[name], signed_again(message, who))


@pytest.fixture
def filed(tolerated: Hospital) -> tuple[str, str]:
    """The uniqueId and the entryUUID of a letter."""
    lot = tolerated.lot(tolerated.document())
    assert tolerated.send(lot).errors == []
    unique_id = lot.entry.unique_id or ""
    return unique_id, tolerated.entry_uuid(unique_id)


@pytest.fixture
def card(tolerated: Hospital) -> Hospital:
    bench = tolerated.bench
    return Hospital(
        bench,
        bench.credential("CPS_AUTH", DOCTOR),
        bench.credential("CPS_SIGN", DOCTOR),
        tolerated.patient,
        mode=vihf.DIRECT,
    )


@pytest.mark.parametrize("name", sorted(PATHS))
def test_a_published_request_gets_the_published_kind_of_answer(
    name: str, tolerated: Hospital, card: Hospital, filed: tuple[str, str]
) -> None:
    unique_id, entry_uuid = filed
    others = {
        "1.2.250.1.999.1.1.7898.1.995657292": unique_id,
        **dict.fromkeys(targets(name), entry_uuid),
    }

    if name in ("TD0.4", "TD1.6"):  # the lists hold what TD0.3 gave
        for action in ("SUPPRESSION", "AJOUT"):
            assert card.authorize(action, authn_class=vihf.SMARTCARD_CLASS)[0] == "DMPOk"
    if name == "TD3.3c":  # the published one deletes what was archived
        assert send("TD3.3d", card, **dict.fromkeys(targets("TD3.3d"), entry_uuid)).errors == []
        others["1.2.250.1.999.1.1.7898.1.11086546546895"] = fresh_oid()

    answer = send(name, card, **others)

    root = mtom.unpack(answer.media_type, answer.body).root
    body = soap.read(root).body
    assert body is not None
    assert etree.QName(body) == etree.QName(published(name)), answer.body
    expected, found = shape(published(name)), shape(body)
    assert expected - found == NOT_ANSWERED.get(name, set())
    assert found - expected == ADDED.get(name, set())
    assert statuses(body) == statuses(published(name))
    exchange = tolerated.bench.last(f"dmp.{name}")
    assert exchange["outcome"] == "accepted"


def targets(name: str) -> list[str]:
    message = etree.parse(MESSAGES / f"{name}_requete.xml")
    return [link.get("targetObject") or "" for link in message.iter("{*}Association")]


def statuses(body: etree._Element) -> set[str]:
    held = {element.get("status") for element in body.iter() if etree.QName(element).localname.endswith("Response")}
    told = {element.text for element in body.iter("{urn:si-dmp-habilitations}status")}
    return {text for text in held | told if text}


def test_a_published_retrieval_comes_in_parts(card: Hospital, filed: tuple[str, str]) -> None:
    answer = send("TD3.2", card, **{"1.2.250.1.999.1.1.7898.1.995657292": filed[0]})
    assert answer.media_type.startswith("multipart/related")
    assert len(mtom.unpack(answer.media_type, answer.body).parts) == 1
