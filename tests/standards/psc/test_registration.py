"""What a service may declare at its raccordement."""

from __future__ import annotations

import pytest

from banc_standards.contracts.control import ClientRequest
from banc_standards.psc.registration import unusable, unusable_of

USABLE = ["https://a.test/c", "https://a.test/c?from=psc", "http://127.0.0.1:3000/c", "http://[::1]:3000/c", "fr.a:/c"]


def test_absolute_addresses_are_usable() -> None:
    assert unusable(USABLE) == []


@pytest.mark.parametrize(
    "address",
    [
        "",
        "/c",
        "//a.test/c",
        "a.test/c",
        "https://a.test/c#f",
        "https://a.test/c#",
        "javascript:alert(1)",
        "JavaScript:alert(1)",
        "data:text/html,a",
        "https://[a.test/c",
        "https://a.test/ c",
        "https://a.test/\x00",
        "https://a.test/\r\nSet-Cookie: a=b",
    ],
)
def test_an_address_that_nobody_can_be_sent_to(address: str) -> None:
    assert unusable([address]) == [address]


@pytest.mark.parametrize(
    ("address", "usable"),
    [
        (None, True),
        ("", True),
        ("http://127.0.0.1:1/fin", True),
        ("https://a.test/fin", True),
        ("http://[::1", False),
        ("file:///etc/passwd", False),
        ("https:///fin", False),
        ("fin", False),
    ],
)
def test_what_the_end_of_a_session_is_told_to_speaks_http(address: str | None, usable: bool) -> None:
    client = ClientRequest(client_id="a", redirect_uris=USABLE, backchannel_logout=address)

    assert unusable_of(client) == ([] if usable else [address])


def test_every_address_of_a_client_is_looked_at() -> None:
    assert unusable_of(ClientRequest(client_id="a", redirect_uris=["/a"], post_logout_uris=["/b"])) == ["/a", "/b"]
