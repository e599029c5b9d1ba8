"""How one sandbox is to be started."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from banc_standards.errors import Lang

SERVICES = ("psc", "insi", "dmp", "mssante")
"""The services that this version simulates, in the order in which they start."""

LATER = ("annuaire", "pfi")
"""The services of the contract that it does not simulate yet."""


@dataclass(frozen=True, slots=True)
class Guest:
    """Something else that answers on the control port, behind its guard: pure, called in a thread.

    ``answer`` takes method, path, query, media type, body, the address asked and the language; it gives back status,
    media type and body. A body of more than ``most_bytes`` is refused before it.
    """

    paths: tuple[str, ...]
    answer: Callable[[str, str, str, str, bytes, str, Lang], tuple[int, str, bytes]]
    most_bytes: int


@dataclass(frozen=True, slots=True)
class Config:
    """The options of ``banc up`` (CONTRACTS §1).

    ``host`` is the address to listen on; ``localhost`` means both 127.0.0.1 and ::1. ``port_base`` 0 takes any free
    ports. ``data`` is the data folder, ``store_url`` another database than its SQLite file, ``san`` more names for the
    server certificates, ``token`` the bearer token of the control API, ``guests`` what else answers on its port.
    ``fresh`` sets what the folder stored aside first. ``insi_population`` is a CSV file of people whom INSi knows too,
    and ``progress`` is told how many were read.
    """

    services: tuple[str, ...] = SERVICES
    host: str = "localhost"
    port_base: int = 8440
    data: Path = Path(".banc")
    store_url: str | None = None
    fresh: bool = False
    public_url: str | None = None
    san: tuple[str, ...] = ()
    token: str | None = None
    plain_http: bool = False
    lang: Lang = "fr"
    guests: tuple[Guest, ...] = ()
    insi_population: Path | None = None
    progress: Callable[[int], None] = lambda _count: None
