"""``BancContainer`` in the hands of a vendor's test."""

from __future__ import annotations

import doctest
import smtplib
import ssl
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from banc_harness.containers import BancContainer, container
from banc_harness.session_handle import NothingCame
from banc_standards.errors import UnusableInput

pytestmark = pytest.mark.containers

PARALLEL = 16


def test_example_of_its_documentation_runs(image: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BANC_IMAGE", image)
    example = next(
        one for one in doctest.DocTestFinder().find(container.BancContainer, "BancContainer") if one.examples
    )

    outcome = doctest.DocTestRunner().run(example)

    assert outcome.attempted >= 4
    assert outcome.failed == 0


def test_addresses_are_those_of_the_published_ports(shared: BancContainer) -> None:
    discovery = requests.get(shared.psc["discovery"], verify=shared.ca_bundle, timeout=5).json()

    assert discovery["issuer"] == shared.psc["issuer"]
    wallet = discovery["authorization_endpoint"]
    assert requests.get(wallet, verify=shared.ca_bundle, timeout=5).status_code == 400
    wsdl = requests.get(shared.insi["url"] + "?wsdl", verify=shared.ca_bundle, timeout=5)
    assert wsdl.ok
    assert shared.insi["url"] in wsdl.text
    assert urlsplit(shared.control).port not in (None, 8440)


def test_mail_goes_out_through_the_published_port(shared: BancContainer) -> None:
    host, _, port = shared.mssante["submission"].rpartition(":")
    with smtplib.SMTP(host, int(port), timeout=5) as operator:
        code, _ = operator.starttls(context=ssl.create_default_context(cafile=shared.ca_bundle))

    assert code == 220


def test_default_session_serves_a_test_that_needs_nothing(image: str, tmp_path: Path) -> None:
    with BancContainer(image=image, services=["psc", "dmp"]) as banc:
        with banc.arm("psc.down", times=1):
            refused = requests.get(banc.psc["discovery"], verify=banc.ca_bundle, timeout=5)
        with banc.clock(offset_s=3600) as moved:
            assert moved.shown["offset_s"] == 3600
        files = banc.issue_certificate("AUTH_CLI", holder="S01").save(tmp_path)
        requests.get(banc.dmp["url"], cert=files, verify=banc.ca_bundle, timeout=5)

        assert refused.status_code == 503
        assert banc.wait_for("psc.*")["fault"] == "psc.down"
        assert banc.exchanges("dmp.*")[0]["peer"]["certificate"]["kind"] == "AUTH_CLI"
        with pytest.raises(NothingCame):
            banc.wait_for("psc.token", timeout_s=0.1)
        with pytest.raises(UnusableInput, match="insi"):
            _ = banc.insi


def test_control_api_is_closed_to_whoever_lacks_the_token(shared: BancContainer) -> None:
    answer = requests.get(f"{shared.control}/control/v1/sessions", verify=shared.ca_bundle, timeout=5)

    assert answer.status_code == 401


def test_sixteen_sessions_in_parallel_do_not_mix(shared: BancContainer) -> None:
    def use(number: int) -> list[tuple[str, str]]:
        with shared.session() as session:
            client = session.register_client(f"dossier-{number}", redirect_uris=["https://localhost:3000/callback"])
            token = session.services["psc"]["issuer"] + "/protocol/openid-connect/token"
            for _ in range(5):
                requests.get(session.services["psc"]["discovery"], verify=shared.ca_bundle, timeout=30)
                form = {"grant_type": "authorization_code", "code": f"code-{number}", "client_id": client["client_id"]}
                requests.post(token, data=form, verify=shared.ca_bundle, timeout=30)
            session.wait_for("psc.token")
            entries = session.exchanges("psc.token")
            assert all(entry["session"] == session.id for entry in session.exchanges())
            return [(session.id, session.sent(entry).decode()) for entry in entries]

    with ThreadPoolExecutor(PARALLEL) as pool:
        seen = list(pool.map(use, range(PARALLEL)))

    assert len({id for rows in seen for id, _ in rows}) == PARALLEL
    for number, rows in enumerate(seen):
        assert len(rows) == 5
        assert all(f"code=code-{number}&" in body for _, body in rows)


def test_fixed_ports_are_the_same_inside_and_outside(image: str, free_base: int) -> None:
    with BancContainer(image=image, services=["psc"], port_base=free_base) as banc:
        assert banc.control.endswith(f":{free_base}")
        assert banc.psc["issuer"].split("/")[2].endswith(f":{free_base + 1}")


def test_data_in_a_folder_outlive_the_container(image: str, data_folder: Path) -> None:
    with BancContainer(image=image, services=["psc"], data=str(data_folder), token="t") as first:
        first.default.observe("vu")
        authority = Path(first.ca_bundle).read_text()

    with BancContainer(image=image, services=["psc"], data=str(data_folder), token="t") as second:
        assert [entry["facts"]["text"] for entry in second.exchanges("driver.observation")] == ["vu"]
        assert Path(second.ca_bundle).read_text() == authority


def test_plain_http_reaches_the_handle_too(image: str) -> None:
    with BancContainer(image=image, services=["psc", "insi"], plain_http=True) as banc:
        assert banc.control.startswith("http://")
        assert requests.get(banc.insi["url"] + "?wsdl", timeout=5).ok
