"""SOAP 1.2, WS-Addressing and MTOM as the national services speak them (dmp.md §3, insi.md §2)."""
