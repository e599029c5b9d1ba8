"""A small pack of our own, laid out as the published one is."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("saxonche", reason="the XSLT engine of packs is not installed")

_SCHEMA = """<schema xmlns="http://purl.oclc.org/dsdl/schematron" queryBinding="xslt2"{phase}>
<ns prefix="cda" uri="urn:hl7-org:v3"/><ns prefix="svs" uri="urn:ihe:iti:svs:2008"/>{body}</schema>"""

FILES = {
    "jeuxDeValeurs/JDV_Sexe.xml": """<RetrieveValueSetResponse xmlns="urn:ihe:iti:svs:2008"><ValueSet><ConceptList>
<Concept code="F" codeSystem="2.16.840.1.113883.5.1"/></ConceptList></ValueSet></RetrieveValueSetResponse>""",
    "infrastructure/cda/CDA_extended.xsd": """<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema"
targetNamespace="urn:hl7-org:v3" elementFormDefault="qualified"><xs:element name="ClinicalDocument"><xs:complexType>
<xs:sequence><xs:any processContents="skip" maxOccurs="unbounded"/></xs:sequence>
<xs:anyAttribute processContents="skip"/></xs:complexType></xs:element></xs:schema>""",
    "schematrons/abstract/connu.sch": """<pattern xmlns="http://purl.oclc.org/dsdl/schematron" id="connu"
abstract="true"><rule context="$element"><let name="code" value="@code"/>
<assert test="document($jeu)//svs:Concept[@code = $code]"
>le code <value-of select="$code"/> n'est pas dans <value-of select="$jeu"/></assert></rule></pattern>""",
    "schematrons/profils/structurationMinimale/ASIP-STRUCT-MIN-StrucMin.sch": _SCHEMA.format(
        phase="",
        body="""<pattern id="titre"><rule context="cda:ClinicalDocument/cda:title"><assert test=". != ''" id="T1"
>un titre est attendu</assert><report test="contains(., '!')" role="warning">titre <emph>trop</emph> vif</report></rule>
<rule context="cda:ClinicalDocument/cda:title"><assert test="false()"
>seule la première règle vaut</assert></rule></pattern>""",
    ),
    "schematrons/profils/IHE.sch": _SCHEMA.format(
        phase=' defaultPhase="toutes"',
        body="""<include href="../abstract/Connu.sch"/><include href="../abstract/parti.sch"/>
<phase id="toutes"><active pattern="chemins"/><active pattern="sexe"/><active pattern="langue"/></phase>
<pattern id="chemins"><let name="sexes" value="'../../jeuxDeValeurs/jdv_sexe.xml'"/>
<let name="langues" value="'../../jeuxDeValeurs/JDV_Langue.xml'"/></pattern>
<pattern id="sexe" is-a="connu"><param name="element" value="cda:administrativeGenderCode"/>
<param name="jeu" value="$sexes"/></pattern>
<pattern id="langue" is-a="connu"><param name="element" value="cda:languageCode"/>
<param name="jeu" value="$langues"/></pattern>
<pattern id="endormi"><rule context="*"><assert test="false()">hors de la phase</assert></rule></pattern>""",
    ),
    "schematrons/profils/CI-SIS_ModelesDeContenusCDA.sch": _SCHEMA.format(
        phase="",
        body="""<pattern id="ids"><rule abstract="true" id="un"><assert test="@root">racine attendue</assert></rule>
<rule context="cda:id"><extends rule="un"/></rule>
<rule context="cda:typeId/@root"><assert test="matches(., '^[0-9.]+$')"
>racine <name/> illisible</assert></rule></pattern>""",
    ),
    "schematrons/profils/CI-SIS_Modeles_ANS.sch": "<schema xmlns='urn:autre'/>",
    "schematrons/profils/terminologies/schematron/terminologie.sch": _SCHEMA.format(
        phase="",
        body="""<pattern><rule context="cda:ClinicalDocument/cda:code"><assert test="not(doc-available(
concat('../terminologie/', @codeSystem, '.xml'))
and not(doc(concat('../terminologie/', @codeSystem, '.xml'))//c[. = current()/@code]))"
>code inconnu</assert></rule></pattern>""",
    ),
    "schematrons/profils/terminologies/terminologie/2.16.840.1.113883.6.1.xml": "<t><c>11490-0</c></t>",
    "schematrons/CI-SIS_LDL-SES_2022.01.sch": _SCHEMA.format(
        phase="",
        body="""<pattern id="volet"><rule context="cda:ClinicalDocument"><assert test="cda:component"
>un corps est attendu</assert></rule></pattern>""",
    ),
}


@pytest.fixture(scope="session")
def pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the pack, read only by convention."""
    root = tmp_path_factory.mktemp("packs") / "lot"
    for name, text in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> object:
    """Compiled stylesheets of the tests stay with the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BANC_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield
