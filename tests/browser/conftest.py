"""A headless browser, a sandbox in its own process, and axe-core; what this machine lacks is a skip with its reason."""

from __future__ import annotations

import json
import os
import shutil
import ssl
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
START_S = 30


@dataclass(frozen=True)
class Sandbox:
    """A sandbox that runs, and a client of it."""

    ready: dict[str, Any]
    trust: ssl.SSLContext
    token: str = ""

    @property
    def page(self) -> str:
        return f"{self.ready['control']}/"

    def send(self, url: str, body: bytes, media_type: str = "application/soap+xml") -> int:
        """Posts something to a service; returns the status, whatever it is."""
        request = urllib.request.Request(url, body, {"Content-Type": media_type})
        try:
            with urllib.request.urlopen(request, context=self.trust) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code


StartSandbox = Callable[..., Sandbox]


@pytest.fixture(scope="session")
def chrome() -> Iterator[Any]:
    """A headless Chromium driven by its own driver; nothing is downloaded. Every page opens in French."""
    webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
    browser = next(filter(None, map(shutil.which, CHROMIUM)), None)
    driver = shutil.which("chromedriver")
    if browser is None or driver is None:
        pytest.skip("chromium and chromedriver are not installed (Debian: chromium, chromium-driver)")
    options = webdriver.ChromeOptions()
    options.binary_location = browser
    for flag in ("--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=1440,1000"):
        options.add_argument(flag)
    options.accept_insecure_certs = True
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    opened = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    french = "try { localStorage.setItem('banc.lang', 'fr') } catch { /* about:blank has no storage */ }"
    opened.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", {"source": french})
    yield opened
    opened.quit()


@pytest.fixture
def browser(chrome: Any) -> Iterator[Any]:
    """The browser; a test fails when the page complained in the console of the browser."""
    chrome.get_log("browser")
    yield chrome
    complaints = [entry["message"] for entry in chrome.get_log("browser") if entry["level"] == "SEVERE"]
    chrome.get("about:blank")
    assert [text for text in complaints if " 401 " not in text] == []


@pytest.fixture(scope="session")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The text of axe-core, from npm."""
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm is not installed, so there is no axe-core")
    folder = tmp_path_factory.mktemp("axe")
    command = [npm, "install", "--silent", "--no-audit", "--no-fund", "--ignore-scripts", "axe-core@4"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    script = folder / "node_modules" / "axe-core" / "axe.min.js"
    if done.returncode or not script.is_file():
        pytest.skip(f"axe-core could not be installed: {done.stderr.strip()[-200:]}")
    return script.read_text(encoding="utf-8")


@pytest.fixture
def accessible(browser: Any, axe: str) -> Callable[[], list[str]]:
    """What axe-core finds serious or critical on the page as it stands."""

    def look() -> list[str]:
        browser.execute_script(axe)
        found = browser.execute_async_script(
            "const done = arguments[0]; axe.run().then((result) => done(result.violations))"
        )
        return [
            f"{one['id']}: {node['target']}"
            for one in found
            if one["impact"] in ("serious", "critical")
            for node in one["nodes"]
        ]

    return look


@pytest.fixture(scope="session")
def start_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartSandbox]:
    """Starts ``banc up`` on free ports; all of them stop at the end."""
    running: list[subprocess.Popen[bytes]] = []

    def start(*options: str, token: str = "") -> Sandbox:
        data = tmp_path_factory.mktemp("banc")
        arguments = ("up", "--port-base", "0", "--data", str(data), *options)
        environment = {**os.environ, "BANC_LANG": "fr"}
        process = subprocess.Popen(
            [Path(sys.executable).parent / "banc", *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
        )
        running.append(process)
        assert process.stdout is not None
        ready = json.loads(process.stdout.readline())
        return Sandbox(ready, ssl.create_default_context(cafile=ready["ca_file"]), token)

    yield start
    for process in running:
        process.terminate()
        process.wait(START_S)
        assert process.stdout is not None
        process.stdout.close()


@pytest.fixture(scope="session")
def sandbox(start_sandbox: StartSandbox) -> Sandbox:
    return start_sandbox()
