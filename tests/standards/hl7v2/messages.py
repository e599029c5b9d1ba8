"""Sound messages of every kind that is judged, with fictitious people, as text with one segment a line.

A name of a document (``PD94bWwg…``) stands for its base64, so that extracts stay short; :func:`sent` puts it in.
"""

from __future__ import annotations

import base64
import re
from functools import cache

from banc_standards.cda.build import discharge_letter
from banc_standards.hl7v2.names import LABELS, LPS_METADATA, METADATA

from ..letters import letter

INS = "279035121518989^^^ASIP-SANTE-INS-NIR&1.2.250.1.213.1.4.10&ISO^INS"
IPP = "IPP-42^^^CLINIQUE&1.2.250.1.213.99.1&ISO^PI"
PID = (
    f"PID|||{INS}~{IPP}||PAT-TROIS^DOMINIQUE^DOMINIQUE MARIE-LOUISE^^^^L||19790328|F|||"
    "1 RUE DU TEST^^TESTVILLE^^99999^FRA^H~^^^^^^BDL^^51215|||||||D-7^^^CLINIQUE&1.2.250.1.213.99.1&ISO^AN"
    "||||||||||||||VALI"
)
VISIT = "PV1|1|I|UF1||||||||||||||||V-9^^^CLINIQUE&1.2.250.1.213.99.1&ISO^VN|||||||||||||||||||||||||20260102080000"
EVENT = "EVN||20260105163000"
SENDER = (
    "PRT||UC||SB^^participation|899900000011^DURAND^ALICE^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS|||"
    "CLINIQUE FICTIVE^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^1990000001"
)
RECIPIENTS = """\
PRT||UC||RCT^^participation|899900000029^MARTIN^PAUL^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS||||||||||\
^^X.400^paul.martin@test-ci-sis.mssante.fr
PRT||UC||RCT^^participation|279035121518989^PAT-TROIS^DOMINIQUE^^^^^^&1.2.250.1.213.1.4.10&ISO^L^^^INS||||||||||\
^^X.400^279035121518989@patient.mssante.fr"""
TITLE = "11490-0^Lettre de liaison à la sortie^LN"
YES = {"DESTDMP", "DESTMSSANTEPS", "DESTMSSANTEPAT", "ACK_RECEPTION"}


def header(kind: str, id: str, version: str, profile: str, *, mode: str = "DPI|CHU|PFI|CHU") -> str:
    return f"MSH|^~\\&|{mode}|20260105163000||{kind}|{id}|T|{version}|||||FRA|UNICODE UTF-8|||{profile}"


def metadata(coded: str, names: tuple[str, ...], first: int, said: set[str]) -> str:
    lines = []
    for rank, name in enumerate(names, first):
        if name.startswith("CORPSMAIL"):
            value, kind = "^TEXT^^Base64^Qm9uam91cg==", "ED"
        else:
            value, kind = f"{'Y' if name in said else 'N'}^^expandedYes-NoIndicator", coded
        lines.append(f"OBX|{rank}|{kind}|{name}^{LABELS[name]}^MetaDMPMSS||{value}||||||F")
    return "\n".join(lines)


def mdm(event: str = "T02", control: str = "NW", status: str = "F", document: str = "PD94bWwg…") -> str:
    number, replaced = (
        ("1.2.250.1.213.99.2.2", "1.2.250.1.213.99.2.1") if status == "C" else ("1.2.250.1.213.99.2.1", "")
    )
    return f"""{header(f"MDM^{event}^MDM_T02", "M-1", "2.6", "2.1^CISIS_CDA_HL7_V2")}
{EVENT}
{PID}
{VISIT}
ORC|{control}
OBR|1|||{TITLE}
TXA|1|11490-0|TEXT|||||||||{number}|{replaced}||||AU
OBX|1|ED|{TITLE}||^text^XML^Base64^{document}||||||{status}
{SENDER}
{RECIPIENTS}
{metadata("CWE", METADATA, 2, YES)}"""


ORU = f"""{header("ORU^R01^ORU_R01", "M-2", "2.5", "2.1^CISIS_CDA_HL7_V2")}
{PID}
{VISIT}
ORC|NW
OBR|1|||{TITLE}
OBX|1|ED|{TITLE}||^TEXT^XML^Base64^PD94bWwg…||||||F
{SENDER}
{RECIPIENTS}
{metadata("CE", METADATA, 2, YES)}"""

LPS = f"""{header("MDM^T02^MDM_T02", "M-3", "2.6", "1.1^CISIS_CDA_HL7_LPS", mode="PFI|CHU|DPI|CHU")}
{EVENT}
{PID}
PV1|1|N
ORC|NW
OBR|1|||{TITLE}
TXA|1|11490-0|TEXT|||||||||1.2.250.1.213.99.2.1|||||AU
OBX|1|ED|{TITLE}||^text^XML^Base64^PD94bWwg…||||||F
PRT||UC||SB^^participation|899900000011^DURAND^ALICE^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS||||||||||\
^^X.400^alice.durand@test-ci-sis.mssante.fr
OBX|2|ED|<m1@test-ci-sis.mssante.fr>^XDM/1.0/DDM+Lettre de liaison||^text^^Base64^Qm9uam91cg==||||||F
{metadata("CWE", LPS_METADATA, 3, set())}"""

Z01 = f"""{header("ZAM^Z01^ZAM_Z01", "Z-1", "2.6", "2.1^CISIS_CDA_HL7_V2", mode="PFI|CHU|DPI|CHU")}
{EVENT}
OBX|1|CWE|ACK_RECEPTION_DMP^Accusé de réception DMP^AckMetierZAM|M-1|Y^^expandedYes-NoIndicator||||||F"""
Z02 = f"""{header("ZAM^Z02^ZAM_Z01", "Z-2", "2.6", "2.1^CISIS_CDA_HL7_V2", mode="PFI|CHU|DPI|CHU")}
{EVENT}
OBX|1|CWE|ACK_RECEPTION_MSS^Accusé de réception MSSanté^AckMetierZAM|M-1|N^^expandedYes-NoIndicator||||||F
OBX|2|XTN|DESTINATAIRE_MSS^Destinataire MSSanté^AckMetierZAM||^^X.400^paul.martin@test-ci-sis.mssante.fr||||||F
ERR|||207^Application error^messageErrorCondition|E|550^Boîte non disponible^SMTPERRORCODE"""
ACK = """MSH|^~\\&|PFI|CHU|DPI|CHU|20260105163001||ACK^T02^ACK|A-1|T|2.6|||||FRA|UNICODE UTF-8
MSA|AE|M-1
ERR||PID^1^3|101^Required field missing^messageErrorCondition|E"""

PAM = ("2.5^FRA^2.11", "2.11^IHE_FRANCE-2.11-PAM")


def adt(event: str, structure: str, rest: str, visit: str = VISIT) -> str:
    return f"""{header(f"ADT^{event}^{structure}", "P-1", *PAM, mode="GAM|CHU|DPI|CHU")}
EVN||20260105163000||||20260102080000
{PID}
{visit}
{rest}"""


UNIT = "Chir^^^^^CHU&1.2.250.1.213.99.1&ISO^UF^^^6268"
A01 = adt(
    "A01",
    "ADT_A01",
    f"""ZBE|312^CHU|20260102080000||INSERT|N||{UNIT}|{UNIT}|HMS
ZFA|ACTIF|20260102080000|||||||INO|20260102080000|NA|
ZFM|8
ZFD|||Y|N|INSI|20260101||""",
)
A11 = adt("A11", "ADT_A09", f"ZBE|312^CHU|20260102080000||CANCEL|N|A01|{UNIT}|{UNIT}|HMS")
A28 = adt("A28", "ADT_A05", "ZFD|||Y|N|INSI|20260101|CN", visit="PV1|1|N")
A40 = f"""{header("ADT^A40^ADT_A39", "P-2", *PAM, mode="GAM|CHU|DPI|CHU")}
{EVENT}
{PID}
MRG|IPP-41^^^CLINIQUE&1.2.250.1.213.99.1&ISO^PI"""

TLR = f"""{header("ORM^O01^ORM_O01", "T-1", "2.5.1", "1.0^CISIS_TLR_HL7_V2", mode="RIS|CHU|TLR|CHU")}
{PID}
PV1|1|O|UF1||||||||||||||||V-9^^^CLINIQUE&1.2.250.1.213.99.1&ISO^VN
ORC|NW|D-1^^1.2.250.1.213.99.3^ISO
OBR|1|D-1^^1.2.250.1.213.99.3^ISO||TRANSMISSION_DEMANDE^Demande^TLR_OBR_PROCEDURE
OBX|1|CE|MODALITE_IMAGERIE^Modalité^TLR_OBSERVATION||MR^IRM^DCM||||||O"""
OML = f"""{header("OML^O21^OML_O21", "O-1", "2.5", "", mode="DPI|CHU|SGL|LABO")}
{PID}
ORC|NW|D-2
OBR|1|D-2||2093-3^Cholestérol^LN
OBX|1|NM|2093-3^Cholestérol^LN||1.8|g/L|||||F"""

REQUEST = mdm()
ANSWER = """MSH|^~\\&|PFI|CHU|DPI|CHU|20260105163001||ACK^T02^ACK|A-1|T|2.6|||||FRA|UNICODE UTF-8
MSA|AA|M-1"""

BASES: dict[str, str] = {
    "mdm": REQUEST,
    "t10": mdm("T10", "RO", "C", "PD94UlBM…"),
    "t04": mdm("T04", "CA", "D"),
    "oru": ORU,
    "lps": LPS,
    "z01": Z01,
    "z02": Z02,
    "ack": ACK,
    "a01": A01,
    "a11": A11,
    "a28": A28,
    "a40": A40,
    "tlr": TLR,
    "oml": OML,
    "capture": f"{REQUEST}\n{ANSWER}",
}


@cache
def documents() -> dict[str, str]:
    """The base64 of each document by its name in the texts."""
    sound = discharge_letter(letter())
    replacing = discharge_letter(letter(id="1.2.250.1.213.99.2.2", replaces="1.2.250.1.213.99.2.1", version=2))
    restricted = discharge_letter(letter(confidentiality="R"))
    found = {"PD94bWwg…": sound, "PD94UlBM…": replacing, "PD94UkVT…": restricted}
    return {name: base64.b64encode(content).decode() for name, content in found.items()}


def sent(text: str) -> bytes:
    """The bytes of a text: segments end with CR, documents in base64, ``<hh>`` a byte."""
    for name, content in documents().items():
        text = text.replace(name, content)
    data = text.strip("\n").replace("\n", "\r").encode()
    return re.sub(rb"<([0-9A-F]{2})>", lambda found: bytes.fromhex(found[1].decode()), data) + b"\r"
