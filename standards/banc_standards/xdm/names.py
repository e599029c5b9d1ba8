"""Names inside an XDM archive (IHE ITI TF-2 3.32; mssante, 4)."""

from __future__ import annotations

from typing import Final, Literal

INDEX: Final = "INDEX.HTM"
README: Final = "README.TXT"
ROOT: Final = "IHE_XDM"
METADATA: Final = "METADATA.XML"
STYLE: Final = "STYLE.XSL"
"""A style sheet that may stand beside the documents that name it."""

Action = Literal["C", "D"]
"""What the mail asks of a document already sent: C replaces it, D deletes it; a first sending has none."""
