"""Namespaces and addresses of the GITB validation service, version 1."""

from __future__ import annotations

from typing import Final

VS: Final = "http://www.gitb.com/vs/v1/"
CORE: Final = "http://www.gitb.com/core/v1/"
TR: Final = "http://www.gitb.com/tr/v1/"
SOAP11: Final = "http://schemas.xmlsoap.org/soap/envelope/"
XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"
XSD: Final = "http://www.w3.org/2001/XMLSchema"
WSDL: Final = "http://schemas.xmlsoap.org/wsdl/"
WSDL_SOAP: Final = "http://schemas.xmlsoap.org/wsdl/soap/"

SOAP_PATH: Final = "/gitb/validation"
REST_PATH: Final = "/gitb/api/validate"
SERVICE_ID: Final = "banc-segur"
"""What the module calls itself."""
MOST_BYTES: Final = 70 * 2**20
"""Of one request: a document of the largest kind in base64."""
