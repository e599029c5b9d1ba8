"""What a service may declare at its raccordement."""

from __future__ import annotations

import pytest

from banc_standards.psc.registration import unusable

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
