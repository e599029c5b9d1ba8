"""Each check of the sign-in, once passed and once failed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from banc_harness.checks.sign_in import acr_values
from banc_harness.judging import judge
from banc_harness.trace import Exchange, Trace

Exchanges = Callable[..., Exchange]


@pytest.mark.parametrize("level", ["eidas1", "eidas2", "eidas1%20eidas2"])
def test_known_level_conforms(exchange: Exchanges, level: str) -> None:
    asked = exchange("psc.authorization", line=f"GET /auth?acr_values={level}")

    judged = judge(acr_values, Trace("PSC.01", (asked,)))

    assert judged is not None
    assert judged.verdict == "CONFORME"


@pytest.mark.parametrize(("query", "found"), [("scope=openid", "(absent)"), ("acr_values=loa1", "loa1")])
def test_missing_or_unknown_level_does_not(exchange: Exchanges, query: str, found: str) -> None:
    asked = exchange("psc.authorization", line=f"GET /auth?{query}")

    judged = judge(acr_values, Trace("PSC.01", (asked,)))

    assert judged is not None
    assert [(item.rule, item.found, item.expected) for item in judged.findings] == [("CHK-PSC-001", found, "eidas1")]
