"""Names that an MSSanté mail is made of: headers, marker of the subject, attachments (mssante, 2.2 and 3.1)."""

from __future__ import annotations

from typing import Final

NIL: Final = "X-MSS-NIL"
CODES: Final = "X-MSS-CODECDA"
INS: Final = "X-MSS-INS"
CITIZEN: Final = "X-MSS-MES"
READ_RECEIPT: Final = "Disposition-Notification-To"
DELIVERY_RECEIPT: Final = "Return-Receipt-To"

QUALIFIED: Final = "O"
NOT_QUALIFIED: Final = "N"
END_OF_EXCHANGE: Final = "FIN"

MARKER: Final = "XDM/1.0/DDM"
"""What IHE wants in the subject of a mail that carries an XDM archive."""
SEPARATOR: Final = "+"
"""What stands between the marker and the label of the documents (ECO.2.1.3)."""
LABEL_LENGTH: Final = 40
REPLACEMENT: Final = "Annule et remplace"
DELETION: Final = "Suppression"

ARCHIVE: Final = "IHE_XDM.zip"
ZIP: Final = "application/zip"
PDF: Final = "application/pdf"

CITIZEN_DOMAIN: Final = "patient.mssante.fr"
TEST_BOX: Final = "reponse.automatique-test"
"""The mailbox of each domain that answers by itself, told by the white list (mssante, 1)."""
SPACE: Final = "mssante.fr"
"""The domain under which almost all mailboxes of the trust space stand."""
