"""Debian's libapache2-mod-auth-openidc, the relying party of many hospital portals, in an Apache of its own."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from ..mocks.psc.conftest import DOCTOR, Bench

MODULES = Path("/usr/lib/apache2/modules")
WANTED = (
    "mpm_event",
    "authn_core",
    "authz_core",
    "authz_user",
    "headers",
    "alias",
    "dir",
    "mime",
    "auth_openidc",
)
CONFIGURATION = """
ServerName 127.0.0.1
ServerRoot {folder}
Listen 127.0.0.1:{port}
PidFile {folder}/pid
DefaultRuntimeDir {folder}
Mutex file:{folder} default
ErrorLog {folder}/error.log
LogLevel auth_openidc:info
DocumentRoot {folder}/www
TypesConfig /dev/null
{modules}
OIDCProviderMetadataURL {discovery}
OIDCCABundlePath {ca_file}
OIDCClientID {client_id}
OIDCClientSecret {client_secret}
OIDCRedirectURI http://127.0.0.1:{port}/portail/retour
OIDCCryptoPassphrase passphrase-du-banc
OIDCScope "openid scope_all"
OIDCAuthRequestParams acr_values=eidas1
OIDCPKCEMethod S256
OIDCProviderTokenEndpointAuth client_secret_basic
OIDCRemoteUserClaim SubjectNameID
OIDCUserInfoRefreshInterval 0
OIDCRefreshAccessTokenBeforeExpiry 119 logout_on_error
<Location /portail>
  AuthType openid-connect
  Require valid-user
  Header always set X-User "expr=%{{REMOTE_USER}}"
  Header always set X-Family "%{{OIDC_CLAIM_family_name}}e"
</Location>
"""


@dataclass
class Portal:
    """An Apache that protects one page by Pro Santé Connect."""

    base: str
    log: Path

    @property
    def page(self) -> str:
        return self.base + "/portail/index.html"

    @property
    def callback(self) -> str:
        return self.base + "/portail/retour"

    def open(self, browser: httpx.Client) -> httpx.Response:
        """Opens the page as a browser does, to the end of the redirections."""
        answer = browser.get(self.page)
        for _ in range(8):
            if answer.status_code not in (302, 303):
                break
            answer = browser.get(answer.headers["Location"])
        return answer


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def portal(bench: Bench, tmp_path: Path) -> Iterator[Portal]:
    apache = shutil.which("apache2") or "/usr/sbin/apache2"
    if not Path(apache).is_file() or not (MODULES / "mod_auth_openidc.so").is_file():
        pytest.skip("libapache2-mod-auth-openidc is not installed: apt-get install apache2-bin and it")
    port = free_port()
    made = Portal(f"http://127.0.0.1:{port}", tmp_path / "error.log")
    bench.declare(
        redirect_uris=[made.callback],
        post_logout_uris=[made.base + "/adieu.html"],
        backchannel_logout=made.callback + "?logout=backchannel",
    )
    bench.approve()
    for page in ("portail/index.html", "adieu.html"):
        (tmp_path / "www" / page).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "www" / page).write_text(page)
    modules = [f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in WANTED]
    present = [line for line in modules if Path(line.split()[-1]).is_file()]
    configuration = tmp_path / "apache.conf"
    configuration.write_text(
        CONFIGURATION.format(
            folder=tmp_path,
            port=port,
            modules="\n".join(present),
            discovery=bench.discovery,
            ca_file=bench.ready["ca_file"],
            client_id=bench.client_id,
            client_secret=bench.client_secret,
        )
    )
    process = subprocess.Popen([apache, "-f", str(configuration), "-D", "FOREGROUND"], stderr=subprocess.PIPE)
    try:
        wait_for(port, process)
        yield made
    finally:
        process.terminate()
        process.communicate(timeout=20)


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    """Returns once the port answers."""
    deadline = time.monotonic() + 15
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise AssertionError(process.communicate()[1].decode())
        with socket.socket() as probe:
            probe.settimeout(0.2)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        with suppress(subprocess.TimeoutExpired):
            process.wait(0.05)
    raise AssertionError("Apache does not listen")


def test_login_and_userinfo(bench: Bench, portal: Portal) -> None:
    shown = portal.open(bench.http())

    assert (shown.status_code, shown.text) == (200, "portail/index.html"), portal.log.read_text()
    assert shown.headers["X-User"].startswith(DOCTOR)
    assert shown.headers["X-Family"] == "EXEMPLE"
    assert "psc.userinfo" in {item["operation"] for item in bench.exchanges()}


def test_an_old_token_is_refreshed(bench: Bench, portal: Portal) -> None:
    bench.tell("PUT", "switches", {"psc.access_token_s": 60})
    browser = bench.http()
    portal.open(browser)

    again = browser.get(portal.page)

    assert again.status_code == 200, portal.log.read_text()
    grants = [item["facts"]["grant_type"] for item in bench.exchanges("psc.token") if item["outcome"] == "accepted"]
    assert grants[:2] == ["authorization_code", "refresh_token"]


def test_logout_closes_both_sessions(bench: Bench, portal: Portal) -> None:
    browser = bench.http()
    portal.open(browser)

    leaving = browser.get(portal.callback, params={"logout": portal.base + "/adieu.html"})
    back = browser.get(leaving.headers["Location"])

    assert back.headers["Location"].startswith(portal.base + "/adieu.html"), portal.log.read_text()
    assert bench.last("psc.logout")["outcome"] == "accepted"
    assert browser.get(portal.page).status_code == 302


def test_a_session_that_ended_elsewhere_is_closed_here(bench: Bench, portal: Portal) -> None:
    browser = bench.http()
    portal.open(browser)
    answered = bench.exchanges("psc.token")[0]["response"]["blob"]
    tokens = bench.control.get(f"/control/v1/blobs/{answered}").json()

    bench.http().get(bench.document()["end_session_endpoint"], params={"id_token_hint": tokens["id_token"]})
    told = bench.tell("GET", "exchanges?operation=psc.backchannel_logout&wait=10")["exchanges"]

    assert [item["outcome"] for item in told] == ["accepted"], portal.log.read_text()
    assert browser.get(portal.page).status_code == 302


@pytest.mark.parametrize(
    "fault",
    [
        "psc.state.wrong",
        "psc.nonce.wrong",
        "psc.id_token.iss",
        "psc.id_token.aud",
        "psc.id_token.expired",
        "psc.id_token.unknown_key",
        "psc.id_token.altered",
        "psc.id_token.alg_none",
        "psc.token.invalid_grant",
    ],
)
def test_the_page_stays_closed_after_a_lie(bench: Bench, portal: Portal, fault: str) -> None:
    bench.arm(fault, times=None)

    shown = portal.open(bench.http())

    assert "portail/index.html" not in shown.text
    assert fault in {item["fault"] for item in bench.exchanges()}
