"""Coverage-guided fuzzing of the readers of XDS, VIHF, INSi, Pro Santé Connect and mail (atheris, by hand and in CI).

    python tests/fuzz/exchanges.py -atheris_runs=20000 [FOLDER]

The first byte chooses the kind; a crash, or a verdict that tells a defect of ours, stops it.
"""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["banc_standards", "banc_harness.validate"]):
    from banc_harness.validate.judging import Order, judge_bytes
    from banc_harness.validate.verdict import KindName

KINDS: tuple[KindName, ...] = ("xds", "vihf", "insi", "psc", "mail", "xdm")


def test_one_input(data: bytes) -> None:
    if data:
        for verdict in judge_bytes(data[1:], "x", Order(KINDS[data[0] % len(KINDS)])).verdicts:
            said = verdict.unusable.fr if verdict.unusable is not None else ""
            assert "défaut du banc" not in said, said


if __name__ == "__main__":
    atheris.Setup(sys.argv, test_one_input)
    atheris.Fuzz()
