"""The sandbox as a whole: addresses, readiness, health, metrics, identities, trust, list of the fault table."""

from __future__ import annotations

import asyncio
import json
import time
from importlib.metadata import version

from banc_fixtures.population import population
from banc_mocks.sandbox.control.endpoint import Asked, Endpoint, Raw
from banc_mocks.sandbox.control.problems import ApiRefusal, not_found
from banc_standards.contracts.control import Health, IdentityList
from banc_standards.contracts.sandbox import Ready
from banc_standards.errors import Sentence, reason

_STARTED = time.monotonic()
_LABELS = ("service", "operation", "outcome")
_TRUST = {
    "ca.pem": "application/x-pem-file",
    "ca.der": "application/pkix-cert",
    "ca.p12": "application/x-pkcs12",
}


async def sandbox(asked: Asked) -> dict[str, object]:
    """The ready line (CONTRACTS §1)."""
    if not asked.sandbox.ready:
        raise ApiRefusal(503, "API-503", Sentence("le banc démarre encore", "the sandbox is still starting"))
    return asked.sandbox.ready


async def ready(asked: Asked) -> Raw:
    """``/ready``: 200 once every service listens."""
    services = {service.name: bool(asked.sandbox.ready) for service in asked.sandbox.services}
    body = {"ready": bool(asked.sandbox.ready), "services": services}
    return Raw(json.dumps(body).encode(), "application/json", 200 if asked.sandbox.ready else 503)


async def health(asked: Asked) -> Health:
    """Whether the sandbox does well: ``degraded`` while writes fail, or while they wait by the thousand."""
    store = asked.sandbox.store
    return Health(
        status="degraded" if store.failing or store.backlog > 5_000 else "ok",
        version=version("banc-segur"),
        uptime_s=int(time.monotonic() - _STARTED),
        sessions=len(list(asked.sandbox.sessions)),
        queue=store.backlog,
    )


async def metrics(asked: Asked) -> Raw:
    """The counters in the text format of Prometheus."""
    store = asked.sandbox.store
    rows = (
        ("banc_uptime_seconds", "gauge", "Seconds since the start.", int(time.monotonic() - _STARTED)),
        ("banc_sessions", "gauge", "Sessions that exist.", len(list(asked.sandbox.sessions))),
        ("banc_store_committed_total", "counter", "Batches written durably.", store.committed),
        ("banc_store_failed_total", "counter", "Batches that could not be written.", store.failed),
        ("banc_store_backlog", "gauge", "Batches that wait for their transaction.", store.backlog),
    )
    lines = [f"# HELP {name} {text}\n# TYPE {name} {kind}\n{name} {value}\n" for name, kind, text, value in rows]
    lines += ["# HELP banc_exchanges_total Journal entries.\n# TYPE banc_exchanges_total counter\n"]
    for labels, count in sorted(asked.sandbox.journal.counts.items()):
        said = ",".join(f"{name}={json.dumps(value)}" for name, value in zip(_LABELS, labels, strict=True))
        lines.append(f"banc_exchanges_total{{{said}}} {count}\n")
    return Raw("".join(lines).encode(), "text/plain; version=0.0.4; charset=utf-8")


async def identities(_asked: Asked) -> IdentityList:
    """The fictitious population, the same in every service."""
    everybody = population()
    return IdentityList(
        patients=[patient.as_json() for patient in everybody.patients],
        professionals=[professional.as_json() for professional in everybody.professionals],
        structures=[structure.as_json() for structure in everybody.structures],
    )


async def trust(asked: Asked) -> Raw:
    """The sandbox's CA (CONTRACTS §4): PEM, DER, or a truststore whose password is ``changeit``."""
    name = asked.part("file")
    if name not in _TRUST:
        raise not_found(Sentence(f"trust/{name[:100]}", f"trust/{name[:100]}"), Sentence("ca.pem, ca.der, ca.p12", ""))
    path = asked.sandbox.config.data / "trust" / name
    try:
        return Raw(await asyncio.to_thread(path.read_bytes), _TRUST[name])
    except OSError as error:
        raise not_found(Sentence(f"{path} : {reason(error).fr}", f"{path}: {reason(error).en}")) from error


ENDPOINTS = (
    Endpoint("GET", "/sandbox", "sandbox", "Addresses of the services", sandbox, answer=Ready),
    Endpoint("GET", "/health", "health", "Whether the sandbox does well", health, answer=Health),
    Endpoint("GET", "/metrics", "metrics", "Counters for Prometheus", metrics, media_type="text/plain"),
    Endpoint("GET", "/identities", "identities", "The fictitious population", identities, answer=IdentityList),
    Endpoint(
        "GET", "/trust/{file}", "trust", "The sandbox's CA", trust, media_type="application/octet-stream", open=True
    ),
)
