"""What goes wrong around a container is said in one sentence, and never loses what was acknowledged."""

from __future__ import annotations

import array
import fcntl
import os
import smtplib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from banc_harness.containers import BancContainer
from banc_harness.session_handle import SessionHandle
from banc_standards.errors import EnvironmentFailed

SMALL = "size=8m,uid=10001,gid=10001,mode=0700"
TOO_SMALL = "size=64k,uid=10001,gid=10001,mode=0700"
FULL_ANSWER_S = 5
FS_IOC_GETFLAGS, FS_IOC_SETFLAGS, IMMUTABLE = 0x80086601, 0x40086602, 0x10

Refusal = Callable[[BancContainer], EnvironmentFailed]

pytestmark = pytest.mark.containers


def test_image_that_is_not_there_is_told_how_to_be_built(engine: object, refusal: Refusal) -> None:
    error = refusal(BancContainer(image="banc-segur-absent"))

    assert error.code == "CONTAINER-002"
    assert "banc-segur-absent" in error.text.fr
    assert "docker build -f docker/Dockerfile" in error.hint.en
    assert "banc up" in error.hint.fr


def test_taken_port_is_named(image: str, refusal: Refusal, free_base: int) -> None:
    with socket.create_server(("127.0.0.1", free_base + 3)):
        error = refusal(BancContainer(image=image, port_base=free_base))

    assert error.code == "CONTAINER-003"
    assert str(free_base + 3) in error.text.fr


def test_container_killed_during_a_test_is_what_the_failure_says(image: str) -> None:
    with BancContainer(image=image, services=["psc"]) as banc:
        session = banc.session()
        killing = threading.Timer(0.5, banc.get_wrapped_container().kill)
        killing.start()

        with pytest.raises(EnvironmentFailed) as failed:
            session.wait_for("psc.token", timeout_s=30)
        killing.join()

    assert failed.value.code == "CONTAINER-005"
    assert "137" in failed.value.text.fr
    assert '"event":"ready"' in failed.value.text.fr


def test_container_removed_during_a_test_is_what_the_failure_says(image: str) -> None:
    with BancContainer(image=image, services=["psc"]) as banc:
        banc.get_wrapped_container().remove(force=True, v=True)

        with pytest.raises(EnvironmentFailed, match="removed") as failed:
            banc.session()

    assert failed.value.code == "CONTAINER-005"


def test_container_that_ends_at_once_shows_its_own_error(image: str, refusal: Refusal) -> None:
    error = refusal(BancContainer(image=image, services=["psc", "dpm"]))

    assert error.code == "CONTAINER-004"
    assert "(code 2)" in error.text.fr
    assert "UP-006" in error.text.fr


def test_container_that_never_gets_ready_is_not_waited_for_for_ever(image: str, refusal: Refusal) -> None:
    silent = BancContainer(image=image, startup_timeout_s=0.3, entrypoint=["sleep", "60"])

    assert "0.3 s" in refusal(silent).text.en


def test_data_volume_that_is_read_only_is_refused_at_start(image: str, refusal: Refusal, data_folder: Path) -> None:
    error = refusal(BancContainer(image=image).with_volume_mapping(data_folder, "/data", "ro"))

    assert error.code == "CONTAINER-004"
    assert "UP-007" in error.text.fr
    assert "/data" in error.text.fr


def test_data_volume_that_is_full_is_refused_at_start(image: str, refusal: Refusal) -> None:
    error = refusal(BancContainer(image=image).with_tmpfs_mount("/data", TOO_SMALL))

    assert error.code == "CONTAINER-004"
    assert "(code 3)" in error.text.fr
    assert "STORE-001" in error.text.fr


def test_sandbox_whose_volume_fills_up_refuses_in_each_protocol_and_loses_nothing(image: str) -> None:
    with BancContainer(image=image).with_tmpfs_mount("/data", SMALL) as banc:
        session = banc.session()
        session.observe("promis")
        fill = banc.exec(["sh", "-c", "cat /dev/zero >/data/filler"])
        assert b"No space left" in fill.output

        refused_everywhere(banc, session)
        assert banc.exec(["rm", "/data/filler"]).exit_code == 0
        session.observe("ensuite")

        assert [entry["facts"]["text"] for entry in session.exchanges("driver.*")] == ["promis", "ensuite"]


def test_sandbox_whose_volume_turns_read_only_refuses_in_each_protocol_and_loses_nothing(
    image: str, data_folder: Path
) -> None:
    with BancContainer(image=image, data=str(data_folder), token="t") as banc:
        session = banc.session()
        session.observe("promis")
        with read_only(data_folder):
            refused_everywhere(banc, session)
        session.observe("ensuite")
        kept = session.id

    with BancContainer(image=image, data=str(data_folder), token="t") as again:
        entries = again.handle.at(kept).exchanges("driver.*")
        assert [entry["facts"]["text"] for entry in entries] == ["promis", "ensuite"]


def refused_everywhere(banc: BancContainer, session: SessionHandle) -> None:
    """Every protocol answers by its own error, and soon; what promises nothing goes on."""
    with pytest.raises(EnvironmentFailed) as failed:
        session.observe("jamais promis")
    assert failed.value.code == "STORE-001"

    ca, psc = banc.ca_bundle, session.services["psc"]
    soap = requests.post(session.services["insi"]["url"], data=b"<x/>", verify=ca, timeout=FULL_ANSWER_S)
    assert (soap.status_code, "siram_40" in soap.text) == (500, True)
    form = {"grant_type": "authorization_code", "code": "x"}
    token = requests.post(psc["issuer"] + "/protocol/openid-connect/token", form, verify=ca, timeout=FULL_ANSWER_S)
    assert (token.status_code, token.json()["error"]) == (500, "server_error")
    host, _, port = banc.mssante["submission_tls"].rpartition(":")
    trusted = ssl.create_default_context(cafile=ca)
    with smtplib.SMTP_SSL(host, int(port), context=trusted, timeout=FULL_ANSWER_S) as operator:
        operator.ehlo()
        assert operator.mail("hugo.fictif@medecin.mssante.fr")[0] == 451

    assert requests.get(f"{banc.control}/ready", verify=ca, timeout=FULL_ANSWER_S).status_code == 200
    assert requests.get(psc["discovery"], verify=ca, timeout=FULL_ANSWER_S).status_code == 200


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Lets nobody write the database nor its folder, not even through what is open, as on a disk gone read-only."""
    held: list[Path] = []
    try:
        for path in (folder / "banc.db", folder / "banc.db-wal", folder):
            _immutable(path, True)
            held.append(path)
        yield
    finally:
        for path in held:
            _immutable(path, False)


def _immutable(path: Path, wanted: bool) -> None:
    flags = array.array("L", [0])
    file = os.open(path, os.O_RDONLY)
    try:
        fcntl.ioctl(file, FS_IOC_GETFLAGS, flags)
        flags[0] = flags[0] | IMMUTABLE if wanted else flags[0] & ~IMMUTABLE
        fcntl.ioctl(file, FS_IOC_SETFLAGS, flags)
    except OSError as error:
        pytest.skip(f"the file system under {path} cannot be made read-only: {error}")
    finally:
        os.close(file)
