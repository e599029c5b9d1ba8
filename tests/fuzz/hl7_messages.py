"""Coverage-guided fuzzing of the reader of HL7 v2 messages and of every rule (atheris, by hand and in CI).

    python tests/fuzz/hl7_messages.py -atheris_runs=20000 [FOLDER]

FOLDER keeps what it finds worth trying again. The input is either bytes as a stranger sends them, or instructions that
write segments of known names and values: a crash, or a finding that points outside the message, stops it.
"""

from __future__ import annotations

import re
import sys

import atheris

with atheris.instrument_imports(include=["banc_standards.hl7v2"]):
    from banc_standards.hl7v2 import names
    from banc_standards.hl7v2.read import Hl7Refused, read
    from banc_standards.hl7v2.rules import RULES, judged

KNOWN = {rule.id for rule in RULES}
LOCATION = re.compile(r"(?:message\[\d+\]/?)?(?:.{0,3}(?:\[\d+\])?(?:-\d+(?:\[\d+\])?(?:\.\d+){0,2})?)", re.DOTALL)
HEADERS = (
    "ORU^R01^ORU_R01|1|T|2.5|||||FRA|UNICODE UTF-8|||2.1^CISIS_CDA_HL7_V2",
    "MDM^T10^MDM_T02|1|T|2.6|||||FRA|8859/15|||2.1^CISIS_CDA_HL7_V2",
    "MDM^T02^MDM_T02|1|T|2.6|||||FRA|UNICODE UTF-8|||1.1^CISIS_CDA_HL7_LPS",
    "ZAM^Z02^ZAM_Z01|1|T|2.6|||||FRA|UNICODE UTF-8|||2.1^CISIS_CDA_HL7_V2",
    "ACK^R01^ACK|1|T|2.5|||||FRA|UNICODE UTF-8",
    "ADT^A01^ADT_A01|1|T|2.5^FRA^2.11|||||FRA|UNICODE UTF-8|||2.11^IHE_FRANCE-2.11-PAM",
    "ADT^A40^ADT_A39|1|T|2.5^FRA^2.11|||||FRA||||",
    "ORM^O01^ORM_O01|1|T|2.5.1|||||FRA|UNICODE UTF-8|||1.0^CISIS_TLR_HL7_V2",
    "OML^O21^OML_O21|1|T|2.5|||||FRA|UNICODE UTF-8",
)
SEGMENTS = "EVN PID PV1 PV2 ORC OBR TXA OBX PRT NTE ZBE ZFA ZFD ZFM MRG MSA ERR MSH".split()  # noqa: SIM905
VALUES = (
    *names.METADATA,
    *("SB", "RCT", "REPLY", "participation", "Y", "N", "F", "C", "D", "NW", "RO", "CA", "UC", "ED", "CE", "CWE", "XTN"),
    *("279035121518989", "1.2.250.1.213.1.4.10", "ISO", "INS", "PI", "VALI", "BDL", "51215", "X.400", '""', "\\E\\"),
    *("XML", "TEXT", "Base64", "PGEvPg==", "PGE", "11490-0", "LN", "20260105", "A01", "INSERT", "AA", "AE", "207", "é"),
)
MARKS = "|||||^^~&\r"


def written(data: atheris.FuzzedDataProvider) -> bytes:
    """The message that the instructions write."""
    text = [f"MSH|^~\\&|A|B|C|D|20260105||{HEADERS[data.ConsumeIntInRange(0, len(HEADERS) - 1)]}\r"]
    while data.remaining_bytes():
        choice = data.ConsumeIntInRange(0, 5)
        if choice == 0:
            text.append(f"\r{SEGMENTS[data.ConsumeIntInRange(0, len(SEGMENTS) - 1)]}|")
        elif choice <= 2:
            text.append(VALUES[data.ConsumeIntInRange(0, len(VALUES) - 1)])
        else:
            text.append(MARKS[data.ConsumeIntInRange(0, len(MARKS) - 1)] * data.ConsumeIntInRange(1, 6))
    return "".join(text).encode()


def test_one_input(data: bytes) -> None:
    message = data[1:] if data[:1] < b"\x40" else written(atheris.FuzzedDataProvider(data[1:]))
    try:
        capture = read(message)
    except Hl7Refused:
        return
    for rule, hit in judged(capture):
        assert rule.id in KNOWN, rule.id
        assert LOCATION.fullmatch(hit.location), (rule.id, hit)


if __name__ == "__main__":
    atheris.Setup(sys.argv, test_one_input)
    atheris.Fuzz()
