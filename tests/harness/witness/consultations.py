"""What the hospital's witness can do wrong when it reads the DMP, and how each defect is seen."""

from __future__ import annotations

CONSULTATIONS: dict[str, tuple[str, str]] = {
    # defect: (scenarios that show it, checks that it must fail, and no other)
    "fetches-unasked": ("UC3.41", "CHK-HIS-009"),
    "hash-unchecked": ("UC3.52", "CHK-HIS-012"),
    "reads-the-replaced": ("UC3.51", "CHK-HIS-014"),
    "shows-what-it-kept": ("UC3.44", "CHK-HIS-011"),
    "copy-without-origin": ("UC3.41", "CHK-HIS-013"),
    "local-period": ("UC3.41", "CHK-HIS-001 CHK-HIS-013"),
    "asks-for-everything": ("UC3.41", "CHK-HIS-001"),
    "entry-as-unique-id": ("UC3.41", "CHK-HIS-008 CHK-HIS-010"),
    "always-breaks-the-glass": ("UC3.42", "CHK-HIS-003 CHK-HIS-007"),
    "enters-blindly": ("UC3.41 UC3.47", "CHK-HIS-002 CHK-HIS-005"),
    "reads-as-a-structure": ("UC3.41", "CHK-HIS-008 CHK-HIS-013"),
    "files-under-another-patient": ("UC3.43", "CHK-HIS-013"),
    "ignores-consult-refusal": ("UC3.46", "CHK-HIS-004"),
    "insists-when-blocked": ("UC3.45", "CHK-HIS-004 CHK-HIS-008"),
    "reads-the-unlisted": ("UC3.43", "CHK-HIS-008 CHK-HIS-010"),
    "says-nothing-of-errors": ("UC3.49", "CHK-HIS-015"),
}
