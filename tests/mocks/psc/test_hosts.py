"""The name by which the provider is called: told, never refused."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import Bench, Login
from .test_attacks import told


@pytest.mark.parametrize(
    ("host", "rules"),
    [
        ("localhost", set()),
        ("LOCALHOST:8441", set()),
        ("127.0.0.1:8441", set()),
        ("[::1]:8441", set()),
        ("psc", set()),
        ("attaquant.test", {"PSC-HST-002"}),
        ("localhost.attaquant.test:8441", {"PSC-HST-002"}),
        ("localhost, attaquant.test", {"PSC-HST-002"}),
        ("auth.bas.esw.esante.gouv.fr", {"PSC-HST-001"}),
    ],
)
def test_a_name_that_the_certificate_does_not_carry_is_told(bench: Bench, host: str, rules: set[str]) -> None:
    answer = bench.http().get(bench.discovery, headers={"Host": host})

    assert answer.status_code == 200
    bench.http().get(bench.issuer)  # what is public is entered without waiting
    assert told(bench.last("psc.discovery")) == ("accepted", rules)


def test_a_public_address_is_known(bench: Bench) -> None:
    bench.tell("PUT", "public-urls", {"psc": "https://bac.example.test"})
    bench.http().get(bench.discovery, headers={"Host": "bac.example.test"})
    bench.http().get(bench.issuer)

    assert told(bench.last("psc.discovery")) == ("accepted", set())


def test_a_login_under_another_name_names_its_issuer_everywhere(bench: Bench, login: Login) -> None:
    endpoint = bench.document()["authorization_endpoint"]

    def asked() -> Any:
        return login.browser.get(endpoint, params=login.parameters(), headers={"Host": "attaquant.test"})

    assert "iss=https%3A%2F%2Fattaquant.test" in asked().headers["Location"]
    assert told(bench.last("psc.authorization")) == ("accepted", {"PSC-HST-002"})
