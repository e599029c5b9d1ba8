"""``banc up`` in its own process, and the commands that reach it."""

from __future__ import annotations

import json
import signal
import ssl
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key, pkcs12

from banc_harness.here import control_here

Banc = Callable[..., subprocess.CompletedProcess[str]]


def test_the_ready_line_is_what_the_folder_and_the_control_api_say(up: Any) -> None:
    written = (up.data / "sandbox.json").read_text(encoding="utf-8")
    assert written == up.line
    context = ssl.create_default_context(cafile=up.ready["ca_file"])
    with urlopen(up.ready["control"] + "/control/v1/sandbox", context=context, timeout=10) as answer:
        assert json.load(answer) == up.ready


def test_the_ready_line_has_no_key_for_what_does_not_run(up: Any) -> None:
    assert up.ready["event"] == "ready"
    assert set(up.ready["services"]) == {"psc"}


def test_env_gives_the_addresses_of_the_running_sandbox(up: Any, banc: Banc) -> None:
    done = banc("env", BANC_DATA=str(up.data))
    assert (done.returncode, done.stderr) == (0, "")
    assert f"BANC_CONTROL={up.ready['control']}" in done.stdout.splitlines()
    assert f"BANC_PSC_ISSUER={up.ready['services']['psc']['issuer']}" in done.stdout.splitlines()


def test_env_as_json_names_files_that_exist(up: Any, banc: Banc) -> None:
    found = json.loads(banc("env", "--format", "json", BANC_DATA=str(up.data)).stdout)
    assert Path(found["BANC_CA_FILE"]).is_file()
    assert Path(found["BANC_TRUSTSTORE"]).is_file()


def test_env_reaches_a_sandbox_that_runs_elsewhere(up: Any, banc: Banc, tmp_path: Path) -> None:
    reached = {"BANC_SANDBOX": up.ready["control"], "BANC_CA_SHA256": up.ready["ca_sha256"]}

    found = json.loads(banc("env", "--format", "json", **reached).stdout)

    assert found["BANC_CONTROL"] == up.ready["control"]
    assert Path(found["BANC_CA_FILE"]) == tmp_path / ".banc" / "remote" / "ca.pem"
    assert Path(found["BANC_CA_FILE"]).read_text() == Path(up.ready["ca_file"]).read_text()
    _, _, chain = pkcs12.load_key_and_certificates(Path(found["BANC_TRUSTSTORE"]).read_bytes(), b"changeit")
    assert len(chain) == 1
    issued = banc("cert", "AUTH_CLI", "--out", "x.pem", "--holder", "S01", **reached)
    assert (issued.returncode, (tmp_path / "x.pem").is_file()) == (0, True)


def test_env_says_when_nothing_runs_elsewhere(banc: Banc) -> None:
    done = banc("env", BANC_SANDBOX="https://127.0.0.1:1")

    assert (done.returncode, done.stdout) == (3, "")
    assert "https://127.0.0.1:1" in done.stderr


def test_a_public_address_that_only_others_resolve_does_not_hide_the_sandbox_from_its_own_machine(up: Any) -> None:
    port = urlsplit(up.ready["control"]).port

    assert control_here(f"https://banc.invalid:{port}", plain_http=False) == f"https://localhost:{port}"
    assert control_here(f"https://banc.invalid:{port}", plain_http=True) == f"http://localhost:{port}"
    assert control_here("https://banc.invalid:1", plain_http=False) == "https://banc.invalid:1"
    assert control_here("https://localhost:1", plain_http=False) == "https://localhost:1"


def test_env_refuses_a_folder_that_it_cannot_write(up: Any, banc: Banc, tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    done = banc("env", BANC_SANDBOX=up.ready["control"], BANC_DATA=str(tmp_path / "file"))

    assert done.returncode == 2
    assert "ENV-001" in done.stderr


def test_a_certificate_is_written_with_its_chain_and_key_for_its_owner_only(
    up: Any, banc: Banc, tmp_path: Path
) -> None:
    out = tmp_path / "client.pem"
    done = banc("cert", "AUTH_CLI", "--out", str(out), "--holder", "S01", BANC_DATA=str(up.data))
    assert (done.returncode, done.stderr) == (0, "")
    told = json.loads(done.stdout)
    leaf = x509.load_pem_x509_certificates(out.read_bytes())[0]
    key = load_pem_private_key(out.read_bytes(), None)
    assert leaf.public_key() == key.public_key()
    assert (told["kind"], told["file"]) == ("AUTH_CLI", str(out))
    assert stat.S_IMODE(out.stat().st_mode) == 0o600


def test_a_certificate_may_be_a_pkcs12_whose_password_is_told(up: Any, banc: Banc, tmp_path: Path) -> None:
    out = tmp_path / "client.p12"
    done = banc("cert", "SIGN", "--out", str(out), "--holder", "S01", BANC_DATA=str(up.data))
    key, leaf, chain = pkcs12.load_key_and_certificates(out.read_bytes(), json.loads(done.stdout)["password"].encode())
    assert key is not None
    assert leaf is not None
    assert chain


def test_an_unknown_holder_exits_2_with_the_sandbox_own_words(up: Any, banc: Banc, tmp_path: Path) -> None:
    done = banc("cert", "SIGN", "--out", str(tmp_path / "x"), "--holder", "S99", "--lang", "en", BANC_DATA=str(up.data))
    assert (done.returncode, done.stdout) == (2, "")
    assert "S99" in done.stderr
    assert not (tmp_path / "x").exists()


def test_a_certificate_that_cannot_be_written_exits_2(up: Any, banc: Banc, tmp_path: Path) -> None:
    out = tmp_path / "nowhere" / "x.pem"
    done = banc("cert", "SIGN", "--out", str(out), "--holder", "S01", BANC_DATA=str(up.data))
    assert (done.returncode, done.stdout) == (2, "")
    assert "CERT-003" in done.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_up_stops_cleanly_when_told_to(
    start_up: Callable[..., subprocess.Popen[str]], tmp_path: Path, environment: dict[str, str], number: int
) -> None:
    data = tmp_path / "data"
    process = start_up(data, environment)
    assert process.stdout is not None
    assert json.loads(process.stdout.readline())["pid"] == process.pid
    process.send_signal(number)
    rest, told = process.communicate(timeout=20)
    assert (process.returncode, rest) == (0, "")
    assert "Ctrl-C" in told
    assert not (data / "sandbox.json").exists()


def test_a_sandbox_that_is_gone_exits_3_and_says_how_to_start_one(banc: Banc, tmp_path: Path, up: Any) -> None:
    gone = {**up.ready, "control": "https://localhost:1"}
    (tmp_path / "sandbox.json").write_text(json.dumps(gone), encoding="utf-8")
    done = banc("env", BANC_DATA=str(tmp_path))
    assert (done.returncode, done.stdout) == (3, "")
    assert "banc up" in done.stderr


@pytest.mark.parametrize(
    ("options", "code"),
    [(["--data", "/dev/null/x"], 3), (["--services", "psd"], 2), (["--host", "0.0.0.0"], 2)],
)
def test_up_that_cannot_start_says_why_and_leaves_standard_output_empty(
    banc: Banc, options: list[str], code: int
) -> None:
    done = banc("up", "--port-base", "0", *options)
    assert (done.returncode, done.stdout) == (code, "")
    assert "→" in done.stderr
    assert "Traceback" not in done.stderr
