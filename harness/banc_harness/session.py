"""The session that a run works in: created, leased, furnished with what the software needs, and described to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from banc_fixtures.population import Population
from banc_fixtures.professionals import Professional
from banc_fixtures.structures import Structure
from banc_harness.client import Control
from banc_standards.contracts.control import CertificateRequest, ClientRequest, LoginRequest, SoftwareRequest
from banc_standards.contracts.driver import ActionSandbox, KeyStore, ProxyAccess, ProxyApi, ProxyClient, PscClient
from banc_standards.contracts.sandbox import Services
from banc_standards.contracts.sut import Sut
from banc_standards.contracts.vocabulary import CertificateKind, SessionMode
from banc_standards.errors import EnvironmentFailed, Sentence

LEASE_S = 3600
"""How long the run keeps its session without a word, in seconds; each scenario prolongs it."""

TEST = "essai-"
TEST_APIS = ("essai-dmp", "essai-insi")
"""The test resource of each API of the trust area, by the name that a proxy e-Santé gives it in ``/send``. Without
``essai-``, the name is that of the service itself, when it runs.
"""

SEALS: tuple[CertificateKind, ...] = ("AUTH_CLI", "SIGN")


@dataclass(frozen=True, slots=True)
class RunSession:
    """A session of a run: its id, its mode, where its journal stood, and what each action tells the software."""

    id: str
    mode: SessionMode
    position: int
    sandbox: ActionSandbox


def acting_structure(sut: Sut, population: Population) -> Structure:
    """The structure that the software works for: the one that it names, else the first of its couloir."""
    if sut.identities.structure is not None:
        return population.structure(sut.identities.structure)
    return next((item for item in population.structures if item.couloir == sut.couloir), population.structures[0])


def acting_professional(sut: Sut, population: Population) -> Professional:
    """The professional who uses the software: the one that it names, else the first who works in its structure."""
    if sut.identities.professional is not None:
        return population.professional(sut.identities.professional)
    structure = acting_structure(sut, population)
    return next(
        (item for item in population.professionals if structure.id in item.structures), population.professionals[0]
    )


async def open_session(
    control: Control, sut: Sut, population: Population, *, run: str, mode: SessionMode, ca_file: Path
) -> RunSession:
    """Creates and leases the session, and registers the software there. Raises what the control API raises."""
    session = await control.create_session(mode=mode)
    await control.lease(session.id, run, ttl_s=LEASE_S)
    described = await furnish(control, session.id, sut, population, ca_file=ca_file)
    position = (await control.session(session.id)).position
    return RunSession(id=session.id, mode=session.mode, position=position, sandbox=described)


async def furnish(
    control: Control, session: str, sut: Sut, population: Population, *, ca_file: Path, beside: bool = False
) -> ActionSandbox:
    """Registers the software in a session, with the client and the certificates that it needs there; returns what each
    action tells it. ``beside``: another one was registered there before. Raises what the control API raises.
    """
    ready = await control.sandbox()
    structure = acting_structure(sut, population)
    certificates: dict[str, KeyStore] = {}
    certificate_dn: str | None = None
    exchanges = "psc.exchange" in sut.capabilities
    if ready.services.dmp is not None or ready.services.insi is not None or exchanges:
        for kind in SEALS:
            certificates[kind], subject = await _key_store(control, session, kind, structure.id)
            if exchanges and kind == "AUTH_CLI":
                certificate_dn = subject
    ids = sut.ids
    await control.register_software(
        session,
        SoftwareRequest(
            name=sut.product.name,
            version=sut.product.version,
            idam=ids.idam or None,
            nil=ids.nil or None,
            homologation=ids.dmp_homologation or None,
        ),
    )
    psc_client = None
    if ready.services.psc is not None:
        name = f"banc-{session}-{sut.software_type.lower()}" if beside else f"banc-{session}"
        psc_client = await _psc_client(
            control, session, sut, sut.ids.psc_client_id or name, certificate_dn=certificate_dn
        )
        await control.set_login(session, LoginRequest(auto=acting_professional(sut, population).idnat))
    services = addressed(ready.services, session)
    proxy = None
    if "psc.proxy" in sut.capabilities and services.psc is not None and services.psc.issuer is not None:
        clients = await _proxy_clients(control, session, sut, population, first=structure)
        proxy = ProxyAccess(clients=clients, apis=_proxy_apis(services, services.psc.issuer))
    return ActionSandbox(
        services=services,
        ca_file=str(ca_file),
        psc_client=psc_client,
        certificates=certificates or None,
        proxy=proxy,
    )


async def _proxy_clients(
    control: Control, session: str, sut: Sut, population: Population, *, first: Structure
) -> list[ProxyClient]:
    """Two softwares of two structures, registered for CIBA, each with the certificate that proves who it is."""
    second = next(item for item in population.structures if item.id != first.id)
    clients = []
    for rank, structure in enumerate((first, second), 1):
        store, subject = await _key_store(control, session, "AUTH_CLI", structure.id)
        registered = await control.register_client(
            session,
            ClientRequest(
                client_id=f"lps{rank}-{session}",
                redirect_uris=[],
                post_logout_uris=sut.endpoints.post_logout_uris,
                auth_method="both",
                certificate_dn=subject,
                ciba=True,
            ),
        )
        clients.append(ProxyClient(id=registered.client_id, secret=registered.client_secret, certificate=store))
    return clients


def _proxy_apis(services: Services, issuer: str) -> list[ProxyApi]:
    """The APIs of the trust area, each with its authorization server, a realm beside Pro Santé Connect's."""
    realms = issuer.rpartition("/")[0]
    insi = services.insi.url_mtls if services.insi is not None else None
    addresses = {name: f"{realms}/{name.removeprefix(TEST)}" for name in TEST_APIS}
    if services.dmp is not None and services.dmp.url is not None:
        addresses["dmp"] = services.dmp.url
    if insi is not None:
        addresses["insi"] = insi.rpartition("/")[0]
    return [
        ProxyApi(
            name=name,
            url=url,
            token_endpoint=f"{realms}/{name.removeprefix(TEST)}/protocol/openid-connect/token",
            scope=f"{name.removeprefix(TEST)}.test",
        )
        for name, url in addresses.items()
    ]


def addressed(services: Services, session: str) -> Services:
    """The addresses of the services as one session uses them: ``/s/{id}`` before the path (CONTRACTS §3)."""
    return Services.model_validate(_prefixed(services.as_json(), session))


def _prefixed(value: Any, session: str) -> Any:
    if isinstance(value, Mapping):
        return {key: _prefixed(item, session) for key, item in value.items()}
    if isinstance(value, str) and value.startswith(("https://", "http://")):
        parts = urlsplit(value)
        return urlunsplit(parts._replace(path=f"/s/{session}{parts.path}"))
    return value


async def _key_store(control: Control, session: str, kind: CertificateKind, holder: str) -> tuple[KeyStore, str]:
    """A certificate of the structure with its key, and its subject."""
    issued = await control.issue(session, CertificateRequest(kind=kind, holder=holder, format="p12"))
    if issued.p12 is None or issued.password is None:
        raise EnvironmentFailed(
            "CONTROL-009",
            Sentence(f"le bac à sable a rendu un certificat {kind} sans sa clé", f"{kind}: the certificate has no key"),
        )
    return KeyStore(p12=issued.p12, password=issued.password), issued.subject


async def _psc_client(control: Control, session: str, sut: Sut, name: str, *, certificate_dn: str | None) -> PscClient:
    registered = await control.register_client(
        session,
        ClientRequest(
            client_id=name,
            redirect_uris=sut.endpoints.redirect_uris,
            post_logout_uris=sut.endpoints.post_logout_uris,
            auth_method="secret" if certificate_dn is None else "both",
            certificate_dn=certificate_dn,
            ciba="psc.ciba" in sut.capabilities,
            backchannel_logout=sut.endpoints.backchannel_logout,
        ),
    )
    return PscClient(id=registered.client_id, secret=registered.client_secret)
