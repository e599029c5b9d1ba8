"""Clients declared in a file of the data folder."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from banc_mocks.psc.service.registry import Registry
from banc_standards.errors import UnusableInput

from ..sandbox_thread import SandboxThread
from .conftest import CALLBACK, Bench, Login

ONE = {"client_id": "du-fichier", "client_secret": "secret-du-fichier", "redirect_uris": [CALLBACK]}


def write(file: Path, *clients: dict[str, Any], at: int = 0) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"clients": clients}))
    os.utime(file, ns=(at, at))


@contextmanager
def clients_file(sandbox: SandboxThread, *clients: dict[str, Any]) -> Iterator[None]:
    """The registry file of a sandbox, while it is needed."""
    file = Path(sandbox.ready["ca_file"]).parents[1] / "psc" / "clients.json"
    write(file, *clients, at=time.time_ns())
    try:
        yield
    finally:
        file.unlink()


def test_a_client_of_the_file_signs_in(sandbox: SandboxThread, bench: Bench) -> None:
    bench.approve()
    bench.client_id, bench.client_secret = ONE["client_id"], ONE["client_secret"]
    login = Login(bench, bench.http())
    with clients_file(sandbox, ONE | {"session": bench.session}):
        assert login.tokens()["scope"] == "openid scope_all"
        assert bench.last("psc.token")["facts"]["client_id"] == "du-fichier"
    assert login.ask().status_code == 400, "the file is gone, and its clients with it"


def test_the_file_is_read_again_when_it_changes(tmp_path: Path) -> None:
    file = tmp_path / "clients.json"
    known = Registry(file)
    assert known.client("default", "du-fichier") is None

    write(file, ONE, at=1)
    assert known.client("default", "du-fichier") is not None
    write(file, ONE | {"session": "autre"}, at=2)
    assert known.client("default", "du-fichier") is None
    assert known.sessions("du-fichier") == ["autre"]


def test_a_file_that_is_spoiled_later_changes_nothing(tmp_path: Path) -> None:
    file = tmp_path / "clients.json"
    write(file, ONE, at=1)
    known = Registry(file)
    file.write_text("{")

    assert known.client("default", "du-fichier") is not None


@pytest.mark.parametrize(
    "content",
    [
        "",
        "[]",
        '{"clients": 1}',
        '{"clients": ["a"]}',
        '{"clients": [{}]}',
        '{"clients": [{"client_id": "a"}]}',
        '{"clients": [{"client_id": "a", "client_secret": "s", "session": 7}]}',
        '{"clients": [{"client_id": "a", "client_secret": "s", "session": "Ailleurs !"}]}',
        '{"clients": [{"client_id": "a", "client_secret": "s"}, {"client_id": "a", "client_secret": "t"}]}',
        '{"clients": [{"client_id": "a", "client_secret": "s", "redirect_uris": ["https://a.test/#b"]}]}',
        "[" * 100_000,
    ],
)
def test_a_file_that_cannot_be_used_is_said_at_start(tmp_path: Path, content: str) -> None:
    file = tmp_path / "clients.json"
    file.write_text(content)

    with pytest.raises(UnusableInput) as refused:
        Registry(file)

    assert refused.value.code == "PSC-001"
    assert str(file) in refused.value.text.fr
