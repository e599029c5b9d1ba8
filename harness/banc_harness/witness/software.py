"""What the witness is called, and the numbers that it was given."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Software:
    """How the software names itself to the services: IDAM for INSi, homologation for the DMP, NIL in its mails.

    ``activity`` is the code of JDV J59 under which its lots are sent.
    """

    name: str
    version: str
    idam: str
    homologation: str
    nil: str = ""
    activity: str = "03"


SOFTWARE = Software(
    "Témoin Ségur", "1.0.0", idam="TEMOIN-INSI-0001", homologation="TEMOIN-DMP-0001-tmp1", nil="DEV999001"
)
LABORATORY = Software(
    "Témoin Labo", "1.0.0", idam="TEMOIN-INSI-0002", homologation="TEMOIN-DMP-0002-tmp1", nil="DEV999002"
)
PRACTICE = Software(
    "Témoin Cabinet",
    "1.0.0",
    idam="TEMOIN-INSI-0003",
    homologation="TEMOIN-DMP-0003-tmp1",
    nil="DEV999003",
    activity="07",
)
