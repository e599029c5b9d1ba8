"""The addresses of the DMP: one SOAP endpoint per path, mutual TLS, and the WSDL of those that we serve."""

from __future__ import annotations

from functools import cache, partial
from importlib.resources import files

from banc_mocks.dmp.faults import FAULTS
from banc_mocks.dmp.service.existence import SWITCHES
from banc_mocks.dmp.wire import answers, operations
from banc_mocks.sandbox.call import Call
from banc_mocks.sandbox.http import MIB, BaseUrl, HttpService, Listener, Reply, Route
from banc_mocks.sandbox.sandbox import Sandbox
from banc_standards.dmp import names, transactions

MAX_BODY = 50 * MIB
"""Octets of the largest request, the limit of a submission."""

_DESCRIBED = ("patients", "repository", "registry", "habilitations", "patientsSpecific")


def service(sandbox: Sandbox) -> HttpService:
    """The DMP on its port; its absence of client certificate is for the service to answer."""
    del sandbox
    return HttpService(
        name="dmp",
        listeners=(Listener("dmp", 3, "requested", _routes()),),
        refuse=answers.fault,
        addresses=_addresses,
        faults=FAULTS,
        switches=SWITCHES,
    )


def _routes() -> tuple[Route, ...]:
    first = {transaction.path: transaction.id for transaction in reversed(transactions.TRANSACTIONS)}
    endpoints = (
        Route("POST", names.BASE_PATH + path, f"dmp.{first[path]}", partial(_exchange, path), max_body=MAX_BODY)
        for path in transactions.PATHS
    )
    descriptions = (
        Route("GET", f"{names.BASE_PATH}/{name}", "dmp.wsdl", partial(_describe, name), public=True)
        for name in _DESCRIBED
    )
    return (*endpoints, *descriptions)


async def _exchange(path: str, call: Call) -> Reply:
    return await operations.exchange(call, path)


async def _describe(name: str, call: Call) -> Reply:
    address = f"{call.base_url('dmp')}{names.BASE_PATH}/{name}"
    return Reply(200, _wsdl(name).replace("@ADDRESS@", address).encode(), "text/xml; charset=utf-8")


@cache
def _wsdl(name: str) -> str:
    return (files(__package__) / "wsdl" / f"{name}.wsdl").read_text(encoding="utf-8")


def _addresses(base: BaseUrl) -> dict[str, str]:
    return {"url": base("dmp") + names.BASE_PATH}
