"""What really comes out satisfies the published schemas, and says nothing that they do not name."""

from __future__ import annotations

import json
import ssl
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import jsonschema_rs
import pytest

from banc_standards.contracts import control
from banc_standards.contracts.publish import schema

Banc = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def call(up: Any) -> Callable[..., Any]:
    """Calls the control API of the running sandbox; an error's body is returned too."""
    context = ssl.create_default_context(cafile=up.ready["ca_file"])

    def ask(path: str, body: dict[str, Any] | None = None, method: str | None = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        request = Request(up.ready["control"] + path, data=data, headers=headers, method=method)
        try:
            with urlopen(request, context=context, timeout=10) as answer:
                return json.load(answer)
        except HTTPError as error:
            with error:
                return json.load(error)

    return ask


def test_the_ready_line(up: Any) -> None:
    jsonschema_rs.validate(schema("ready"), up.ready)


def test_readiness(call: Callable[..., Any]) -> None:
    jsonschema_rs.validate(schema("readiness"), call("/ready"))


@pytest.mark.parametrize(
    ("path", "body", "name"),
    [
        ("/sessions", None, "session-page"),
        ("/sessions", {"mode": "strict"}, "session"),
        ("/sessions/default", None, "session"),
        ("/sessions/default/clients", None, "client-page"),
        ("/sessions/default/clients", {"client_id": "one"}, "client"),
        ("/sessions/default/software", {"name": "One", "version": "1"}, "software"),
        ("/sessions/default/certificates", {"kind": "SIGN", "holder": "S01", "format": "p12"}, "certificate"),
        ("/sessions/default/faults", None, "fault-page"),
        ("/sessions/default/switches", None, "switches"),
        ("/sessions/default/exchanges", None, "exchange-page"),
        ("/identities", None, "identities"),
        ("/health", None, "health"),
        ("/nowhere", None, "problem"),
        ("/sessions/nobody", None, "problem"),
    ],
)
def test_the_control_api(call: Callable[..., Any], path: str, body: dict[str, Any] | None, name: str) -> None:
    answer = call(f"/control/v1{path}", body)
    jsonschema_rs.validate(schema(f"control-{name}"), answer)
    fields = getattr(control.BODIES[name][1], "model_fields", {})
    if name != "switches":
        assert set(answer) <= set(fields), "a key that the contracts do not name"


@pytest.mark.parametrize(
    ("method", "path", "body", "name"),
    [
        ("PUT", "clock", {"offset_s": 60}, "clock"),
        ("PUT", "public-urls", {"psc": "https://proxy.example:9441"}, "public-urls"),
        ("PUT", "faults", {"id": "psc.slow", "times": 2}, "fault"),
        ("POST", "lease", {"holder": "r-1"}, "lease"),
        ("POST", "observations", {"text": "vu", "facts": {"screen": "1"}}, "recorded"),
        ("POST", "reset", {}, "session"),
        ("GET", "documents", None, "document-page"),
        ("GET", "tokens", None, "token-page"),
    ],
)
def test_what_changes_a_session(
    call: Callable[..., Any], method: str, path: str, body: dict[str, Any] | None, name: str
) -> None:
    session = call("/control/v1/sessions", {})["id"]
    answer = call(f"/control/v1/sessions/{session}/{path}", body, method)
    jsonschema_rs.validate(schema(f"control-{name}"), answer)
    assert set(answer) <= set(control.BODIES[name][1].model_fields), "a key that the contracts do not name"


def test_every_exchange_of_the_journal(call: Callable[..., Any], up: Any) -> None:
    context = ssl.create_default_context(cafile=up.ready["ca_file"])
    with urlopen(up.ready["services"]["psc"]["discovery"], context=context, timeout=10) as answer:
        answer.read()
    exchanges = call("/control/v1/sessions/default/exchanges?wait=5")["exchanges"]
    assert exchanges
    for exchange in exchanges:
        jsonschema_rs.validate(schema("exchange"), exchange)


def test_the_events_and_the_report_of_a_run(banc: Banc, up: Any, sut: Path, tmp_path: Path) -> None:
    control_at = up.ready["control"]
    done = banc("run", "--sut", str(sut), "--sandbox", control_at, "--events", "-", "--report", str(tmp_path / "r"))
    validator = jsonschema_rs.validator_for(schema("event"))
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert {"run.started", "scenario.ended", "check.ended", "run.ended"} <= {event["type"] for event in events}
    for event in events:
        validator.validate(event)
    jsonschema_rs.validate(schema("report"), json.loads((tmp_path / "r" / "report.json").read_text(encoding="utf-8")))
