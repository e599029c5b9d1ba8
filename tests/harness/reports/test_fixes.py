"""Why not 100 %: causes, and the shortest list of fixes."""

from __future__ import annotations

from banc_harness.reports.fixes import fixes

from .recording import Recording, check, finding, requirement

NAME = "dmp.TD2.1#1 /ClinicalDocument/recordTarget/patientRole/patient/name"


def test_rules_broken_at_the_same_place_are_one_cause() -> None:
    run = Recording().exchange("dmp.TD2.1")
    run.then(
        check("CHK-A", "R1", finding("CDA-1", NAME)),
        check("CHK-B", "R2", finding("CHK-B", "dmp.TD2.1#1 patient/name")),
        requirement("R1", "NON_CONFORME"),
        requirement("R2", "NON_CONFORME"),
    )

    (fix,) = fixes(run.account()).needed

    assert fix.cause.rules == ["CDA-1", "CHK-B"]
    assert fix.turns == ("R1", "R2")
    assert fix.score == 100.0


def test_same_place_of_another_exchange_is_another_cause() -> None:
    run = Recording().exchange("dmp.TD2.1").exchange("dmp.TD2.1")
    run.then(
        check("CHK-A", "R1", finding("CDA-1", NAME)),
        check("CHK-B", "R1", finding("CHK-B", "dmp.TD2.1#2 patient/name")),
        requirement("R1", "NON_CONFORME"),
    )

    assert len(fixes(run.account()).needed) == 2


def test_exchange_that_did_not_come_has_the_cause_of_the_refusal_nearest_to_it() -> None:
    refusal = finding("XDS-1", "hash")
    run = Recording().exchange("dmp.TD2.1", refusal, outcome="refused").missed("dmp.TD2.1", 1, "dmp.TD2.1")
    run.then(
        check("CHK-SENT", "R1", finding("CHK-SENT", "UC1.01.1 #1")),
        check("CHK-META", "R2", finding("XDS-1", "dmp.TD2.1#1 hash")),
        requirement("R1", "NON_CONFORME"),
        requirement("R2", "NON_CONFORME"),
    )

    (fix,) = fixes(run.account()).needed

    assert fix.cause.rules == ["XDS-1"]
    assert set(fix.turns) == {"R1", "R2"}


def test_exchange_that_did_not_come_after_a_refusal_has_the_cause_of_that_refusal() -> None:
    run = Recording().exchange("dmp.TD2.1", finding("XDS-1", "hash"), outcome="refused")
    run.missed("dmp.TD2.1", 1, "dmp.TD2.1").step("UC1.01.2").missed("dmp.TD3.3c", 1, "dmp.TD2.1", step="UC1.01.2")
    run.then(
        check("CHK-META", "R1", finding("XDS-1", "dmp.TD2.1#1 hash")),
        check("CHK-DELETED", "R2", finding("CHK-DELETED", "UC1.01.2")),
        requirement("R1", "NON_CONFORME"),
        requirement("R2", "NON_CONFORME"),
    )

    (fix,) = fixes(run.account()).needed

    assert (fix.cause.rules, set(fix.turns)) == (["XDS-1"], {"R1", "R2"})


def test_exchange_that_did_not_come_for_no_told_reason_is_a_cause_of_its_own() -> None:
    run = Recording().exchange("psc.token").missed("dmp.TD2.1", 1, "psc.token")
    run.then(check("CHK-SENT", "R1", finding("CHK-SENT", "UC1.01.1 #1")), requirement("R1", "NON_CONFORME"))

    (fix,) = fixes(run.account()).needed

    assert fix.cause.rules == ["CHK-SENT"]


def test_fix_that_turns_a_requirement_alone_comes_first() -> None:
    run = Recording().exchange("dmp.TD2.1")
    run.then(
        check("CHK-A", "R1", finding("X-1", "dmp.TD2.1#1 a"), finding("X-2", "dmp.TD2.1#1 b")),
        check("CHK-B", "R2", finding("X-3", "dmp.TD2.1#1 c")),
        requirement("R1", "NON_CONFORME"),
        requirement("R2", "NON_CONFORME"),
    )

    found = fixes(run.account()).needed

    assert [fix.cause.id for fix in found] == ["X-3", "X-1", "X-2"]
    assert [fix.turns for fix in found] == [("R2",), (), ("R1",)]
    assert [fix.score for fix in found] == [50.0, 50.0, 100.0]


def test_requirement_left_partial_by_a_step_that_failed_waits_for_the_same_fix() -> None:
    run = Recording().exchange("insi.WS_INS2", finding("INSI-1", "Nom"), outcome="refused")
    run.missed("insi.WS_INS2", 1, "insi.WS_INS2")
    run.then(
        check("CHK-INS", "R1", finding("INSI-1", "insi.WS_INS2#1 Nom")),
        check("CHK-DMP", "R2", verdict="NON_TESTE"),
        requirement("R1", "NON_CONFORME"),
        requirement("R2", "PARTIEL"),
    )

    found = fixes(run.account())

    assert [set(fix.turns) for fix in found.needed] == [{"R1", "R2"}]
    assert found.unexplained == ()


def test_requirement_that_nothing_explains_is_told_apart() -> None:
    run = Recording().exchange("psc.token")
    run.then(check("CHK-A", "R1", verdict="NON_TESTE"), requirement("R1", "PARTIEL", reason="pas sollicité"))

    found = fixes(run.account())

    assert found.needed == ()
    assert [item.requirement for item in found.unexplained] == ["R1"]


def test_zero_tolerance_comes_first_even_when_no_requirement_of_the_profile_asks_for_it() -> None:
    run = Recording().exchange("dmp.TD2.1").exchange("dmp.TD2.1")
    run.then(
        check("CHK-Z", "R9", finding("CHK-Z", "dmp.TD2.1#1"), zero_tolerance=True),
        check("CHK-A", "R1", finding("X-1", "dmp.TD2.1#2 a")),
        requirement("R1", "NON_CONFORME"),
        requirement("R9", "NON_APPLICABLE"),
    )

    found = fixes(run.account()).needed

    assert [(fix.cause.id, fix.turns) for fix in found] == [("CHK-Z", ()), ("X-1", ("R1",))]


def test_finding_that_only_warns_is_no_cause() -> None:
    run = Recording().exchange("dmp.TD2.1")
    run.then(check("CHK-A", "R1", finding("X-1", "dmp.TD2.1#1 a", severity="warning"), verdict="CONFORME"))
    run.then(requirement("R1", "CONFORME"))

    found = fixes(run.account())

    assert (found.needed, found.others) == ((), ())
