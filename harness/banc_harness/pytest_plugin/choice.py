"""What the user asked of the plugin: options, settings of the configuration file, environment."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from banc_standards.errors import Lang

if TYPE_CHECKING:
    from banc_harness.sut import Described

IN_PROCESS, CONTAINER = "in-process", "container"

OPTIONS = (
    (
        "banc",
        "OÙ",
        "bac à sable : in-process (défaut), container, ou l'adresse d'un qui tourne"
        " / sandbox: in-process (default), container, or the address of a running one",
    ),
    ("banc-services", "psc,insi…", "services voulus (tous) / wanted services (all)"),
    ("banc-image", "IMAGE", "image du conteneur / image of the container"),
    ("banc-sut", "FICHIER", "sut.yaml du logiciel : banc_sut, et un test par scénario / the software's sut.yaml"),
    ("banc-scenario", "ID…", "scénarios voulus, ou motifs (tous) / wanted scenarios, or patterns (all)"),
    ("banc-data", "DOSSIER", "dossier des données (temporaire) / data folder (temporary)"),
    ("banc-port-base", "PORT", "port de base ; 0 : ports libres (défaut) / base port; 0: free ports (default)"),
)
"""Name, value and help of each option; the setting of the configuration file has underscores for hyphens."""


def add_options(parser: pytest.Parser) -> None:
    """Declares each option, and the setting of the same name."""
    group = parser.getgroup("banc", "Banc Ségur")
    for name, value, help in OPTIONS:
        group.addoption(f"--{name}", metavar=value, default=None, help=help)
        parser.addini(name.replace("-", "_"), help, default="")


@dataclass(frozen=True, slots=True)
class Choice:
    """Where the sandbox is, and which software it tests. Paths are absolute."""

    where: str
    services: tuple[str, ...] | None
    image: str | None
    sut: Path | None
    scenarios: tuple[str, ...]
    data: Path | None
    port_base: int
    lang: Lang
    token: str | None
    ca_file: Path | None
    ca_sha256: str | None

    @property
    def remote(self) -> bool:
        """Whether the sandbox is somebody else's: it is neither started nor stopped here."""
        return self.where not in (IN_PROCESS, CONTAINER)

    def described(self) -> Described:
        """The software under test. Fails the test at hand when there is no description, or an unusable one."""
        from banc_harness import sut
        from banc_harness.pytest_plugin.telling import said
        from banc_harness.scenarios.registered import scenarios
        from banc_standards.errors import BancError

        if self.sut is None:
            text = "banc_sut needs --banc-sut sut.yaml" if self.lang == "en" else "banc_sut demande --banc-sut sut.yaml"
            pytest.fail(text, pytrace=False)
        try:
            return sut.load(self.sut, capabilities=scenarios().capabilities())
        except BancError as unusable:
            raise pytest.fail.Exception(said(unusable, self.lang), pytrace=False) from None


CHOICE = pytest.StashKey[Choice]()
WRITTEN = pytest.StashKey[Path]()
"""The file that a scenario was collected from."""
SEEN = pytest.StashKey[str]()
"""What the session of a test saw, when the test tells it itself."""


def chosen(config: pytest.Config) -> Choice:
    """The choice, option before environment (``BANC_SANDBOX``) before setting. Raises ``pytest.UsageError``."""
    environment = os.environ
    port = _given(config, "banc-port-base") or "0"
    if not port.isdecimal() or int(port) > 65_000:
        raise pytest.UsageError(f"--banc-port-base {port} : 0 … 65000")
    typed = config.getoption("banc")
    where = typed or environment.get("BANC_SANDBOX") or config.getini("banc") or IN_PROCESS
    if typed and typed not in (IN_PROCESS, CONTAINER) and not typed.startswith(("https://", "http://")):
        raise pytest.UsageError(f"--banc {typed} : {IN_PROCESS}, {CONTAINER}, https://…")
    sut = _path(config, "banc-sut")
    if sut is not None and not sut.is_file():
        raise pytest.UsageError(f"--banc-sut {sut} : fichier absent / no such file")
    services = _listed(_given(config, "banc-services"))
    ca_file = environment.get("BANC_CA_FILE")
    return Choice(
        where=where,
        services=services or None,
        image=_given(config, "banc-image") or environment.get("BANC_IMAGE") or None,
        sut=sut,
        scenarios=_listed(_given(config, "banc-scenario")),
        data=_path(config, "banc-data"),
        port_base=int(port),
        lang="en" if environment.get("BANC_LANG") == "en" else "fr",
        token=environment.get("BANC_TOKEN") or None,
        ca_file=Path(ca_file) if ca_file else None,
        ca_sha256=environment.get("BANC_CA_SHA256") or None,
    )


def _given(config: pytest.Config, name: str) -> str:
    return str(config.getoption(name.replace("-", "_")) or config.getini(name.replace("-", "_")) or "").strip()


def _path(config: pytest.Config, name: str) -> Path | None:
    """A path of the command line is read from where the command was typed, one of a setting from its file."""
    typed, key = config.getoption(name.replace("-", "_")), name.replace("-", "_")
    if typed:
        return (config.invocation_params.dir / str(typed)).resolve()
    written = str(config.getini(key) or "").strip()
    return ((config.inipath.parent if config.inipath else config.rootpath) / written).resolve() if written else None


def _listed(value: str) -> tuple[str, ...]:
    return tuple(value.replace(",", " ").split())
