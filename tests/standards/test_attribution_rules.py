from banc_standards.attribution_rules import (
    RULES,
    SESSION_CONFLICT,
    SESSION_UNKNOWN,
    NamedSession,
    Signs,
)


def test_agreeing_signs_pass() -> None:
    signs = Signs(certificate="k7f2", credential="k7f2", address="k7f2")

    assert list(SESSION_CONFLICT.check(signs)) == []


def test_no_sign_passes() -> None:
    assert list(SESSION_CONFLICT.check(Signs())) == []


def test_each_later_sign_that_disagrees_is_told_with_the_first() -> None:
    signs = Signs(certificate="k7f2", credential="abcd", address="efgh")

    hits = list(SESSION_CONFLICT.check(signs))

    assert [(hit.location, hit.found, hit.expected) for hit in hits] == [
        ("credential", "abcd", "k7f2 (certificate)"),
        ("address", "efgh", "k7f2 (certificate)"),
    ]


def test_a_credential_decides_before_the_address() -> None:
    signs = Signs(credential="abcd", address="efgh")

    assert signs.first() == ("credential", "abcd")
    assert [hit.location for hit in SESSION_CONFLICT.check(signs)] == ["address"]


def test_a_known_session_in_the_address_passes() -> None:
    assert list(SESSION_UNKNOWN.check(NamedSession("k7f2", known=True))) == []


def test_an_unknown_session_in_the_address_is_found() -> None:
    assert [hit.found for hit in SESSION_UNKNOWN.check(NamedSession("k7f2", known=False))] == ["k7f2"]


def test_the_rules_refuse_in_every_mode() -> None:
    assert all(rule.always and rule.severity == "error" for rule in RULES)
