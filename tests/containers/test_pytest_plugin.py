"""The pytest plugin with ``--banc=container``: the same tests, the same scenarios, a container killed in the middle."""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.containers
pytest_plugins = "pytester"

VENDOR = Path(__file__).parents[2] / "docs" / "examples" / "vendor"


@pytest.fixture
def in_container(pytester: pytest.Pytester, image: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture):
    """Runs pytest in a process of its own, its sandbox in a container; what it prints stays out of ours."""
    for name in [name for name in os.environ if name.startswith(("BANC_", "PYTEST_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")

    def run(*arguments: str) -> pytest.RunResult:
        plain = ("-p", "no:asyncio", "-p", "no:cacheprovider", "--banc=container", f"--banc-image={image}")
        done = pytester.runpytest_subprocess(*plain, *arguments, timeout=120)
        capfd.readouterr()
        return done

    return run


def test_the_sample_repository_passes(pytester: pytest.Pytester, in_container) -> None:
    shutil.copytree(VENDOR, pytester.path, dirs_exist_ok=True, ignore=shutil.ignore_patterns("__pycache__", ".*"))

    done = in_container("-q", "-k", "not UC1")

    outcomes = done.parseoutcomes()
    assert set(outcomes) == {"passed", "skipped", "deselected"}
    assert outcomes["passed"] >= 12


def test_a_container_killed_in_a_test_is_what_the_test_says(pytester: pytest.Pytester, in_container) -> None:
    pytester.makepyfile(
        """
        import docker

        def test_struck(banc_session):
            client = docker.from_env()
            port = banc_session.sandbox.control.rpartition(":")[2]
            for container in client.containers.list(filters={"label": "banc-segur.container"}):
                if port in str(container.ports):
                    container.kill()
            client.close()
            banc_session.assert_exchange("psc.token", timeout_s=30)

        def test_after(banc_session):
            pass
        """
    )

    done = in_container()

    assert done.parseoutcomes() == {"failed": 1, "errors": 1}
    text = done.stdout.str()
    assert len(re.findall(r"le conteneur s'est arrêté \(code 137", text)) >= 2
    assert '"event":"ready"' in text
