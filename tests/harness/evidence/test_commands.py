"""``banc certify`` and ``banc verify`` as a tired vendor meets them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from banc_harness.evidence import names

from .forge import Forge
from .honest import Honest
from .parties import PASSWORD, authority, p12

Banc = Callable[..., subprocess.CompletedProcess[str]]
BANC = Path(sys.executable).with_name("banc")
ADAPTER = """
import json, sys
action = json.load(sys.stdin)
json.dump({"banc": 1, "id": action["id"], "status": "unsupported"}, sys.stdout)
"""


@pytest.fixture
def banc(tmp_path: Path) -> Banc:
    """Runs ``banc`` in an empty folder; keywords are environment variables."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BANC_")}

    def run(*arguments: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [BANC, *arguments],
            cwd=tmp_path,
            env={**kept, "PYTHONWARNINGS": "error", "COLUMNS": "100", **variables},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )

    return run


@pytest.fixture
def sut(tmp_path: Path) -> Path:
    """A software that can do nothing, and whose description holds secrets."""
    (tmp_path / "adapter.py").write_text(ADAPTER, encoding="utf-8")
    described = {
        "banc": 1,
        "vendor": "Éditeur Exemple",
        "product": {"name": "Dossier Plus", "version": "4.2.1"},
        "couloir": "hopital",
        "software_type": "DPI",
        "capabilities": ["psc.code"],
        "endpoints": {"redirect_uris": ["https://camille:s3cret-a@localhost:3000/callback"]},
        "driver": {"kind": "exec", "command": [sys.executable, "adapter.py", "--token", "s3cret-b", "--pass=s3cret-c"]},
    }
    path = tmp_path / "sut.yaml"
    path.write_text(yaml.safe_dump(described, allow_unicode=True), encoding="utf-8")
    return path


def test_certify_seals_a_run_that_verify_judges_again(banc: Banc, honest: Honest, sut: Path, tmp_path: Path) -> None:
    options = ("--sut", sut, "--scenario", "PSC.01", "--sign", honest.key, "--bundle", "run.banc.zip")
    done = banc("certify", *options, BANC_SIGN_PASSWORD=PASSWORD)

    assert done.returncode == 1, done.stderr
    assert "run.banc.zip" in done.stderr
    verified = banc("verify", "run.banc.zip", "--trust", honest.trust)
    assert (verified.returncode, verified.stderr) == (0, "")
    assert "VÉRIFIÉ, signé par Testeuse Fictive." in verified.stdout
    held = b"".join(Forge(tmp_path / "run.banc.zip", honest.tester).files.values())
    assert b"s3cret" not in held
    assert PASSWORD.encode() not in held
    assert not list(tmp_path.rglob(".sealing-*"))


def test_any_run_may_be_sealed(banc: Banc, honest: Honest, sut: Path) -> None:
    options = ("--sut", sut, "--scenario", "PSC.01", "--sign", honest.key, "--bundle", "run.banc.zip")
    assert banc("run", *options, BANC_SIGN_PASSWORD=PASSWORD).returncode == 1

    verified = banc("verify", "run.banc.zip", "--lang", "en")

    assert verified.returncode == 0  # no homologation: a signer who is unknown does not stop it
    assert "INTACT, signer unknown (Testeuse Fictive)" in verified.stdout


@pytest.mark.parametrize("command", ["certify", "run"])
def test_bundle_without_a_key_says_how_to_make_one(banc: Banc, sut: Path, command: str) -> None:
    done = banc(command, "--sut", sut, "--bundle", "run.banc.zip")

    assert done.returncode == 2
    assert "[SIGN-006]" in done.stderr
    assert "openssl pkcs12 -export" in done.stderr


def test_certify_without_any_key_is_refused_before_anything_is_played(banc: Banc, sut: Path, tmp_path: Path) -> None:
    done = banc("certify", "--sut", sut)

    assert (done.returncode, "[SIGN-006]" in done.stderr) == (2, True)
    assert not (tmp_path / ".banc").exists()


def test_key_that_cannot_sign_says_why(banc: Banc, sut: Path, tmp_path: Path, honest: Honest) -> None:
    (tmp_path / "text.p12").write_text("not a key")
    (tmp_path / "old.p12").write_bytes(p12(authority("A").signer("Ancienne", days=(-30, -1)), None))
    (tmp_path / "server.p12").write_bytes(p12(authority("A").signer("Serveur", may_sign=False), None))
    cases = {"none.p12": "SIGN-001", "text.p12": "SIGN-002", "old.p12": "SIGN-005", "server.p12": "SIGN-005"}

    for name, code in cases.items():
        done = banc("certify", "--sut", sut, "--sign", name)
        assert (done.returncode, f"[{code}]" in done.stderr) == (2, True), done.stderr
    wrong = banc("certify", "--sut", sut, "--sign", honest.key, BANC_SIGN_PASSWORD="not it")
    assert (wrong.returncode, "[SIGN-002]" in wrong.stderr) == (2, True)
    assert "BANC_SIGN_PASSWORD" in wrong.stderr


def test_bundle_that_cannot_be_written_is_known_before_the_run(
    banc: Banc, honest: Honest, sut: Path, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    done = banc(
        "certify", "--sut", sut, "--sign", honest.key, "--bundle", "file/run.banc.zip", BANC_SIGN_PASSWORD=PASSWORD
    )

    assert (done.returncode, "[SEAL-001]" in done.stderr) == (3, True)
    assert not (tmp_path / ".banc").exists()


def test_refusal_names_the_step_what_is_wrong_and_what_to_do(banc: Banc, forge: Forge, forged: Path) -> None:
    forge.flip(names.VERDICTS)
    forge.write(forged)

    french, english = banc("verify", forged), banc("verify", forged, "--lang", "en")

    assert french.returncode == english.returncode == 1
    assert "✗ fichiers" in french.stdout
    assert "[BUNDLE-043]" in french.stdout
    assert "REFUSÉ" in french.stdout
    assert "→ ask its author for the original file" in english.stdout
    assert "REFUSED" in english.stdout


def test_another_rule_set_says_what_to_install(banc: Banc, forge: Forge, forged: Path, honest: Honest) -> None:
    other = {"hash": f"sha256:{'0' * 64}", "version": "0.0.9"}
    with forge.json(names.MANIFEST) as manifest:
        manifest["rule_set"].update(other)
        manifest["bench"]["banc-segur"] = "0.0.9"
    forge.event(lambda event: event["rules"].update(other), type="run.started")
    forge.reseal()
    forge.write(forged)

    plain = banc("verify", forged, "--trust", honest.trust)
    current = banc("verify", forged, "--trust", honest.trust, "--with-current")

    assert plain.returncode == 2
    assert "installez banc-segur==0.0.9" in plain.stdout
    assert "NON JUGÉ" in plain.stdout
    assert current.returncode == 0
    assert "Les règles installées jugent de même." in current.stdout


def test_current_rules_that_judge_otherwise_are_told(banc: Banc, forge: Forge, forged: Path, honest: Honest) -> None:
    other = {"hash": f"sha256:{'0' * 64}", "version": "0.0.9"}
    with forge.json(names.MANIFEST) as manifest:
        manifest["rule_set"].update(other)
    forge.event(lambda event: event["rules"].update(other), type="run.started")
    with forge.json(names.VERDICTS) as verdicts:
        item = next(item for item in verdicts["requirements"] if item["verdict"] == "CONFORME")
        item["verdict"] = "NON_CONFORME"
    forge.reseal()
    forge.write(forged)

    done = banc("verify", forged, "--trust", honest.trust, "--with-current", "--lang", "en")

    assert done.returncode == 1
    assert f"≠ {item['requirement']}  NON_CONFORME → CONFORME" in done.stdout


def test_machines_read_the_same_as_json(banc: Banc, honest: Honest, forge: Forge, forged: Path) -> None:
    forge.flip(names.JOURNAL)
    forge.write(forged)

    good = json.loads(banc("verify", honest.bundle, "--trust", honest.trust, "--format", "json").stdout)
    bad = json.loads(banc("verify", forged, "--format", "json").stdout)

    assert (good["verified"], good["trusted"], good["exit_code"]) == (True, True, 0)
    assert good["gate"]["passed"] is False
    assert (bad["verified"], bad["refusal"]["code"], bad["refusal"]["step"]) == (False, "BUNDLE-043", "files")


@pytest.mark.parametrize("trust", ["none.pem", "empty.pem"])
def test_trust_that_is_no_certificate_is_unusable(banc: Banc, honest: Honest, tmp_path: Path, trust: str) -> None:
    (tmp_path / "empty.pem").write_text("")
    done = banc("verify", honest.bundle, "--trust", trust)

    assert done.returncode == 2
    assert "[BUNDLE-033]" in done.stdout
