"""``sut.yaml`` collected: a test for each scenario."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

pytestmark = pytest.mark.journeys

pytest_plugins = "pytester"


def test_a_scenario_that_the_software_fails_tells_what_is_missing(pytester, run, described):
    done = run("--banc-sut=sut.yaml", "sut.yaml::PSC.01", "--junitxml", "junit.xml")

    assert done.ret == 1
    done.stdout.fnmatch_lines(
        [
            "*PSC.01 Connexion d'un professionnel par Pro Santé Connect*",
            "CHK-PSC-002 *[[]SC.PSC.01[]]",
            "    trouvé *",
            "    attendu  psc.authorization*",
            "    à faire *",
            "    texte *EXI PSC*",
            "PSC.01.1 : aucun échange psc.authorization, outcome=accepted",
            "*- banc -*",
            "session * : * échange(s)",
            "*psc.discovery*",
            "FAILED sut.yaml::PSC.01*",
        ]
    )
    properties = ET.parse(pytester.path / "junit.xml").findall(".//testcase/properties/property")
    assert ("requirement:SC.PSC.01", "CHK-PSC-002") in [(one.get("name"), one.get("value")) for one in properties]


def test_scenarios_are_chosen_by_requirement_use_case_and_option(run, described):
    by_mark = run("sut.yaml", "--banc-sut=sut.yaml", "-m", "SC.PSC.08", "--collect-only", "-q")
    by_case = run("sut.yaml", "--banc-sut=sut.yaml", "-k", "UC1", "--collect-only", "-q")
    by_option = run("--banc-sut=sut.yaml", "--banc-scenario=PSC.0[12]", "--collect-only", "-q")

    by_mark.stdout.fnmatch_lines(["sut.yaml::PSC.01"])
    by_case.stdout.no_fnmatch_line("sut.yaml::PSC*")
    by_case.stdout.fnmatch_lines(["sut.yaml::UC1.01"])
    assert [line for line in by_option.outlines if "::" in line] == ["sut.yaml::PSC.01", "sut.yaml::PSC.02"]


def test_what_the_software_does_not_declare_is_skipped_with_the_reason(run, described):
    done = run("--banc-sut=sut.yaml", "sut.yaml::UC1.01", "-rs")

    assert done.parseoutcomes()["skipped"] == 1
    done.stdout.fnmatch_lines(["SKIPPED*capacités non déclarées : insi.traits, dmp.feed"])


def test_an_adapter_that_dies_is_no_verdict(pytester, run, described):
    (pytester.path / "software.py").write_text("raise SystemExit('plus de licence')")

    done = run("--banc-sut=sut.yaml", "sut.yaml::PSC.01")

    assert done.ret == 1
    done.stdout.fnmatch_lines(["pas joué jusqu'au bout", "*plus de licence*DRIVER-002*"])


def test_what_the_software_does_not_support_is_skipped(pytester, run, described):
    text = (pytester.path / "software.py").read_text().replace('"auth.login"', '"nothing"')
    (pytester.path / "software.py").write_text(text)

    done = run("--banc-sut=sut.yaml", "sut.yaml::PSC.01", "-rs")

    assert done.parseoutcomes()["skipped"] == 1
    done.stdout.fnmatch_lines(["SKIPPED*pas jugé; le logiciel ne sait pas faire auth.login*"])


def test_a_description_that_cannot_be_used_stops_the_collection(pytester, run):
    (pytester.path / "sut.yaml").write_text("banc: 1\nvendeur: x\n")

    done = run("--banc-sut=sut.yaml")

    assert done.ret == 2
    done.stdout.fnmatch_lines(["*ERROR collecting sut.yaml*", "*ligne 2*vendeur*SUT-0*", "*vendor*"])


def test_a_description_that_is_not_there_is_refused(run):
    done = run("--banc-sut=sut.yaml")

    assert done.ret == 4
    done.stderr.fnmatch_lines(["*--banc-sut *sut.yaml : fichier absent*"])


def test_the_description_of_the_settings_is_collected_beside_the_tests(pytester, run, described):
    pytester.makeini("[pytest]\ntestpaths = tests\nbanc_sut = sut.yaml\nbanc_scenario = PSC.01\n")
    (pytester.path / "tests").mkdir()
    (pytester.path / "tests" / "test_one.py").write_text("def test_one(): pass\n")

    whole = run("--collect-only", "-q")
    part = run("tests", "--collect-only", "-q")

    assert [line for line in whole.outlines if "::" in line] == ["tests/test_one.py::test_one", "sut.yaml::PSC.01"]
    assert [line for line in part.outlines if "::" in line] == ["tests/test_one.py::test_one"]


def test_the_software_is_driven_by_hand(pytester, run, described):
    pytester.makepyfile(
        """
        def test_looks(banc_sut, banc_session):
            answer = banc_sut.act("auth.login")
            assert answer.status == "done"
            assert answer.output["professional"]["id"] == "P01"
            banc_session.assert_exchange("psc.discovery")

        def test_cannot(banc_sut):
            assert banc_sut.act("mail.fetch").status == "unsupported"

        def test_unknown(banc_sut):
            banc_sut.act("auth.logon")
        """
    )

    done = run("--banc-sut=sut.yaml", "-k", "test_")

    assert done.parseoutcomes()["passed"] == 2
    done.stdout.fnmatch_lines(["auth.logon : *auth.login*"])


def test_without_a_description_there_is_no_software(pytester, run):
    pytester.makepyfile("def test_looks(banc_sut): pass")

    run().stdout.fnmatch_lines(["banc_sut demande --banc-sut sut.yaml"])
