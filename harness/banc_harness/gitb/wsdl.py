"""The WSDL that we serve: the validation service of GITB, its types as a client needs them, in our own words."""

from __future__ import annotations

from typing import Final
from xml.sax.saxutils import quoteattr

from banc_harness.gitb.names import CORE, SOAP_PATH, TR, VS, WSDL, WSDL_SOAP, XSD

_OPERATIONS: Final = (
    ("getModuleDefinition", "GetModuleDefinitionRequest", "GetModuleDefinitionResponse"),
    ("validate", "ValidateRequest", "ValidationResponse"),
)


def document(url: str) -> bytes:
    """The WSDL 1.1 document, whose service stands at ``url``."""
    address = url if url.endswith(SOAP_PATH) else f"{url.rstrip('/')}{SOAP_PATH}"
    messages = "".join(
        f'<wsdl:message name="{name}"><wsdl:part name="parameters" element="vs:{name}"/></wsdl:message>'
        for _, asked, answered in _OPERATIONS
        for name in (asked, answered)
    )
    port = "".join(
        f'<wsdl:operation name="{name}"><wsdl:input message="vs:{asked}"/><wsdl:output message="vs:{answered}"/>'
        "</wsdl:operation>"
        for name, asked, answered in _OPERATIONS
    )
    binding = "".join(
        f'<wsdl:operation name="{name}"><soap:operation soapAction="" style="document"/>'
        '<wsdl:input><soap:body use="literal"/></wsdl:input><wsdl:output><soap:body use="literal"/></wsdl:output>'
        "</wsdl:operation>"
        for name, _, _ in _OPERATIONS
    )
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<wsdl:definitions xmlns:wsdl="{WSDL}" xmlns:soap="{WSDL_SOAP}" xmlns:xs="{XSD}" xmlns:vs="{VS}" xmlns:core="{CORE}"
    xmlns:tr="{TR}" targetNamespace="{VS}" name="ValidationService">
<wsdl:types>{_CORE_TYPES}{_REPORT_TYPES}{_SERVICE_TYPES}</wsdl:types>
{messages}
<wsdl:portType name="ValidationService">{port}</wsdl:portType>
<wsdl:binding name="ValidationServiceBinding" type="vs:ValidationService">
<soap:binding transport="http://schemas.xmlsoap.org/soap/http"/>{binding}</wsdl:binding>
<wsdl:service name="ValidationService"><wsdl:port name="ValidationServicePort" binding="vs:ValidationServiceBinding">
<soap:address location={quoteattr(address)}/></wsdl:port></wsdl:service>
</wsdl:definitions>""".encode()


_CORE_TYPES: Final = f"""<xs:schema targetNamespace="{CORE}" elementFormDefault="qualified">
<xs:complexType name="AnyContent"><xs:sequence>
<xs:element name="item" type="core:AnyContent" minOccurs="0" maxOccurs="unbounded"/>
<xs:element name="value" type="xs:string" minOccurs="0"/></xs:sequence>
<xs:attribute name="name" type="xs:string"/><xs:attribute name="embeddingMethod" type="core:ValueEmbeddingEnumeration"/>
<xs:attribute name="type" type="xs:string"/><xs:attribute name="encoding" type="xs:string"/></xs:complexType>
<xs:simpleType name="ValueEmbeddingEnumeration"><xs:restriction base="xs:string"><xs:enumeration value="STRING"/>
<xs:enumeration value="BASE64"/><xs:enumeration value="URI"/></xs:restriction></xs:simpleType>
<xs:complexType name="Configuration"><xs:simpleContent><xs:extension base="xs:string">
<xs:attribute name="name" type="xs:string" use="required"/></xs:extension></xs:simpleContent></xs:complexType>
<xs:complexType name="Metadata"><xs:sequence><xs:element name="name" type="xs:string"/>
<xs:element name="version" type="xs:string" minOccurs="0"/></xs:sequence></xs:complexType>
<xs:complexType name="TypedParameter"><xs:simpleContent><xs:extension base="xs:string">
<xs:attribute name="name" type="xs:string" use="required"/><xs:attribute name="type" type="xs:string" use="required"/>
<xs:attribute name="use" type="xs:string"/><xs:attribute name="kind" type="xs:string"/>
<xs:attribute name="desc" type="xs:string"/></xs:extension></xs:simpleContent></xs:complexType>
<xs:complexType name="TypedParameters"><xs:sequence>
<xs:element name="param" type="core:TypedParameter" minOccurs="0" maxOccurs="unbounded"/></xs:sequence></xs:complexType>
<xs:complexType name="ValidationModule"><xs:sequence><xs:element name="metadata" type="core:Metadata"/>
<xs:element name="inputs" type="core:TypedParameters" minOccurs="0"/></xs:sequence>
<xs:attribute name="id" type="xs:string"/><xs:attribute name="operation" type="xs:string"/></xs:complexType>
</xs:schema>"""

_REPORT_TYPES: Final = f"""<xs:schema targetNamespace="{TR}" elementFormDefault="qualified">
<xs:import namespace="{CORE}"/>
<xs:simpleType name="TestResultType"><xs:restriction base="xs:string"><xs:enumeration value="SUCCESS"/>
<xs:enumeration value="FAILURE"/><xs:enumeration value="WARNING"/><xs:enumeration value="UNDEFINED"/>
</xs:restriction></xs:simpleType>
<xs:complexType name="ValidationCounters"><xs:sequence>
<xs:element name="nrOfAssertions" type="xs:integer" minOccurs="0"/><xs:element name="nrOfErrors" type="xs:integer"
minOccurs="0"/><xs:element name="nrOfWarnings" type="xs:integer" minOccurs="0"/></xs:sequence></xs:complexType>
<xs:complexType name="TestAssertionReportType"/>
<xs:complexType name="BAR"><xs:complexContent><xs:extension base="tr:TestAssertionReportType"><xs:sequence>
<xs:element name="assertionID" type="xs:string" minOccurs="0"/><xs:element name="description" type="xs:string"
minOccurs="0"/><xs:element name="location" type="xs:string" minOccurs="0"/><xs:element name="test" type="xs:string"
minOccurs="0"/><xs:element name="type" type="xs:string" minOccurs="0"/><xs:element name="value" type="xs:string"
minOccurs="0"/></xs:sequence></xs:extension></xs:complexContent></xs:complexType>
<xs:complexType name="TestAssertionGroupReportsType"><xs:choice minOccurs="0" maxOccurs="unbounded">
<xs:element name="info" type="tr:TestAssertionReportType"/><xs:element name="warning"
type="tr:TestAssertionReportType"/><xs:element name="error" type="tr:TestAssertionReportType"/></xs:choice>
</xs:complexType>
<xs:complexType name="TestStepReportType"><xs:sequence><xs:element name="date" type="xs:dateTime"/>
<xs:element name="result" type="tr:TestResultType"/></xs:sequence><xs:attribute name="id" type="xs:string"/>
</xs:complexType>
<xs:complexType name="TAR"><xs:complexContent><xs:extension base="tr:TestStepReportType"><xs:sequence>
<xs:element name="counters" type="tr:ValidationCounters" minOccurs="0"/>
<xs:element name="context" type="core:AnyContent" minOccurs="0"/>
<xs:element name="reports" type="tr:TestAssertionGroupReportsType" minOccurs="0"/></xs:sequence>
<xs:attribute name="name" type="xs:string"/></xs:extension></xs:complexContent></xs:complexType></xs:schema>"""

_SERVICE_TYPES: Final = f"""<xs:schema targetNamespace="{VS}" elementFormDefault="unqualified">
<xs:import namespace="{CORE}"/><xs:import namespace="{TR}"/>
<xs:element name="GetModuleDefinitionRequest"><xs:complexType/></xs:element>
<xs:element name="GetModuleDefinitionResponse"><xs:complexType><xs:sequence>
<xs:element name="module" type="core:ValidationModule"/></xs:sequence></xs:complexType></xs:element>
<xs:element name="ValidateRequest"><xs:complexType><xs:sequence>
<xs:element name="sessionId" type="xs:string" minOccurs="0"/>
<xs:element name="config" type="core:Configuration" minOccurs="0" maxOccurs="unbounded"/>
<xs:element name="input" type="core:AnyContent" minOccurs="0" maxOccurs="unbounded"/></xs:sequence></xs:complexType>
</xs:element>
<xs:element name="ValidationResponse"><xs:complexType><xs:sequence>
<xs:element name="report" type="tr:TAR" minOccurs="0"/></xs:sequence></xs:complexType></xs:element></xs:schema>"""
