"""The public messages of the DMP are read, and break only what they really break."""

from __future__ import annotations

from pathlib import Path

import pytest

from banc_standards.soap import mtom, read, rules

MESSAGES = Path(__file__).parents[3].parent / "shared" / "data" / "dmp" / "soap"
pytestmark = pytest.mark.skipif(not MESSAGES.is_dir(), reason="the public examples are not beside the repository")

REQUESTS = (
    "TD0.2",
    "TD0.3",
    "TD0.4",
    "TD0.5",
    "TD1.3a",
    "TD1.3b",
    "TD1.4",
    "TD1.6",
    "TD3.1",
    "TD3.2",
    "TD3.3c",
    "TD3.3d",
)


def broken(message: read.Message, package: mtom.Package, header: str) -> set[str]:
    subject = rules.SoapSubject(message, mtom.content_type(header), package)
    return {rule.id for rule in rules.MESSAGE_RULES for _ in rule.check(subject)}


@pytest.mark.parametrize("name", REQUESTS)
def test_a_published_request_is_honest_soap(name: str) -> None:
    data = (MESSAGES / f"{name}_requete.xml").read_bytes()
    package = mtom.unpack("application/soap+xml", data)
    message = read.read(package.root)
    assert message.action
    assert message.security is not None
    assert broken(message, package, "application/soap+xml") <= {"SOAP-010"}, (
        "mustUnderstand is unqualified in the samples"
    )


@pytest.mark.parametrize("name", REQUESTS)
def test_a_published_answer_is_read(name: str) -> None:
    message = read.read((MESSAGES / f"{name}_reponse.xml").read_bytes())
    assert message.body is not None
    assert read.fault(message) is None


def test_the_published_package_is_cut_into_its_parts() -> None:
    data = (MESSAGES / "TD2.1_requete.mime").read_bytes()
    boundary = data.split(b"\n", 1)[0].strip().decode()[2:]
    header = f'multipart/related; type="application/xop+xml"; start="<rootpart@soapui.org>"; boundary="{boundary}"'
    package = mtom.unpack(header, data)
    message = read.read(package.root)
    assert len(package.parts) == 2
    assert message.version == "1.1"
    assert {"SOAP-002", "SOAP-010"} <= broken(message, package, header)
    for document in message.envelope.iter("{urn:ihe:iti:xds-b:2007}Document"):
        assert mtom.resolve(document, package).lstrip().startswith(b"<")
