"""Checks that the software is the one that its description declares."""

from __future__ import annotations

from collections.abc import Iterator

from banc_harness.checks import check
from banc_harness.selection import Selection
from banc_harness.trace import Trace
from banc_standards.errors import Sentence
from banc_standards.rules import Hit


@check(
    id="CHK-RUN-001",
    requirements=["SBX-RUN-03"],
    on=Selection(operation=("insi.WS_INS2", "dmp.TD0.2", "dmp.TD2.1", "dmp.TD3.1", "dmp.TD3.3c")),
    text=Sentence(
        "Le logiciel se nomme sur le fil comme il est déclaré.", "The software names itself on the wire as declared."
    ),
    clause="EX_GEN-1180 ; SEL-MP-043 §2.2 ; bloc LPS du VIHF et de ContexteLPS",
    fix=Sentence(
        "accordez LPS_Nom, LPS_Version, LPS_ID_HOMOLOGATION_DMP et IDAM avec sut.yaml (ou l'inverse)",
        "make LPS_Nom, LPS_Version, LPS_ID_HOMOLOGATION_DMP and IDAM agree with sut.yaml (or the reverse)",
    ),
)
def declared_software(trace: Trace) -> Iterator[Hit]:
    """Name, version and numbers of every call, against the description."""
    if trace.sut is None:
        return
    declared = {
        "lps.name": trace.sut.product.name,
        "lps.version": trace.sut.product.version,
        "lps.idam": trace.sut.ids.idam,
        "lps.homologation": trace.sut.ids.dmp_homologation,
    }
    for exchange in trace.selected:
        for name, expected in declared.items():
            found = exchange.fact(name)
            if expected and found is not None and found != expected:
                yield Hit(exchange.place(name), found=str(found), expected=expected)
