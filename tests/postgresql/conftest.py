"""One cluster per worker, one empty database per test; skipped where PostgreSQL or its driver is not installed."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

import pytest

from .cluster import Cluster, cluster, programs


@pytest.fixture(scope="session")
def server() -> Iterator[Cluster]:
    pytest.importorskip("psycopg", reason="the driver of PostgreSQL is not installed (extra postgresql)")
    where = programs()
    if where is None:
        pytest.skip("PostgreSQL is not installed (apt install postgresql)")
    with cluster(where) as running:
        yield running


@pytest.fixture
def database(server: Cluster) -> str:
    """The name of an empty database; it goes with its cluster."""
    name = f"banc_{secrets.token_hex(4)}"
    server.create(name)
    return name
