"""What a session's software shows to be recognised: certificates, clients, software ids, tokens; and revocation."""

from __future__ import annotations

import asyncio
import base64
import binascii
import secrets
from datetime import UTC, datetime
from typing import Any
from urllib.parse import unquote

from banc_mocks.sandbox.certificates import issued_json
from banc_mocks.sandbox.clock import second
from banc_mocks.sandbox.control.endpoint import AFTER_KEY, LIMIT, Asked, Endpoint, Raw
from banc_mocks.sandbox.control.problems import not_found
from banc_mocks.sandbox.settings import Client, Software
from banc_standards.contracts import control as shapes
from banc_standards.errors import Sentence, UnusableInput
from banc_standards.psc.registration import unusable_of

MAX_ROWS = 200
"""Most clients, and most software, of one session."""


async def issue(asked: Asked) -> shapes.Certificate:
    """Issues a certificate to the session (CONTRACTS §4)."""
    wanted = asked.content(shapes.CertificateRequest)
    issued = await asked.sandbox.certificates.issue(
        asked.session,
        kind=wanted.kind,
        holder=wanted.holder,
        cn=wanted.cn,
        names=tuple(wanted.names),
        csr=wanted.csr,
        profile=wanted.profile,
    )
    p12 = wanted.format == "p12" and issued.key is not None
    return shapes.Certificate.model_validate(await asyncio.to_thread(issued_json, issued, p12=p12))


async def revoke(asked: Asked) -> None:
    """Revokes a certificate of the session; CRL and OCSP follow at once."""
    await asked.sandbox.certificates.revoke(asked.session, asked.part("certificate"))


async def add_client(asked: Asked) -> shapes.Client:
    """Registers a Pro Santé Connect client, or replaces the one of that id."""
    wanted = asked.content(shapes.ClientRequest)
    _check_addresses(wanted)
    session = asked.session
    _check_room(len(session.clients))
    secret = wanted.client_secret
    if secret is None and wanted.auth_method != "mtls":
        secret = secrets.token_urlsafe(32)
    client = Client(
        client_id=wanted.client_id,
        client_secret=secret,
        redirect_uris=tuple(wanted.redirect_uris),
        post_logout_uris=tuple(wanted.post_logout_uris),
        auth_method=wanted.auth_method,
        ciba=wanted.ciba,
        certificate_dn=wanted.certificate_dn,
        backchannel_logout=wanted.backchannel_logout,
    )
    await asked.sandbox.sessions.add_client(session, client)
    return shapes.Client.model_validate(client.as_json())


async def list_clients(asked: Asked) -> shapes.ClientPage:
    """The session's own clients, secrets included: they are the software's, and as fictitious as the rest."""
    page, after = asked.page(asked.session.clients, key=lambda client: client.client_id)
    return shapes.ClientPage(clients=[shapes.Client.model_validate(one.as_json()) for one in page], next=after)


async def add_software(asked: Asked) -> shapes.SoftwareRequest:
    """Registers a software whose ids the services accept, or replaces the one of that name and version."""
    wanted = asked.content(shapes.SoftwareRequest)
    session = asked.session
    _check_room(len(session.software))
    await asked.sandbox.sessions.add_software(session, Software(**wanted.as_json()))
    return wanted


async def list_software(asked: Asked) -> shapes.SoftwarePage:
    """The software whose ids the services accept."""
    page, after = asked.page(asked.session.software, key=lambda one: f"{one.name} {one.version}")
    return shapes.SoftwarePage(
        software=[shapes.SoftwareRequest.model_validate(one.as_json()) for one in page], next=after
    )


async def list_tokens(asked: Asked) -> shapes.TokenPage:
    """The access tokens that Pro Santé Connect issued in this session; never their values."""
    access = [item for item in asked.session.items("psc", "token") if item[1].get("kind") != "Refresh"]
    page, after = asked.page(access, key=lambda item: item[0])
    now = int(asked.session.now().timestamp())
    return shapes.TokenPage(tokens=[_token(key, value, now) for key, value in page], next=after)


async def revocation_list(asked: Asked) -> Raw:
    """``/pki/ISSUER.crl``: what the issuer revoked, in DER."""
    issuer = asked.part("issuer")
    found = await asyncio.to_thread(asked.sandbox.certificates.revocation_list, issuer)
    if found is None:
        raise not_found(Sentence(f"liste de révocation {issuer[:100]}", f"revocation list {issuer[:100]}"))
    return Raw(found, "application/pkix-crl")


async def ocsp(asked: Asked) -> Raw:
    """``/pki/ocsp``: RFC 6960 appendix A.1, the request in the body of a POST or in base64 at the end of a GET."""
    if asked.request.method == "POST":
        question = await asked.request.read()
    else:
        try:
            question = base64.b64decode(unquote(asked.request.match_info.get("question", "")), validate=True)
        except (binascii.Error, ValueError):
            question = b""
    answer = await asyncio.to_thread(asked.sandbox.certificates.ocsp_answer, question)
    return Raw(answer, "application/ocsp-response")


def _check_addresses(wanted: shapes.ClientRequest) -> None:
    for address in unusable_of(wanted)[:1]:
        raise UnusableInput(
            "CLIENT-001",
            Sentence(f"adresse inutilisable : {address[:200]!r}", f"unusable address: {address[:200]!r}"),
            Sentence(
                "déclarez une adresse absolue, sans fragment (RFC 6749 §3.1.2), http ou https pour backchannel_logout",
                "declare an absolute address without fragment (RFC 6749 §3.1.2), http or https for backchannel_logout",
            ),
        )


def _check_room(taken: int) -> None:
    if taken >= MAX_ROWS:
        raise UnusableInput("SESSION-009", Sentence(f"déjà {MAX_ROWS} dans la session", f"{MAX_ROWS} in it already"))


def _token(jti: str, value: dict[str, Any], now: int) -> shapes.IssuedToken:
    issued, expires = int(value["issued"]), int(value["expires"])
    return shapes.IssuedToken(
        id=jti,
        client_id=value["client_id"],
        subject=value["subject"],
        issued=second(datetime.fromtimestamp(issued, UTC)),
        expires=second(datetime.fromtimestamp(expires, UTC)),
        active=not value.get("revoked", False) and issued <= now < expires,
    )


_ONE = "/sessions/{session}"

PUBLIC = (
    ("GET", "/pki/{issuer}.crl", revocation_list),
    ("POST", "/pki/ocsp", ocsp),
    ("GET", "/pki/ocsp/{question:.+}", ocsp),
)
"""Addresses at the root of the control port that everybody may read."""

ENDPOINTS = (
    Endpoint(
        "POST",
        f"{_ONE}/certificates",
        "issueCertificate",
        "Issues a certificate to the session",
        issue,
        body=shapes.CertificateRequest,
        answer=shapes.Certificate,
        status=201,
    ),
    Endpoint(
        "DELETE",
        f"{_ONE}/certificates/{{certificate}}",
        "revokeCertificate",
        "Revokes a certificate; CRL and OCSP follow at once",
        revoke,
        status=204,
    ),
    Endpoint(
        "POST",
        f"{_ONE}/clients",
        "addClient",
        "Registers a Pro Santé Connect client",
        add_client,
        body=shapes.ClientRequest,
        answer=shapes.Client,
        status=201,
    ),
    Endpoint(
        "GET",
        f"{_ONE}/clients",
        "listClients",
        "The session's own clients",
        list_clients,
        answer=shapes.ClientPage,
        parameters=(AFTER_KEY, LIMIT),
    ),
    Endpoint(
        "POST",
        f"{_ONE}/software",
        "addSoftware",
        "Registers a software whose ids the services accept",
        add_software,
        body=shapes.SoftwareRequest,
        answer=shapes.SoftwareRequest,
        status=201,
    ),
    Endpoint(
        "GET",
        f"{_ONE}/software",
        "listSoftware",
        "The software whose ids the services accept",
        list_software,
        answer=shapes.SoftwarePage,
        parameters=(AFTER_KEY, LIMIT),
    ),
    Endpoint(
        "GET",
        f"{_ONE}/tokens",
        "listTokens",
        "The tokens that Pro Santé Connect issued; never their values",
        list_tokens,
        answer=shapes.TokenPage,
        parameters=(AFTER_KEY, LIMIT),
    ),
)
