"""The defects of identities: which scenario shows each, and the checks that it must fail, and no other."""

IDENTITIES: dict[str, tuple[str, str]] = {
    "first-given-only": ("INS.07", "CHK-IVG-006"),
    "all-givens-at-once": ("INS.07", "CHK-IVG-006"),
    "no-place-to-insi": ("INS.06", "CHK-IVG-006"),
    "flattens-names": ("INS.02", "CHK-IVG-007"),
    "insists-on-faults": ("INS.09", "CHK-IVG-009"),
    "silent-on-faults": ("INS.09", "CHK-IVG-009"),
    "loses-papers-on-faults": ("INS.21", "CHK-IVG-001"),
    "qualifies-without-papers": ("INS.01", "CHK-IVG-001"),
    "always-nir": ("INS.05", "CHK-IVG-008"),
    "drops-history": ("INS.04", "CHK-IVG-008"),
    "keeps-local-traits": ("INS.01", "CHK-IVG-008"),
    "imports-the-incomplete": ("INS.10", "CHK-IVG-005"),
    "calls-for-doubtful": ("INS.22", "CHK-IVG-002"),
    "keeps-status-after-edit": ("INS.23", "CHK-INS-003 CHK-IVG-003 CHK-IVG-010"),
    "ignores-failed-verification": ("INS.24", "CHK-IVG-004 CHK-IVG-010"),
    "tells-no-partner": ("INS.25", "CHK-IVG-011"),
    "keeps-ins-after-failure": ("INS.24", "CHK-IVG-004"),
}
