"""The defects of identities: which scenario shows each, and the checks that it must fail, and no other."""

IDENTITIES: dict[str, tuple[str, str]] = {
    "first-given-only": ("INS.07", "CHK-IVG-006"),
    "all-givens-at-once": ("INS.07", "CHK-IVG-006"),
    "no-place-to-insi": ("INS.06", "CHK-IVG-006"),
    "flattens-names": ("INS.02", "CHK-IVG-007"),
    "insists-on-faults": ("INS.09", "CHK-IVG-009"),
    "searches-twice": ("INS.21", "CHK-IVG-006"),
    "silent-on-faults": ("INS.09", "CHK-IVG-009"),
    "loses-papers-on-faults": ("INS.21", "CHK-IVG-001"),
    "qualifies-without-papers": ("INS.01", "CHK-IVG-001"),
    "always-nir": ("INS.05", "CHK-IVG-008"),
    "drops-history": ("INS.04", "CHK-IVG-008"),
    "keeps-local-traits": ("INS.01", "CHK-IVG-008"),
    "imports-the-incomplete": ("INS.10", "CHK-IVG-005"),
    "calls-for-doubtful": ("INS.22", "CHK-IVG-002"),
    "keeps-status-after-edit": ("INS.23", "CHK-INS-003 CHK-IVG-003 CHK-IVG-008 CHK-IVG-010"),
    "ignores-failed-verification": ("INS.24", "CHK-IVG-004 CHK-IVG-010"),
    "tells-no-partner": ("INS.25", "CHK-IVG-011"),
    "trusts-received-ins": ("INS.26", "CHK-IVG-012 CHK-IVG-014"),
    "qualifies-on-verification": ("INS.26", "CHK-IVG-013 CHK-IVG-014"),
    "keeps-unconfirmed-ins": ("INS.27", "CHK-IVG-013"),
    "denies-known-identity": ("INS.27", "CHK-IVG-013 CHK-IVG-014"),
    "files-the-unconfirmed": ("INS.27", "CHK-IVG-015"),
    "search-minds-accents": ("INS.28", "CHK-IVG-016"),
    "no-search-by-ins": ("INS.28", "CHK-IVG-016"),
    "says-nothing-of-doubles": ("INS.28", "CHK-IVG-017"),
    "verifies-by-searching": ("INS.24", "CHK-IVG-018"),
    "scans-anything": ("INS.41", "CHK-SCN-002"),
    "scans-one-given-name": ("INS.41", "CHK-SCN-001"),
    "qualifies-by-scan": ("INS.41", "CHK-SCN-001"),
    "keeps-ins-after-failure": ("INS.24", "CHK-IVG-004"),
}

INFORMING: dict[str, tuple[str, str]] = {"searches-twice": ("INS.21", "CHK-IVG-019")}
"""What they make a check say besides, that only informs."""
