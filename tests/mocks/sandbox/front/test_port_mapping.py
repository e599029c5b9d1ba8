"""Ports mapped as a container engine does: a strict client discovers, logs in and validates its tokens outside."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from authlib.integrations.requests_client import OAuth2Session
from joserfc import jwt
from joserfc.jwk import KeySet

from banc_mocks.sandbox.config import Config
from banc_mocks.sandbox.launcher import Running, start

Relaying = Callable[[str], Awaitable[str]]

CALLBACK = "https://logiciel.example.test/callback"
DOCTOR = "899900000011"
NONCE, STATE, VERIFIER = "n-0S6_WzA2Mj", "af0ifjsldkj-12345", "v" * 64


@pytest.fixture
async def psc(data: Path) -> AsyncIterator[Running]:
    running = await start(Config(services=("psc",), port_base=0, data=data))
    yield running
    await running.stop()


@pytest.fixture
async def browser(psc: Running) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(verify=ssl.create_default_context(cafile=psc.ready["ca_file"])) as client:
        yield client


@pytest.fixture
async def outside(psc: Running, browser: httpx.AsyncClient, relaying: Relaying) -> dict[str, str]:
    """The two ports of the service as the software sees them, told to the sandbox after its start."""
    base = psc.sandbox.addresses.base_url
    mapped = {name: await relaying(base(name)) for name in ("psc", "wallet")}
    session = f"{psc.ready['control']}/control/v1/sessions/default"
    told = [
        await browser.put(f"{session}/public-urls", json=mapped),
        await browser.put(f"{session}/login", json={"auto": DOCTOR}),
        await browser.post(
            f"{session}/clients",
            json={"client_id": "dossier-plus", "client_secret": "secret", "redirect_uris": [CALLBACK]},
        ),
    ]
    assert all(answer.is_success for answer in told), [answer.text for answer in told]
    return mapped


async def discovered(browser: httpx.AsyncClient, issuer: str) -> dict[str, Any]:
    """The discovery document of an issuer, which must name itself (OpenID Connect Discovery §4.3)."""
    document = (await browser.get(f"{issuer}/.well-known/wallet-openid-configuration")).json()
    assert document["issuer"] == issuer
    return dict(document)


async def test_a_strict_client_logs_in_from_outside(
    psc: Running, browser: httpx.AsyncClient, outside: dict[str, str]
) -> None:
    issuer = outside["psc"] + urlsplit(psc.ready["services"]["psc"]["issuer"]).path
    document = await discovered(browser, issuer)
    with OAuth2Session(
        "dossier-plus", "secret", redirect_uri=CALLBACK, scope="openid scope_all", code_challenge_method="S256"
    ) as client:
        client.verify, client.trust_env = psc.ready["ca_file"], False
        address, state = client.create_authorization_url(
            document["authorization_endpoint"], state=STATE, nonce=NONCE, acr_values="eidas1", code_verifier=VERIFIER
        )
        location = (await browser.get(address)).headers["Location"]
        returned = parse_qs(urlsplit(location).query)
        token = await asyncio.to_thread(
            client.fetch_token,
            document["token_endpoint"],
            authorization_response=location,
            state=state,
            code_verifier=VERIFIER,
        )
        userinfo = (await asyncio.to_thread(client.get, document["userinfo_endpoint"])).json()

    keys = KeySet.import_key_set((await browser.get(document["jwks_uri"])).json())
    identity = jwt.decode(token["id_token"], keys, algorithms=["RS256"])
    jwt.JWTClaimsRegistry(
        iss={"essential": True, "value": issuer},
        aud={"essential": True, "value": "dossier-plus"},
        nonce={"essential": True, "value": NONCE},
    ).validate(identity.claims)
    assert returned["iss"] == [issuer]
    assert userinfo["SubjectNameID"] == DOCTOR
    assert userinfo["sub"] == identity.claims["sub"]


async def test_every_address_of_the_discovery_is_outside(
    psc: Running, browser: httpx.AsyncClient, outside: dict[str, str]
) -> None:
    issuer = outside["psc"] + urlsplit(psc.ready["services"]["psc"]["issuer"]).path

    document = await discovered(browser, issuer)

    found = {
        f"{where.scheme}://{where.netloc}"
        for value in document.values()
        if isinstance(value, str) and (where := urlsplit(value)).netloc
    }
    assert found == set(outside.values())
