"""The public VIHF examples are read, and break only what they really break (they are of 2019: dates, SHA-1)."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from banc_standards.vihf import names
from banc_standards.vihf.read import Assertion, moment, read
from banc_standards.vihf.rules import TOKEN_RULES, VihfSubject
from banc_standards.xml import parse

TOKENS = Path(__file__).parents[3].parent / "shared" / "data" / "dmp" / "vihf"
pytestmark = pytest.mark.skipif(not TOKENS.is_dir(), reason="the public examples are not beside the repository")

MODES = {
    "VIHF_DIRECTE_signe.xml": names.DIRECT,
    "VIHF_DIRECTE_non_signe.xml": names.DIRECT,
    "VIHF_INDIRECTE_signe.xml": names.INDIRECT,
    "VIHF_INDIRECTE_RENFORCEE_signe.xml": names.AIR,
}


def published(name: str) -> Assertion:
    return read(parse((TOKENS / name).read_bytes()))


@pytest.mark.parametrize(("name", "mode"), MODES.items())
def test_a_published_token_is_read(name: str, mode: str) -> None:
    token = published(name)
    assert (token.mode, token.vihf_version, token.value(names.RESOURCE_URN)) == (mode, "3.0", "urn:dmp")
    assert [role.system for role in token.roles] == [names.G15, names.R01]
    assert (token.ins, token.ins_oid) == ("207058575627097", "1.2.250.1.213.1.4.10")
    assert token.purpose is not None
    assert token.purpose.code == "normal"


@pytest.mark.parametrize("name", MODES)
def test_a_published_token_breaks_no_error_rule_when_it_is_fresh(name: str) -> None:
    token = published(name)
    issued = moment(token.issue_instant) or datetime.now(UTC)
    broken = [
        rule.id for rule in TOKEN_RULES if rule.severity == "error" for _ in rule.check(VihfSubject(token, issued))
    ]
    assert broken == []
