"""The lock files of the image hold what ``pyproject.toml`` asks for, each file by its hash."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[2]
PINNED = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^ ;\\]+)", re.MULTILINE)
HASHED = re.compile(r"--hash=sha256:[0-9a-f]{64}")


def locked(name: str) -> dict[str, Version]:
    text = (ROOT / "docker" / name).read_text(encoding="utf-8")
    return {canonicalize_name(found["name"]): Version(found["version"]) for found in PINNED.finditer(text)}


def test_lock_of_the_image_satisfies_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [Requirement(text) for text in project["dependencies"] + project["optional-dependencies"]["postgresql"]]
    versions = locked("requirements.lock")

    found = [(one, versions.get(canonicalize_name(one.name))) for one in wanted]
    unmet = [str(one) for one, version in found if version is None or version not in one.specifier]

    assert unmet == [], "run docker/lock.sh and commit the lock files"


@pytest.mark.parametrize("name", ["requirements.lock", "build-requirements.lock"])
def test_every_locked_file_has_its_hash_and_no_index_is_named(name: str) -> None:
    text = (ROOT / "docker" / name).read_text(encoding="utf-8")
    pieces = PINNED.split(text)[3::3]

    assert len(pieces) > 10
    assert all(HASHED.search(piece) for piece in pieces)
    assert "://" not in text
    assert "--index" not in text
