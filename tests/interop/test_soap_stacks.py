"""Two SOAP stacks that we did not write call INSi from its own description: node-soap of npm, and PHP's SoapClient.

Each sends a signed assertion over TLS, then an organisation certificate over mutual TLS.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from lxml import etree

from banc_fixtures.population import population
from banc_standards.insi import build

from ..mocks.insi.conftest import PEM_KEY, Bench, bench, open_bench, sandbox  # noqa: F401 - fixtures
from .conftest import npm_folder

HERE = Path(__file__).parent
NODE_SOAP = "soap@1"
TILLEUL = {"NomNaissance": "TILLEUL", "Prenom": ["ANNE"], "Sexe": "F", "DateNaissance": "1980-05-14"}
PATIENT = population().patient("PAT-01")
Stack = Callable[..., dict[str, Any]]


@pytest.fixture(scope="session")
def node_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder where npm installed node-soap."""
    return npm_folder(tmp_path_factory.mktemp("node-soap"), NODE_SOAP, "node_soap.mjs")


def ran(command: list[str], told: dict[str, Any], folder: Path, ca_file: str) -> dict[str, Any]:
    environment = os.environ | {"BANC_SOAP": json.dumps(told), "NODE_EXTRA_CA_CERTS": ca_file}
    ended = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 0, ended.stderr + ended.stdout
    seen: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    return seen


def told(bench: Bench, request: etree._Element, operation: str, content: dict[str, Any], *, mutual: bool) -> Any:  # noqa: F811
    request[0][0].text = build.names.ACTION_ROOT + operation
    found: dict[str, Any] = {
        "wsdl": bench.url("url_mtls" if mutual else "url", prefixed=not mutual) + "?wsdl",
        "operation": operation,
        "content": content,
        "ca_file": bench.ready["ca_file"],
        "headers": list(request[0]),
    }
    if mutual:
        _, chain = bench.certificate("AUTH_CLI", "S01", cn="INSI-MANU")
        pem = bench.folder / f"{uuid4()}.pem"
        pem.write_text(PEM_KEY + chain)
        found |= {"key": PEM_KEY, "cert": chain, "pem": str(pem)}
    return found


def with_php() -> bool:
    """Whether PHP and its SOAP extension are installed."""
    if shutil.which("php") is None:
        return False
    return "soap" in subprocess.run(["php", "-m"], capture_output=True, text=True, check=False).stdout.split()


@pytest.fixture(params=["node-soap", "php"])
def stack(request: pytest.FixtureRequest, bench: Bench) -> Stack:  # noqa: F811
    """Calls one operation; ``mutual`` with an organisation certificate, else with a signed assertion."""
    if request.param == "php":
        loaded = (
            shutil.which("php") and subprocess.run(["php", "-m"], capture_output=True, text=True, check=False).stdout
        )
        if not loaded or "soap" not in loaded.split():
            pytest.skip("php-cli and php-soap are not installed: PHP's SoapClient is not run")
        command, folder = ["php", str(HERE / "soap_client.php")], bench.folder
    else:
        folder = request.getfixturevalue("node_folder")
        command = ["node", "node_soap.mjs"]

    def call(operation: str, content: dict[str, Any], *, mutual: bool = False) -> dict[str, Any]:
        message = bench.organisation() if mutual else bench.request()
        asked = told(bench, message, operation, content, mutual=mutual)
        written = [(etree.QName(one), etree.tostring(one, with_tail=False).decode()) for one in asked["headers"]]
        asked["headers"] = [
            xml if request.param == "node-soap" else [name.namespace, name.localname, xml] for name, xml in written
        ]
        return ran(command, asked, folder, bench.ready["ca_file"])

    return call


@pytest.mark.parametrize("mutual", [False, True], ids=["signed assertion", "mutual TLS"])
def test_a_stack_finds_a_patient(bench: Bench, stack: Stack, mutual: bool) -> None:  # noqa: F811
    seen = stack("rechercherInsAvecTraitsIdentite", TILLEUL, mutual=mutual)

    assert seen["result"]["CR"]["CodeCR"] == "00", seen
    active = seen["result"]["INDIVIDU"]["INSACTIF"]
    assert PATIENT.ins is not None
    assert active["IdIndividu"]["NumIdentifiant"] + active["IdIndividu"]["Cle"] == PATIENT.ins.value
    assert active["OID"] == PATIENT.ins.oid
    exchange = bench.last()
    assert (exchange["operation"], exchange["outcome"]) == ("insi.WS_INS2", "accepted")
    assert [one for one in exchange["findings"] if one["severity"] == "error"] == []


def test_a_stack_verifies_an_identity(bench: Bench, stack: Stack) -> None:  # noqa: F811
    assert PATIENT.ins is not None
    number = {"NumIdentifiant": PATIENT.ins.number, "Cle": PATIENT.ins.key}
    traits = {
        "NomNaissance": PATIENT.birth_family,
        "ListePrenom": PATIENT.traits.birth_givens,
        "Sexe": PATIENT.sex,
        "DateNaissance": PATIENT.birth_date,
    }
    held = {"INSFourni": {"IdIndividu": number, "OID": PATIENT.ins.oid}, "TraitsIdentiteIndividu": traits}

    seen = stack("verifierInsAvecTraitsIdentite", {"IndividuVerifie": held})

    assert "fault" not in seen, seen
    assert json.dumps(seen["result"]).count('"00"') == 1
    assert (bench.last()["operation"], bench.last()["code"]) == ("insi.WS_INS3", "00")


def test_a_stack_reads_a_fault(bench: Bench, stack: Stack) -> None:  # noqa: F811
    bench.arm("desir_1020")

    seen = stack("rechercherInsAvecTraitsIdentite", TILLEUL)

    assert "Sender" in json.dumps(seen["fault"])
    assert bench.last()["code"] == "desir_1020"
