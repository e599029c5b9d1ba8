"""Image, compose file and Kubernetes manifest publish the ports of the simulated services, all of them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from banc_harness.containers.ports import OFFSETS, container_ports
from banc_mocks.sandbox.config import SERVICES

ROOT = Path(__file__).parents[2]
PORTS = set(container_ports(None))


@pytest.fixture
def manifest() -> dict[str, dict[str, Any]]:
    text = (ROOT / "docker/kubernetes.yaml").read_text(encoding="utf-8")
    return {part["kind"]: part["spec"] for part in yaml.safe_load_all(text)}


def test_every_simulated_service_has_its_ports() -> None:
    assert set(OFFSETS) == {"control", *SERVICES}


def test_image_exposes_them() -> None:
    exposed = re.search(r"^EXPOSE (.*)$", (ROOT / "docker/Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)

    assert exposed is not None
    assert set(map(int, exposed[1].split())) == PORTS


def test_compose_publishes_them_on_this_machine_only() -> None:
    service = yaml.safe_load((ROOT / "docker/compose.yaml").read_text(encoding="utf-8"))["services"]["banc"]
    published = [re.fullmatch(r"127\.0\.0\.1:\$\{BANC_PORT_\w+-(\d+)\}:(\d+)", text) for text in service["ports"]]

    assert {(int(one[1]), int(one[2])) for one in published if one} == {(port, port) for port in PORTS}


def test_kubernetes_gives_each_a_name_that_its_service_targets(manifest: dict[str, dict[str, Any]]) -> None:
    (container,) = manifest["Deployment"]["template"]["spec"]["containers"]
    named = {port["name"]: port["containerPort"] for port in container["ports"]}

    assert set(named.values()) == PORTS
    assert {port["targetPort"]: port["port"] for port in manifest["Service"]["ports"]} == named
    assert all(len(name) <= 15 for name in named)


def test_kubernetes_gives_no_privilege(manifest: dict[str, dict[str, Any]]) -> None:
    pod = manifest["Deployment"]["template"]["spec"]
    (container,) = pod["containers"]

    assert pod["securityContext"]["runAsNonRoot"]
    assert container["securityContext"]["readOnlyRootFilesystem"]
    assert {mount["mountPath"] for mount in container["volumeMounts"]} == {"/data", "/tmp"}
    assert manifest["Deployment"]["selector"]["matchLabels"] == manifest["Service"]["selector"]
