"""What the page on containers tells a reader to type and to write is typed and run, with a real engine."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/conteneurs.md").read_text(encoding="utf-8")
TYPED = re.compile(r"^```shell-session\n(.*?)^```$", re.MULTILINE | re.DOTALL)
WRITTEN = re.compile(r'^```python title="([^"]+)"\n(.*?)^```$', re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"^\$ (?P<first>.*)\n(?P<more>(?:> .*\n)*)(?P<printed>(?:(?!\$ ).*\n)*)", re.MULTILINE)
PORTS = (8440, 8441, 8442, 8443, 8444, 8445, 8452, 8414, 8425, 8465, 8487, 8493)

pytestmark = pytest.mark.containers


def commands() -> list[tuple[str, str]]:
    """What is typed, and what it prints, in the order of the page."""
    return [
        ("\n".join([found["first"], *(line[2:] for line in found["more"].splitlines())]), found["printed"].strip())
        for block in TYPED.findall(PAGE)
        for found in COMMAND.finditer(block)
    ]


@pytest.fixture
def default_ports() -> None:
    """The page publishes the bench's own ports."""
    for port in PORTS:
        with socket.socket() as asked:
            if asked.connect_ex(("127.0.0.1", port)) == 0:
                pytest.skip(f"port {port} is taken on this machine")


@pytest.fixture
def named(engine: object) -> Iterator[None]:
    """The container that the page calls ``banc`` is gone after the test, whatever happened; another's is left alone."""
    there = ["docker", "container", "inspect", "banc"]
    if subprocess.run(there, capture_output=True, check=False).returncode == 0:
        pytest.skip("this machine already has a container called banc")
    yield
    subprocess.run(["docker", "rm", "--force", "--volumes", "banc"], capture_output=True, check=False)


@pytest.mark.usefixtures("default_ports", "named")
def test_commands_of_the_page_print_what_it_says(image: str, tmp_path: Path) -> None:
    (tmp_path / "docker").symlink_to(ROOT / "docker")
    assert len(commands()) >= 6
    for typed, printed in commands():
        if typed.startswith("docker/build.sh") and os.environ.get("BANC_IMAGE"):
            continue  # the image under test was built, by that command, before the suite
        command = ["bash", "-c", re.sub(r"(?<!/)\bbanc-segur$", image, typed)]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
        wanted = re.escape(printed).replace("…", ".*").replace(r"\ ", " ")
        assert done.returncode == 0, (typed, done.stderr)
        assert re.fullmatch(wanted, done.stdout.strip(), re.DOTALL), (typed, done.stdout)


def test_python_example_of_the_page_passes(image: str, tmp_path: Path) -> None:
    for title, text in WRITTEN.findall(PAGE):
        (tmp_path / title).write_text(text, encoding="utf-8")

    command = [sys.executable, "-m", "pytest", "-q", "-W", "error", "-p", "no:asyncio", str(tmp_path)]
    environment = {**os.environ, "BANC_IMAGE": image}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    assert "3 passed" in done.stdout
