"""The pytest plugin of Banc Ségur: a sandbox, sessions, the software under test, scenarios as tests.

Every pytest where ``banc-segur`` is installed imports this module: nothing but the standard library and pytest is
loaded until a test asks for something.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from banc_harness.pytest_plugin import marking
from banc_harness.pytest_plugin.choice import CHOICE, SEEN, WRITTEN, add_options, chosen

if TYPE_CHECKING:
    from banc_harness.handle import SandboxHandle
    from banc_harness.pytest_plugin.places import Place
    from banc_harness.pytest_plugin.scenarios import SutFile
    from banc_harness.pytest_plugin.sessions import BancSession
    from banc_harness.pytest_plugin.software import SutHandle

_PLACE = pytest.StashKey["Place | str"]()
"""The sandbox, or why there is none."""

_SESSION = pytest.StashKey["BancSession"]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--banc``, ``--banc-services``, ``--banc-image``, ``--banc-sut``, ``--banc-scenario``, ``--banc-data``…"""
    add_options(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Reads the options; a description of software that the tests do not come across is collected too."""
    config.stash[CHOICE] = choice = chosen(config)
    config.addinivalue_line("markers", marking.HELP)
    sources = (pytest.Config.ArgsSource.TESTPATHS, pytest.Config.ArgsSource.INVOCATION_DIR)
    if choice.sut is not None and config.args_source in sources:
        asked = [(config.invocation_params.dir / argument).resolve() for argument in config.args]
        if not any(choice.sut.is_relative_to(place) for place in asked):
            config.args.append(str(choice.sut))


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> SutFile | None:
    """The description of the software: one test for each scenario."""
    if file_path != parent.config.stash[CHOICE].sut:
        return None
    from banc_harness.pytest_plugin.scenarios import SutFile

    return SutFile.from_parent(parent, path=file_path)


def pytest_itemcollected(item: pytest.Item) -> None:
    """What a test says of itself with ``@pytest.mark.banc`` can be selected, and goes into JUnit."""
    marking.apply(item)


@pytest.fixture(scope="session")
def banc_sandbox(pytestconfig: pytest.Config) -> SandboxHandle:
    """The sandbox of this test run, or of this worker: see ``--banc``. Its services, its sessions, its identities."""
    return place_of(pytestconfig).handle


@pytest.fixture
def banc_session(request: pytest.FixtureRequest) -> Iterator[BancSession]:
    """A session of its own for one test, strict unless ``@pytest.mark.banc(mode="lenient")``; deleted afterwards."""
    from banc_harness.pytest_plugin.sessions import opened

    place = place_of(request.config)
    place.require()
    session = opened(place.handle, marking.mode_of(request.node), lang=place.lang)
    request.node.stash[_SESSION] = session
    yield session
    place.end(session)


@pytest.fixture
def banc_sut(request: pytest.FixtureRequest, banc_session: BancSession) -> Iterator[SutHandle]:
    """The software that ``--banc-sut`` describes, driven through its driver in the session of the test."""
    from banc_harness.pytest_plugin.software import SutHandle

    software = SutHandle.opened(request.config.stash[CHOICE].described(), banc_session)
    yield software
    software.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test that failed shows what its session saw, and whether the sandbox was still there. A scenario is skipped in
    its description, not in this plugin.
    """
    report = yield
    if report.skipped and WRITTEN in item.stash and isinstance(report.longrepr, tuple):
        report.longrepr = (str(item.stash[WRITTEN]), 1, report.longrepr[2])
    place = item.config.stash.get(_PLACE, None)
    if report.failed and place is not None and not isinstance(place, str):
        report.sections += place.sections(item.stash.get(_SESSION, None), item.stash.get(SEEN, None))
    return report


def place_of(config: pytest.Config) -> Place:
    """Where the sandbox is: found or started when it is first asked for, left or stopped when pytest ends.

    Fails the test at hand when there is none to be had; the next ones fail at once, for the same reason.
    """
    if _PLACE not in config.stash:
        from banc_harness.pytest_plugin.places import place

        config.stash[_PLACE] = found = place(config.stash[CHOICE], config)
        if not isinstance(found, str):
            config.add_cleanup(found.close)
    known = config.stash[_PLACE]
    if isinstance(known, str):
        pytest.fail(known, pytrace=False)
    return known
