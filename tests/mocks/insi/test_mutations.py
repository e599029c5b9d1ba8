"""Messages spoilt at random: the service always answers in its own terms, and never fails."""

from __future__ import annotations

import random

import pytest
from lxml import etree

from banc_standards.soap.build import serialize

from .conftest import SOAP, Bench, Got

TEXTS = ("", "x", "é", "\u00a0", "9" * 3000, "2026-13-45T99:99:99Z", "  ")


def spoil_bytes(message: bytes, draw: random.Random) -> bytes:
    spoilt = bytearray(message)
    for _ in range(draw.randint(1, 4)):
        place = draw.randrange(len(spoilt))
        if draw.random() < 0.5:
            spoilt[place] = draw.randrange(256)
        else:
            del spoilt[place : place + draw.randint(1, 60)]
    return bytes(spoilt)


def spoil_tree(message: bytes, draw: random.Random) -> bytes:
    root = etree.fromstring(message)
    elements = [element for element in root.iter() if element is not root]
    for _ in range(draw.randint(1, 3)):
        element = draw.choice(elements)
        parent = element.getparent()
        match draw.randrange(5):
            case 0 if parent is not None:
                parent.remove(element)
            case 1 if parent is not None:
                parent.append(etree.fromstring(etree.tostring(element)))
            case 2:
                element.attrib.clear()
            case 3:
                element.tag = draw.choice(elements).tag
            case _:
                element.text = draw.choice(TEXTS)
    return serialize(root)


@pytest.mark.parametrize("spoil", [spoil_bytes, spoil_tree])
def test_a_spoilt_message_is_always_answered(lenient: Bench, spoil) -> None:
    draw = random.Random(2026)
    card = serialize(lenient.request())
    psc = serialize(lenient.request(assertion=lenient.assertion(psc=True)))
    client = lenient.http(lenient.trust)
    for _ in range(150):
        sent = spoil(draw.choice((card, psc)), draw)
        answer = client.post(lenient.url(), content=sent, headers={"Content-Type": SOAP})
        got = Got(answer.status_code, answer.content, "")
        code = got.answer.code if got.status == 200 else got.error.code
        assert code != "mock_interne", sent
    codes = {exchange["code"] for exchange in lenient.tell("GET", "exchanges?limit=500")["exchanges"]}
    assert len(codes) > 2
