"""Reading mails: what was written is read back, what strangers send costs little and crashes nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from email import message_from_bytes
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banc_standards.mail import build, mime
from banc_standards.mail.addresses import citizen_matricule, of_citizen, well_formed
from banc_standards.mail.mime import Limits, MimeRefused, parameterised
from banc_standards.mail.read import read
from banc_standards.mail.rules.mime import hit

from ..letters import INS
from .conftest import CITIZEN, DOCTOR, NOW, SENDER, Letter


def test_what_is_written_is_read_back(honest: Letter) -> None:
    found = read(build.message(honest.mail))
    assert found.sender == honest.mail.sender
    assert [one.address for one in found.recipients] == [DOCTOR, CITIZEN]
    assert found.subject == honest.mail.subject
    assert found.message_id == honest.mail.message_id
    assert found.date == NOW
    assert found.nil == "DEV000001"
    assert found.document_codes == ("11490-0",)
    assert (found.ins, found.citizen_mark) == ("O", "FIN")
    assert found.read_receipt_to is not None
    assert found.read_receipt_to.address == SENDER
    assert found.text.split() == honest.mail.text.split()
    assert [part.content for part in found.mime.parts[1:]] == [one.content for one in honest.mail.attachments]
    assert [part.filename for part in found.mime.parts[1:]] == [one.name for one in honest.mail.attachments]
    assert found.mime.faults == ()


def test_the_standard_library_reads_it_the_same(honest: Letter) -> None:
    theirs = message_from_bytes(build.message(honest.mail), policy=default)
    ours = read(build.message(honest.mail))
    assert theirs["subject"] == ours.subject
    assert [part.get_content() for part in theirs.iter_attachments()] == [
        part.content for part in ours.mime.parts if part.attached
    ]


def test_writing_is_repeatable(honest: Letter) -> None:
    assert build.message(honest.mail) == build.message(honest.mail)


def test_a_header_cannot_be_injected(honest: Letter) -> None:
    with pytest.raises(ValueError, match="linefeed"):
        build.message(replace(honest.mail, subject="Bonjour\r\nBcc: x@y.fr"))


def test_labels_and_names_follow_the_text() -> None:
    assert build.professional_label(title="Dr", given="Camille", family="Fictive") == "Dr_Camille_FICTIVE"
    label = "Lettre de liaison à la sortie d'un établissement de soins"
    subject = build.subject([label], family="Pât-Trois", given="Élodie", birth_date="26/11/1978")
    assert subject == "XDM/1.0/DDM+Lettre de liaison à la sortie d'un établ PAT-TROIS Elodie 26/11/1978"
    assert build.subject(["a", "b"], family="NOM", given="Prenom") == "XDM/1.0/DDM+2 documents NOM Prenom"
    name = build.pdf_name(day="20230227", label="CR d'imagerie", family="Pat", given="Zoé", number="12/3")
    assert name == "20230227_CR d'imagerie_PAT_Zoe_12 3.pdf"


def test_the_citizen_address_is_made_of_the_matricule() -> None:
    assert of_citizen(INS) == CITIZEN
    assert citizen_matricule(CITIZEN.upper()) == INS.value
    assert citizen_matricule(DOCTOR) is None


@pytest.mark.parametrize(
    ("address", "good"),
    [
        (DOCTOR, True),
        ("a+b@x-y.mssante.fr", True),
        ("", False),
        ("a@b", False),
        ("a..b@c.fr", False),
        (".a@c.fr", False),
        ("a@@c.fr", False),
        ("a b@c.fr", False),
        ("é@c.fr", False),
        ("a@-c.fr", False),
        ("a@c.fr.", False),
        ("a" * 65 + "@c.fr", False),
        ("a@" + "b" * 300 + ".fr", False),
        ("a@c.fr>\r\nRCPT TO:<b@c.fr", False),
    ],
)
def test_only_dot_atom_addresses_are_well_formed(address: str, good: bool) -> None:
    assert well_formed(address) is good


def test_parameters_are_read_in_every_form() -> None:
    assert parameterised("Text/Plain; Charset=\"UTF-8\"; x='a'") == ("text/plain", {"charset": "UTF-8", "x": "'a'"})
    assert parameterised("attachment; filename*=utf-8''%C3%A9.pdf")[1]["filename"] == "é.pdf"
    assert parameterised('attachment; filename*0="ab"; filename*1="c.zip"')[1]["filename"] == "abc.zip"
    assert parameterised("attachment; filename*0*=utf-8''%C3; filename*1*=%A9")[1]["filename"] == "é"


def nested(depth: int) -> bytes:
    out = b"MIME-Version: 1.0\r\n"
    for level in range(depth):
        out += b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (level, level)
    return out + b"\r\nfin\r\n" + b"".join(b"--b%d--\r\n" % level for level in reversed(range(depth)))


BOMBS = {
    "size": b"A: b\r\n\r\n" + b"x" * 2_000_000,
    "depth": nested(11),
    "abyss": nested(20_000),
    "parts": b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 300 + b"--b--\r\n",
    "headers": b"X-A: b\r\n" * 301 + b"\r\n",
    "header": b"Subject: " + b"a" * 100_000 + b"\r\n\r\n",
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_by_its_rule(name: str) -> None:
    with pytest.raises(MimeRefused) as refused:
        read(BOMBS[name], Limits(max_bytes=1_000_000))
    rule, where = hit(refused.value)
    assert rule.id == ("MAIL-MIME-001" if name in ("size", "abyss") else "MAIL-MIME-002")
    assert rule.always
    assert where.found


def test_a_deep_message_within_bounds_is_read() -> None:
    assert [part.content for part in mime.cut(nested(10)).parts] == [b"fin"]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\r\n",
        b"Subject: =?utf-8?b?????=\r\n\r\n",
        b"Subject: =?x-none?q?a?=\r\n\r\n",
        b"Subject: =?utf-7?q?+2AA-?=\r\n\r\n",
        b"Subject: =?idna?q?=ff?=\r\n\r\n",
        b"Subject: =?rot13?q?a?=\r\n\r\n",
        b"Subject: =?undefined?q?a?=\r\n\r\n",
        b"Content-Type: text/plain; charset=undefined\r\n\r\nx",
        b"Content-Disposition: attachment; filename*=utf-7''+2AA-\r\n\r\nx",
        b"Content-Type: multipart/mixed; boundary=\r\n\r\n--\r\n",
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b",
        b"Content-Type: text/plain; charset=none\r\n\r\n\xff",
        b"Date: Mon, 99 Jan 2026 25:61:61 +9999\r\n\r\n",
        b'From: "\r\n\r\n',
        b"To: " + b"(" * 50_000 + b"\r\n\r\n",
        b"Content-Disposition: attachment; filename*0*=x'';filename*99999999999=1\r\n\r\n",
    ],
)
def test_broken_mails_are_read_as_far_as_they_go(data: bytes) -> None:
    found = read(data)
    assert found.subject.encode("utf-8") is not None
    assert isinstance(found.text, str)
    assert all(part.filename.encode("utf-8") is not None for part in found.mime.parts)
    assert found.date is None or isinstance(found.date, datetime)
    assert isinstance(found.recipients, tuple)


@given(st.binary(max_size=400), st.sampled_from(["", "multipart/mixed; boundary=b", "multipart/report"]))
def test_any_octets_are_read_or_refused(data: bytes, media_type: str) -> None:
    head = f"Content-Type: {media_type}\r\n".encode() if media_type else b""
    try:
        found = read(head + data)
    except MimeRefused:
        return
    assert isinstance((found.subject, found.recipients, found.text, found.date, found.archives), tuple)
