"""One honest laboratory report and one honest rapid test: the header of our letter, and a body of every entry."""

from __future__ import annotations

from lxml import etree

from banc_standards.cda.build import discharge_letter
from banc_standards.cda.names import HL7, V3, XSI

from ..letters import letter

LOINC = "2.16.840.1.113883.6.1"
NCBI = "2.16.840.1.113883.3.9471"
_WHEN = "20260105163000+0100"
_LAB = "1.3.6.1.4.1.19376.1.3"
_FR = "1.2.250.1.213.1.1"
_PERSON = "<assignedPerson><name><family>DURAND</family><given>ALICE</given></name></assignedPerson>"
_ID = '<id root="1.2.250.1.71.4.2.1" extension="899900000011"/>'
_JOB = '<code code="G15_10/SM03" displayName="Biologie médicale" codeSystem="1.2.250.1.213.1.1.4.5"/>'
_WAY = '<addr nullFlavor="NASK"/><telecom nullFlavor="NASK"/>'


def _organization(setting: str = "AMBULATOIRE") -> str:
    return f"""<representedOrganization><id root="1.2.250.1.71.4.2.2" extension="1990000001"/>
      <name>LABORATOIRE FICTIF</name><telecom nullFlavor="NASK"/><addr nullFlavor="NASK"/>
      <standardIndustryClassCode code="{setting}" displayName="Ambulatoire" codeSystem="1.2.250.1.213.1.1.4.9"/>
    </representedOrganization>"""


def _performer(setting: str = "AMBULATOIRE") -> str:
    return f"""<performer typeCode="PRF"><templateId root="{_LAB}.3.1.7"/><time value="{_WHEN}"/>
      <assignedEntity>{_ID}{_JOB}{_WAY}{_PERSON}{_organization(setting)}</assignedEntity></performer>"""


_AUTHENTICATOR = f"""<authenticator><templateId root="{_LAB}.3.1.5"/><time value="{_WHEN}"/><signatureCode code="S"/>
  <assignedEntity>{_ID}{_JOB}{_WAY}{_PERSON}{_organization()}</assignedEntity></authenticator>"""
_ACT = """<documentationOf><serviceEvent><code code="{}" displayName="Microbiologie" codeSystem="{}"/>
  <effectiveTime><low value="20260105"/></effectiveTime>{}</serviceEvent></documentationOf>"""
_RESPONSIBLE = f"<responsibleParty><assignedEntity>{_ID}{_JOB}{_PERSON}</assignedEntity></responsibleParty>"
_COMPLETED = f'<statusCode code="completed"/><effectiveTime value="{_WHEN}"/>'
_TEXT = '<originalText><reference value="#r1"/></originalText>'
_LOINC_CODE = f'<code code="3016-3" displayName="TSH" codeSystem="{LOINC}">{_TEXT}</code>'
_LOCAL_CODE = f"""<code>{_TEXT}<translation code="1234" displayName="TSH locale"
  codeSystem="1.2.250.1.213.99.7" codeSystemName="Codes locaux"/></code>"""


def _result(code: str, rest: str = "") -> str:
    return f"""<observation classCode="OBS" moodCode="EVN"><templateId root="{_LAB}.1.6"/>
      <templateId root="{_FR}.3.80"/>{code}{_COMPLETED}<value xsi:type="PQ" value="1.95" unit="m[IU]/L"/>
      <interpretationCode code="N" displayName="Normal" codeSystem="2.16.840.1.113883.5.83"/>{rest}</observation>"""


_EARLIER = f"""<entryRelationship typeCode="REFR"><observation classCode="OBS" moodCode="EVN">
    {_LOINC_CODE}{_COMPLETED}<value xsi:type="PQ" value="1.90" unit="m[IU]/L"/></observation></entryRelationship>"""
_RANGE = """<referenceRange typeCode="REFV"><observationRange classCode="OBS" moodCode="EVN.CRT">
    <value xsi:type="IVL_PQ"><low value="0.27" unit="m[IU]/L"/><high value="4.2" unit="m[IU]/L"/></value>
    <interpretationCode code="N" codeSystem="2.16.840.1.113883.5.83"/></observationRange></referenceRange>"""
_BATTERY = """<organizer classCode="BATTERY" moodCode="EVN"><templateId root="{}.1.4"/><templateId root="{}.3.78"/>
    <id root="770A1C31-B9D5-5638-9DE8-26D624BD2CE4"/><statusCode code="completed"/>{}</organizer>"""


def _battery(*results: str) -> str:
    return _BATTERY.format(_LAB, _FR, "".join(f'<component typeCode="COMP">{result}</component>' for result in results))


_ISOLATE = f"""<organizer classCode="CLUSTER" moodCode="EVN"><templateId root="{_LAB}.1.5"/>
  <templateId root="{_FR}.3.79"/><statusCode code="completed"/>
  <specimen typeCode="SPC"><specimenRole classCode="SPEC"><specimenPlayingEntity classCode="MIC">
    <code code="112283007" displayName="Escherichia coli" codeSystem="2.16.840.1.113883.6.96">
      <translation code="562" displayName="Escherichia coli" codeSystem="{NCBI}"/></code>
  </specimenPlayingEntity></specimenRole></specimen>
  {_performer()}
  <component typeCode="COMP">{_battery(_result(_LOINC_CODE))}</component></organizer>"""
_SPECIMEN = f"""<procedure classCode="PROC" moodCode="EVN"><templateId root="{_LAB}.1.2"/>
  <templateId root="{_FR}.3.77"/><code code="33882-2" displayName="Prélèvement" codeSystem="{LOINC}"/>
  <effectiveTime value="{_WHEN}"/><targetSiteCode code="20795001" codeSystem="2.16.840.1.113883.6.96"/>
  <participant typeCode="PRD"><participantRole classCode="SPEC">
    <id root="1.2.250.1.213.99.8" extension="E-1"/></participantRole></participant>
  <entryRelationship typeCode="COMP"><act classCode="ACT" moodCode="EVN"><templateId root="{_LAB}.1.3"/>
    <templateId root="{_FR}.3.107"/><code code="SPRECEIVE" codeSystem="1.3.5.1.4.1.19376.1.5.3.2"/>
    <effectiveTime value="{_WHEN}"/></act></entryRelationship></procedure>"""
_SUBJECT = f"""<subject typeCode="SBJ"><templateId root="{_LAB}.3.1.2.1"/><relatedSubject classCode="PRS">
  <code code="11713004" displayName="eau" codeSystem="2.16.840.1.113883.6.96"/>
  <addr><city>PARIS</city></addr></relatedSubject></subject>"""


def _entry(*parts: str, subject: str = "") -> str:
    relations = "".join(f'<entryRelationship typeCode="COMP">{part}</entryRelationship>' for part in parts)
    return f"""<entry typeCode="DRIV"><templateId root="{_LAB}.1"/><templateId root="{_FR}.3.21"/>
      <act classCode="ACT" moodCode="EVN"><code code="18725-2" displayName="Microbiologie" codeSystem="{LOINC}"/>
      <statusCode code="completed"/><effectiveTime><low value="20260104"/><high value="20260105"/></effectiveTime>
      {subject}{relations}</act></entry>"""


_CODE = f'<code code="{{}}" displayName="Section" codeSystem="{LOINC}"/><title>Section</title>'
_NARRATIVE = '<text><content ID="r1">TSH</content></text>'


def _section(roots: tuple[str, ...], code: str, rest: str) -> str:
    templates = "".join(f'<templateId root="{root}"/>' for root in roots)
    return f"<component><section>{templates}{_CODE.format(code)}{rest}</section></component>"


_COPY = f"""<text><content ID="copie">Copie</content><renderMultiMedia referencedObject="doc-1"/></text><entry>
  <organizer classCode="CLUSTER" moodCode="EVN"><templateId root="{_FR}.3.18"/>
  <id root="88BEB395-3B4C-37F5-9A31-03BEA73A8D8B"/><code code="55107-7" codeSystem="{LOINC}"/>
  <statusCode code="completed"/>
  <component><observation classCode="OBS" moodCode="EVN"><templateId root="1.3.6.1.4.1.19376.1.5.3.1.4.13"/>
    <templateId root="{_FR}.3.48"/><templateId root="{_FR}.3.48.18"/>
    <id root="0D1629B3-CC69-4632-81F3-2301FD4C318B"/>
    <code code="69764-9" displayName="Type de document" codeSystem="{LOINC}"/>
    <text><reference value="#copie"/></text><statusCode code="completed"/><effectiveTime nullFlavor="NA"/>
    <value xsi:type="CD" code="55108-5" displayName="Copie du document" codeSystem="{LOINC}"/></observation></component>
  <component><observationMedia classCode="OBS" moodCode="EVN" ID="doc-1">
    <value mediaType="application/pdf" representation="B64">JVBERi0xLjQK</value></observationMedia></component>
  </organizer></entry>"""
_SECTIONS = (
    _section(
        (f"{_LAB}.3.2.1", f"{_FR}.2.70"),
        "18725-2",
        _NARRATIVE
        + _entry(
            _result(_LOINC_CODE, f"{_RANGE}{_EARLIER}"),
            _result(_LOCAL_CODE),
            _battery(_result(_LOINC_CODE), _result(_LOCAL_CODE)),
            _ISOLATE,
            _SPECIMEN,
            subject=_SUBJECT,
        ),
    ),
    _section(
        (f"{_LAB}.3.2.1", f"{_FR}.2.70"),
        "18719-5",
        _section((f"{_LAB}.3.2.2", f"{_FR}.2.71"), "18719-5", _NARRATIVE + _entry(_result(_LOINC_CODE))),
    ),
    _section((f"{_FR}.2.60",), "11502-2", _NARRATIVE),
    _section(
        (f"{_FR}.2.147",),
        "11369-6",
        """<text>Vaccin</text><entry><substanceAdministration classCode="SBADM" moodCode="EVN">
        <code code="I10" displayName="Hypertension" codeSystem="2.16.840.1.113883.6.3"/>
        <doseQuantity><low value="1" unit="{tbl}"/><high value="2" unit="{tbl}"/></doseQuantity>
        <rateQuantity><low value="1" unit="mL/h"/></rateQuantity></substanceAdministration></entry>""",
    ),
    _section((f"{_FR}.2.243",), "55108-5", _COPY).replace("<title>Section", "<title>Copie du document"),
)
_DEVICE = """<participant typeCode="DEV"><participantRole classCode="MANU"><id root="2.51.1.1" extension="UDI-1"/>
  <playingDevice><code code="T1" codeSystem="1.2.250.1.213.99.9"><originalText><reference value="#r1"/></originalText>
  </code></playingDevice></participantRole></participant>"""


def _parts(text: str) -> list[etree._Element]:
    return list(etree.fromstring(f'<x xmlns="{HL7}" xmlns:xsi="{XSI}">{text}</x>'))


def _found(root: etree._Element, path: str) -> etree._Element:
    [element] = root.findall("/".join(V3 + name for name in path.split("/")))
    return element


def _document(models: str, code: tuple[str, str], title: str, act: str, sections: tuple[str, ...]) -> bytes:
    root = etree.fromstring(discharge_letter(letter()))
    last = _found(root, "templateId[3]")
    for part in _parts(models):
        last.addprevious(part)
    root.remove(last)
    _found(root, "code").attrib.update({"code": code[0], "displayName": code[1]})
    _found(root, "title").text = title
    for path in ("addr", "telecom"):
        _found(root, f"recordTarget/patientRole/{path}").set("nullFlavor", "UNK")
    stay = _found(root, "documentationOf")
    for part in _parts(_AUTHENTICATOR + act):
        stay.addprevious(part)
    root.remove(stay)
    for part in _parts(_RESPONSIBLE):
        _found(root, "componentOf/encompassingEncounter/location").addprevious(part)
    body = _found(root, "component/structuredBody")
    body[:] = _parts("".join(sections))
    return etree.tostring(root)


def report(version: str = "2024.01") -> bytes:
    """A structured report; without a version its model is announced as the oldest ones are."""
    extension = f' extension="{version}"' if version else ""
    return _document(
        f'<templateId root="{_LAB}.3"/><templateId root="{_FR}.1.55"{extension}/>',
        ("11502-2", "CR d'examens biologiques"),
        "Compte rendu d'examens biologiques",
        _ACT.format("18725-2", LOINC, _performer()) + _ACT.format("18719-5", LOINC, ""),
        _SECTIONS,
    )


def screening() -> bytes:
    """The report of a rapid test."""
    chapter = _section(
        (f"{_LAB}.3.2.1", f"{_FR}.2.70"),
        "18725-2",
        _NARRATIVE + _entry(_result(_LOINC_CODE), subject=_DEVICE),
    )
    return _document(
        f'<templateId root="1.3.6.1.4.1.19376.1.5.3.1.1.1"/><templateId root="{_FR}.1.59" extension="2024.01"/>',
        ("96173-0", "Test rapide d'orientation diagnostique"),
        "Test rapide d'orientation diagnostique : angine",
        _ACT.format("J02.0", "2.16.840.1.113883.6.3", _performer("DEPISTAGE")),
        (chapter,),
    )
