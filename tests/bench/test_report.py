"""The page for people of a long run: 2,000 exchanges in 2 s and 10 MiB.

What is asserted of the time is the ratio of CPU times to a floor of the same run, the escaping of every byte that was
exchanged, with margin: seconds tell of the machine and of what else it does. Run with
``pytest -m bench -s tests/bench/test_report.py``.
"""

from __future__ import annotations

import time

import pytest
from markupsafe import escape

from banc_harness.reports import html_report

from ..harness.reports.recording import CDA, Recording, check, finding, requirement

pytestmark = pytest.mark.bench

EXCHANGES = 2_000
LARGEST = 10 * 2**20
MOST_FLOORS = 90


def long_run() -> Recording:
    """One exchange in ten broken, one in five a submission with its own document, 4 KiB of SOAP otherwise."""
    run = Recording()
    rows = "".join(f"<tr><td>Biologie {n}</td><td>{n} mmol/l</td></tr>" for n in range(120))
    for n in range(1, EXCHANGES + 1):
        broken = [finding(f"X-{n % 37}", f"/a/b{n % 5}/c", found=str(n), expected="x")] if n % 10 == 0 else []
        if n % 5 == 0:
            cda = CDA.format(narrative=f"<table><tbody>{rows}</tbody></table><paragraph>{n}</paragraph>").encode()
            run.submission(cda, *broken, outcome="refused" if broken else "accepted")
        else:
            body = "".join(f"<b{m}><c>valeur {n} {m}, {m} rue de la Recette</c></b{m}>" for m in range(90))
            run.exchange("insi.WS_INS2", *broken, body=f"<a>{body}</a>".encode(), answer=body.encode()[:3000])
    for rule in range(37):
        places = [f"dmp.TD2.1#{n} /a/b{n % 5}/c" for n in range(10, EXCHANGES, 10) if n % 37 == rule]
        run.then(
            check(f"CHK-{rule}", f"R{rule}", *(finding(f"X-{rule}", place, found="x") for place in places)),
            requirement(f"R{rule}", "NON_CONFORME"),
        )
    return run


def test_page_of_a_long_run_is_quick_and_small() -> None:
    run = long_run()
    account, sealed = run.account(), run.sealed
    html_report.render(Recording().account())  # the templates are read and compiled once

    began, cpu = time.perf_counter(), time.process_time()
    text = html_report.render(account, sealed)
    took, spent = time.perf_counter() - began, time.process_time() - cpu

    cpu = time.process_time()
    escaped = sum(len(escape(data.decode())) for data in sealed.blobs.values())
    floor = time.process_time() - cpu

    size = len(text.encode())
    print(
        f"\n{EXCHANGES} exchanges, {escaped / 2**20:.1f} MiB: {took:.2f} s ({spent:.2f} s CPU), {size / 2**20:.1f} MiB"
    )
    print(f"floor (escaping the same bytes): {floor:.3f} s CPU, ratio {spent / floor:.0f}")
    assert size <= LARGEST
    assert spent / floor <= MOST_FLOORS
