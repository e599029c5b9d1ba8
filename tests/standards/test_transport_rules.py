import pytest

from banc_standards.rules import Rule
from banc_standards.transport_rules import (
    LATE,
    MALFORMED,
    RULES,
    TLS_REFUSED,
    TOO_LARGE,
    TRUNCATED,
    UNDECODABLE,
    UNKNOWN_PATH,
    WRONG_METHOD,
    ReceivedBody,
    RequestedPath,
)


@pytest.mark.parametrize("rule", [TOO_LARGE, TRUNCATED, UNDECODABLE, LATE], ids=lambda rule: rule.id)
def test_a_whole_body_at_the_limit_passes(rule: Rule) -> None:
    assert list(rule.check(ReceivedBody(size=10, limit=10))) == []


@pytest.mark.parametrize(
    ("rule", "body"),
    [
        (TOO_LARGE, ReceivedBody(size=11, limit=10)),
        (TRUNCATED, ReceivedBody(size=5, limit=10, complete=False)),
        (LATE, ReceivedBody(size=5, limit=10, in_time=False)),
    ],
    ids=lambda value: getattr(value, "id", ""),
)
def test_a_body_that_is_not_whole_is_found(rule: Rule, body: ReceivedBody) -> None:
    assert [hit.location for hit in rule.check(body)] == ["body"]


def test_a_body_that_is_not_encoded_as_it_says_is_found() -> None:
    assert [hit.location for hit in UNDECODABLE.check(ReceivedBody(5, 10, decoded=False))] == ["Content-Encoding"]


def test_a_known_path_and_method_pass() -> None:
    asked = RequestedPath("GET", "/lines", ("GET", "POST"))

    assert [*UNKNOWN_PATH.check(asked), *WRONG_METHOD.check(asked)] == []


def test_an_unknown_path_is_found_once() -> None:
    asked = RequestedPath("GET", "/nowhere", ())

    assert [hit.found for hit in UNKNOWN_PATH.check(asked)] == ["GET /nowhere"]
    assert list(WRONG_METHOD.check(asked)) == []


def test_a_wrong_method_is_found_with_those_allowed() -> None:
    asked = RequestedPath("DELETE", "/lines", ("GET", "POST"))

    assert [(hit.found, hit.expected) for hit in WRONG_METHOD.check(asked)] == [("DELETE", "GET POST")]


@pytest.mark.parametrize("rule", [MALFORMED, TLS_REFUSED], ids=lambda rule: rule.id)
def test_what_is_judged_at_the_socket_yields_nothing_by_itself(rule: Rule) -> None:
    assert list(rule.check(object())) == []


def test_every_rule_refuses_in_every_mode() -> None:
    assert all(rule.always for rule in RULES)
