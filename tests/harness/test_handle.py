"""The synchronous handle, against a real sandbox."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from banc_harness.handle import SandboxHandle
from banc_harness.session_handle import NothingCame
from banc_harness.synchronous import Background
from banc_standards.errors import EnvironmentFailed, UnusableInput


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """A real sandbox of all the services, in a loop of its own."""
    from banc_harness.in_process import sandbox

    loop, context = Background("sandbox"), sandbox(tmp_path_factory.mktemp("banc"))
    found = loop.run(context.__aenter__)
    try:
        yield found.as_json()
    finally:
        loop.run(lambda: context.__aexit__(None, None, None))
        loop.close()


@pytest.fixture
def handle(ready: dict[str, str]) -> Iterator[SandboxHandle]:
    with SandboxHandle(ready["control"], ca_file=ready["ca_file"]) as opened:
        yield opened


def test_ready_line_and_addresses_are_those_of_the_start(handle: SandboxHandle, ready: dict[str, str]) -> None:
    assert handle.ready == ready
    assert handle.services == ready["services"]
    assert handle.default.services == ready["services"]


def test_session_has_its_own_addresses_and_ends_with_its_block(handle: SandboxHandle) -> None:
    with handle.session("job42") as session:
        assert "/s/job42/" in session.services["psc"]["discovery"]
        assert "job42" in handle.session_ids()

    assert "job42" not in handle.session_ids()


def test_exchange_is_seen_with_its_bytes(handle: SandboxHandle) -> None:
    with handle.session() as session:
        before = session.position
        page = requests.get(session.services["psc"]["discovery"], verify=handle.ca_bundle, timeout=5)

        seen = session.wait_for("psc.discovery", after=before)

        assert session.answered(seen) == page.content
        assert session.sent(seen) == b""
        assert session.exchanges("psc.*") == [seen]
        assert session.exchanges("dmp.*") == []


def test_waiting_in_vain_names_the_nearest_exchange(handle: SandboxHandle) -> None:
    with handle.session() as session:
        requests.get(session.services["psc"]["discovery"], verify=handle.ca_bundle, timeout=5)

        with pytest.raises(NothingCame, match=r"psc\.discovery") as missed:
            session.wait_for("psc.token", timeout_s=0.1)

    assert missed.value.nearest is not None
    assert isinstance(missed.value, AssertionError)


def test_waiting_is_over_as_soon_as_something_comes(handle: SandboxHandle) -> None:
    with handle.session() as session:
        later = threading.Timer(0.2, lambda: session.observe("vu", facts={"ins": "1"}))
        later.start()

        seen = session.wait_for("driver.observation", facts={"ins": "1"}, timeout_s=30)

        later.join()
        assert seen["facts"]["text"] == "vu"


def test_what_is_set_holds_until_the_end_of_its_block(handle: SandboxHandle) -> None:
    with handle.session() as session:
        with session.arm("psc.slow", match={"operation": "psc.token"}, times=None), session.clock(offset_s=7200):
            assert [armed["id"] for armed in session.faults()] == ["psc.slow"]
            assert session.state["clock"]["offset_s"] == 7200

        assert session.faults() == []
        assert session.state["clock"]["offset_s"] == 0


def test_spent_fault_is_no_trouble_at_the_end_of_its_block(handle: SandboxHandle) -> None:
    with handle.session() as session, session.arm("psc.down", times=1):
        requests.get(session.services["psc"]["discovery"], verify=handle.ca_bundle, timeout=5)
        assert session.faults() == []


def test_certificate_is_fit_for_requests(handle: SandboxHandle, tmp_path: Path) -> None:
    with handle.session() as session:
        files = session.issue_certificate("AUTH_CLI", holder="S01").save(tmp_path)

        answer = requests.get(session.services["dmp"]["url"], verify=handle.ca_bundle, cert=files, timeout=5)

        assert answer.status_code < 500
        seen = session.wait_for("dmp.*")
        assert seen["peer"]["session_by"] == "certificate"


def test_certificate_in_a_store_has_its_password(handle: SandboxHandle) -> None:
    issued = handle.default.issue_certificate("SIGN", holder="S01", format="p12")

    assert issued.p12
    assert issued.password
    with pytest.raises(ValueError, match="pem"):
        issued.save(".")


def test_sessions_of_parallel_threads_do_not_mix(handle: SandboxHandle) -> None:
    seen: dict[int, list[str]] = {}

    def use(number: int) -> None:
        with handle.session() as session:
            session.observe(f"n{number}")
            session.wait_for("driver.observation")
            seen[number] = [entry["facts"]["text"] for entry in session.exchanges()]

    threads = [threading.Thread(target=use, args=(number,)) for number in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert seen == {number: [f"n{number}"] for number in range(16)}


def test_public_urls_are_told_to_each_new_session(ready: dict[str, str]) -> None:
    urls = {"psc": "https://localhost:18441"}
    mapped = SandboxHandle(ready["control"], ca_file=ready["ca_file"], public_urls=urls)
    with mapped, mapped.session() as session:
        assert session.state["public_urls"] == urls


def test_ca_is_written_to_a_file_when_none_was_given(ready: dict[str, str]) -> None:
    with SandboxHandle(ready["control"], ca_sha256=ready["ca_sha256"]) as handle:
        bundle = Path(handle.ca_bundle)
        assert requests.get(f"{handle.control}/ready", verify=str(bundle), timeout=5).ok

    assert not bundle.exists()


def test_closed_handle_says_so(ready: dict[str, str]) -> None:
    handle = SandboxHandle(ready["control"], ca_file=ready["ca_file"])
    handle.close()
    handle.close()

    with pytest.raises(RuntimeError, match="closed"):
        handle.health()


def test_refusals_and_absences_are_those_of_the_client(handle: SandboxHandle, unused_tcp_port: int) -> None:
    with pytest.raises(UnusableInput, match="nobody"):
        handle.default.login("nobody")
    nobody = SandboxHandle(f"http://127.0.0.1:{unused_tcp_port}")
    with nobody, pytest.raises(EnvironmentFailed, match="CONTROL-002"):
        nobody.health()


def test_import_loads_nothing_beyond_the_standard_library() -> None:
    script = (
        "import sys; before = set(sys.modules); import banc_harness.handle; "
        "loaded = {n.partition('.')[0] for n in set(sys.modules) - before}; "
        "print(sorted(loaded - set(sys.stdlib_module_names)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert done.stdout.strip() == "['banc_harness', 'banc_standards']"
