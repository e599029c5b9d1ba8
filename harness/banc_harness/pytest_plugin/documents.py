"""What ``banc validate`` says of the bytes that a test hands over."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from banc_harness.validate.judging import Order, judge_bytes
from banc_harness.validate.verdict import KindName
from banc_standards.errors import Lang


def findings(data: bytes, kind: str | None, lang: Lang) -> list[dict[str, Any]]:
    """The findings of CONTRACTS §7 on a document, or on every member of an archive.

    Fails the test at hand when the kind is not told by ``kind``, or is not one that is judged.
    """
    if kind is not None and kind not in get_args(KindName):
        pytest.fail(f"assert_conform(kind={kind!r}) : {', '.join(get_args(KindName))}", pytrace=False)
    verdicts = judge_bytes(data, "document", Order(kind, lang)).verdicts  # type: ignore[arg-type]  # just checked
    for verdict in verdicts:
        if verdict.unusable is not None:
            pytest.fail(f"assert_conform : {verdict.unusable.of(lang)} (kind=…)", pytrace=False)
    return [item.finding.as_json() for verdict in verdicts for item in verdict.noted]
