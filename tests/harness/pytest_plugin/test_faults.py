"""What goes wrong around the tests is said in one sentence, at once, and never passes for the software's fault."""

from __future__ import annotations

import socket
import time

import pytest

pytestmark = pytest.mark.journeys

pytest_plugins = "pytester"

TWO = """
    def test_one(banc_session):
        pass

    def test_two(banc_session):
        pass
"""


def test_without_an_engine_the_other_way_is_offered(pytester, run):
    pytester.makepyfile(TWO)

    done = run("--banc=container", DOCKER_HOST="tcp://127.0.0.1:1")

    assert done.parseoutcomes() == {"errors": 2}
    done.stdout.fnmatch_lines(["*CONTAINER-001*", "*--banc in-process*"])


def test_a_taken_port_is_named(pytester, run):
    pytester.makepyfile(TWO)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        done = run(f"--banc-port-base={port}")

    assert done.parseoutcomes() == {"errors": 2}
    done.stdout.fnmatch_lines(["le bac à sable des tests ne démarre pas*PYTEST-001*", f"*{port}*"])


def test_a_sandbox_that_does_not_answer(pytester, run):
    pytester.makepyfile(TWO)

    done = run("--banc=http://127.0.0.1:1")

    assert done.parseoutcomes() == {"errors": 2}
    done.stdout.fnmatch_lines(["*http://127.0.0.1:1*PYTEST-002*", "*banc up*"])


def test_a_sandbox_killed_in_a_test_is_what_the_test_says(pytester, run):
    pytester.makepyfile(
        """
        import os
        import signal

        def test_before(banc_session):
            pass

        def test_struck(banc_session):
            os.kill(banc_session.sandbox.ready["pid"], signal.SIGKILL)
            banc_session.assert_exchange("psc.token", timeout_s=30)

        def test_after(banc_session):
            pass

        def test_later(banc_session):
            pass

        def test_elsewhere():
            pass
        """
    )
    began = time.monotonic()

    done = run()

    assert time.monotonic() - began < 30
    assert done.parseoutcomes() == {"passed": 2, "failed": 1, "errors": 2}
    done.stdout.fnmatch_lines(
        [
            "*test_after*",
            "le bac à sable s'est arrêté (signal 9)",
            "fin de son journal d'exécution :",
            "prêt ; en direct sur https*",
        ]
    )
    done.stdout.fnmatch_lines(["*test_struck*", "*- banc -*", "le bac à sable s'est arrêté (signal 9)"])


def test_a_test_that_does_not_notice_the_loss_fails_too(pytester, run):
    pytester.makepyfile(
        """
        import os
        import signal

        def test_struck(banc_session):
            os.kill(banc_session.sandbox.ready["pid"], signal.SIGKILL)
        """
    )

    done = run()

    assert done.parseoutcomes() == {"passed": 1, "errors": 1}
    done.stdout.fnmatch_lines(["le bac à sable s'est arrêté (signal 9)"])


def test_the_sandbox_ends_with_a_test_run_that_is_killed(pytester, run, data):
    pytester.makepyfile(
        """
        import os
        import signal

        def test_struck(banc_session):
            print(banc_session.sandbox.ready["pid"], file=open("pid", "w"), flush=True)
            os.kill(os.getpid(), signal.SIGKILL)
        """
    )

    run()

    assert ended(int((pytester.path / "pid").read_text()))


def ended(pid: int) -> bool:
    """Whether a process ends within a few seconds."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            with open(f"/proc/{pid}/stat") as stat:
                if stat.read().rpartition(")")[2].split()[0] == "Z":
                    return True
        except FileNotFoundError:
            return True
        time.sleep(0.05)
    return False
