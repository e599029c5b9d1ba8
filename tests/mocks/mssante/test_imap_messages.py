"""Hostile messages are looked at within bounds of time, and nothing of them is lost."""

from __future__ import annotations

import time

import pytest

from banc_mocks.mssante.wire.imap import parts
from banc_mocks.mssante.wire.imap.grammar import decoded_name, encoded_name

MULTIPART = b"Content-Type: multipart/mixed; boundary=x\r\n\r\n"


@pytest.mark.parametrize(
    "message",
    [
        MULTIPART + b"--x\r\n" * 5_000,
        MULTIPART * 5_000,
        (MULTIPART + b"--x\r\n") * 3_000,
        MULTIPART + b"--x\r\n\r\na\r\n" * 50_000,
        b"Content-Type: message/rfc822\r\n\r\n" * 20_000,
        b"Subject: a\r\n" + b" b\r\n" * 200_000,
        b"Content-Type: text/plain" + b"; a=b" * 100_000 + b"\r\n\r\n",
        b"From: " + b"(<a@b>," * 100_000 + b"\r\n\r\n",
        b"x" * 1_000_000,
        b"\xff\x00" * 1_000,
        b"",
    ],
)
def test_a_hostile_message_is_described_within_bounds(message: bytes) -> None:
    began = time.process_time()
    node = parts.cut(message)
    assert node.raw == message
    assert parts.envelope(node).startswith(b"(")
    assert parts.structure(node, extended=True).startswith(b"(")
    for path in ((1,), (1, 1), (200, 3)):
        for kind in ("", "MIME", "HEADER", "TEXT"):
            parts.Section(path, kind).of(node)
    assert time.process_time() - began < 2


def test_parts_are_cut_to_the_octet() -> None:
    inner = b"Subject: dedans\r\n\r\ncorps"
    message = (
        MULTIPART
        + b"avant\r\n--x\r\n\r\nun\r\n--x\r\nContent-Type: message/rfc822\r\n\r\n"
        + inner
        + b"\r\n--x\r\n--x--\r\nfin"
    )
    node = parts.cut(message)
    assert [parts.Section((number,)).of(node) for number in (1, 2, 3, 4)] == [b"un", inner, b"", None]
    assert parts.Section((2,), "HEADER").of(node) == b"Subject: dedans\r\n\r\n"
    assert parts.Section((2, 1)).of(node) == b"corps"
    assert parts.Section((1,), "HEADER").of(node) is None


@pytest.mark.parametrize("name", ["INBOX", "Envoyés", "a&b", "日本/é&", "x\U0001f600"])
def test_a_folder_name_survives_modified_utf7(name: str) -> None:
    assert encoded_name(name).isascii()
    assert decoded_name(encoded_name(name)) == name
