"""What every pytest of a machine pays for the plugin: next to nothing, until a test asks for a sandbox."""

from __future__ import annotations

import json
import subprocess
import sys

pytest_plugins = "pytester"

LOADED = """
import json, sys
import pytest
before = set(sys.modules)
import banc_harness.pytest_plugin
found = {name.partition(".")[0] for name in set(sys.modules) - before}
print(json.dumps(sorted(found - set(sys.stdlib_module_names))))
"""


def test_importing_it_loads_nothing_of_others():
    done = subprocess.run([sys.executable, "-c", LOADED], check=True, capture_output=True, text=True)

    assert json.loads(done.stdout) == ["banc_harness", "banc_standards"]


def test_tests_that_ask_for_nothing_load_nothing_of_others(pytester, run):
    pytester.makepyfile(
        """
        import sys

        def test_alone():
            assert not {"aiohttp", "pydantic", "lxml", "cryptography", "yaml"} & set(sys.modules)
        """
    )

    assert run().parseoutcomes() == {"passed": 1}


def test_the_options_are_in_the_help(run):
    told = run("--help").stdout.str()

    for name in (
        "--banc=",
        "--banc-services=",
        "--banc-image=",
        "--banc-sut=",
        "--banc-data=",
        "banc_sut",
        "banc_image",
    ):
        assert name in told


def test_a_place_that_is_none_is_refused(pytester, run):
    pytester.makepyfile("def test_alone(): pass")

    done = run("--banc=conteneur")

    assert done.ret == 4
    done.stderr.fnmatch_lines(["*--banc conteneur : in-process, container, https*"])


def test_a_strange_environment_breaks_nobody_who_asks_for_nothing(pytester, run):
    pytester.makepyfile("def test_alone(): pass")

    assert run(BANC_SANDBOX="nonsense").ret == 0
