"""A VIHF that says who acts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from lxml import etree

from banc_standards.vihf.build import Code, Vihf, build
from banc_standards.vihf.read import Assertion, read

NOW = datetime(2026, 1, 5, 17, tzinfo=UTC)
HONEST = Vihf(
    assertion_id="_1",
    issue_instant=NOW,
    issuer="CN=CLINIQUE FICTIVE",
    name_id="899900000011",
    authn_instant=NOW,
    authn_class="urn:oasis:names:tc:SAML:2.0:ac:classes:X509",
    mode="INDIRECTE",
    structure="1990000001",
    sector="SA01^1.2.250.1.71.4.2.4",
    roles=(Code("10", "1.2.250.1.71.1.2.7"), Code("SM26", "1.2.250.1.71.4.2.5")),
    subject_name="DURAND ALICE",
    ins="279035121518989",
    ins_oid="1.2.250.1.213.1.4.10",
    lps_name="BANC",
    lps_version="1",
    homologation="BANC-1",
)


@pytest.fixture(scope="session")
def acting() -> Callable[..., Assertion]:
    """The VIHF of a doctor in the indirect mode, with other values by the names of the builder's fields."""

    def changed(**changes: Any) -> Assertion:
        return read(etree.fromstring(etree.tostring(build(replace(HONEST, **changes)))))

    return changed
