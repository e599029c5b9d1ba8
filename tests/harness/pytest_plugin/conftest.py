from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., pytest.RunResult]

SOFTWARE = """
import json, ssl, sys, urllib.request
asked = json.load(sys.stdin)
status = "done" if asked["action"] == "auth.login" else "unsupported"
if status == "done":
    trust = ssl.create_default_context(cafile=asked["sandbox"]["ca_file"])
    discovery = asked["sandbox"]["services"]["psc"]["discovery"]
    provider = json.load(urllib.request.urlopen(discovery, context=trust))
    urllib.request.urlopen(provider["jwks_uri"], context=trust).close()
answer = {"banc": 1, "id": asked["id"], "status": status, "output": asked["input"]}
json.dump(answer, sys.stdout)
"""
"""A software that looks at Pro Santé Connect and never signs anybody in."""

SUT = f"""
banc: 1
vendor: Éditeur Exemple
product: {{name: Dossier Plus, version: "4.2.1"}}
couloir: hopital
software_type: DPI
capabilities: [psc.code]
driver: {{kind: exec, command: [{sys.executable}, software.py]}}
"""


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder whose PKI is made once."""
    return tmp_path_factory.mktemp("banc")


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, data: Path) -> Run:
    """Runs pytest in a process of its own, as a vendor does: nothing of ours in its environment."""
    for name in [name for name in os.environ if name.startswith(("BANC_", "PYTEST_"))]:
        monkeypatch.delenv(name)

    def run_in(*arguments: str, **variables: str) -> pytest.RunResult:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        fixed = ["-p", "no:asyncio", "-p", "no:cacheprovider", "-W", "error", "--strict-markers"]
        if not any(argument.startswith("--banc=") for argument in arguments):
            fixed.append(f"--banc-data={data}")
        return pytester.runpytest_subprocess(*fixed, "--banc-services=psc", *arguments, timeout=90)

    return run_in


@pytest.fixture
def described(pytester: pytest.Pytester) -> Path:
    """A sut.yaml beside its software."""
    (pytester.path / "software.py").write_text(SOFTWARE, encoding="utf-8")
    path = pytester.path / "sut.yaml"
    path.write_text(SUT, encoding="utf-8")
    return path
