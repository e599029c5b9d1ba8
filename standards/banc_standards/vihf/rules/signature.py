"""The rules of the assertion's signature, judged by ``vihf.verify`` while it verifies. All refuse everywhere."""

from __future__ import annotations

from banc_standards.errors import Sentence
from banc_standards.rules import Rule, holds

_RESIGN = Sentence(
    "Signer l'assertion entière, une fois remplie, et l'envoyer sans la retoucher.",
    "Sign the whole assertion once it is filled in, and send it untouched.",
)


def _rule(number: int, text: Sentence, clause: str, fix: Sentence = _RESIGN) -> Rule:
    return Rule(
        id=f"VIHF-SIG-{number:03d}",
        text=text,
        clause=clause,
        fix=fix,
        check=holds,
        code="DMPMockInvalidVihf",
        always=True,
    )


RULES: tuple[Rule, ...] = (
    _rule(
        1,
        Sentence(
            "L'en-tête wsse:Security porte le nombre d'assertions que l'opération demande, sans autre ailleurs.",
            "The wsse:Security header holds the number of assertions that the operation asks for, and there are none "
            "elsewhere.",
        ),
        "DMP, transport (exemples de messages v02.05.00); WSS SAML Token Profile 1.1 §3.4",
        Sentence("Envoyer une assertion, et une seule.", "Send one assertion, and one only."),
    ),
    _rule(
        2,
        Sentence(
            "L'ID de l'assertion ne désigne qu'un élément du message.",
            "The ID of the assertion points to one element of the message only.",
        ),
        "SAML 2.0 core §1.3.4",
        Sentence("Donner à chaque assertion un ID neuf.", "Give each assertion a fresh ID."),
    ),
    _rule(
        3,
        Sentence(
            "L'assertion porte une signature, et une seule, en enfant direct.",
            "The assertion holds one signature, and one only, as its own child.",
        ),
        "VIHF 3.0, assertion; SAML 2.0 core §5.4",
    ),
    _rule(
        4,
        Sentence(
            "La signature désigne son assertion par #ID, avec les seules transformations enveloped-signature et C14N "
            "exclusive.",
            "The signature points to its assertion by #ID, with no transforms but enveloped-signature and exclusive "
            "C14N.",
        ),
        "VIHF 3.0, assertion; SAML 2.0 core §5.4.2, §5.4.4",
    ),
    _rule(
        5,
        Sentence("La signature de l'assertion est juste.", "The signature of the assertion is right."),
        "VIHF 3.0, assertion; W3C XML Signature §3.2",
    ),
    _rule(
        6,
        Sentence(
            "La signature porte son certificat (KeyInfo/X509Data/X509Certificate).",
            "The signature carries its certificate (KeyInfo/X509Data/X509Certificate).",
        ),
        "VIHF 3.0, assertion",
        Sentence("Ajouter le certificat de signature.", "Add the signing certificate."),
    ),
    _rule(
        7,
        Sentence(
            "La signature emploie RSA-SHA256, ou RSA-SHA1 là où il est encore admis.",
            "The signature uses RSA-SHA256, or RSA-SHA1 where it is still allowed.",
        ),
        "VIHF 3.0, assertion (ANS, volet CDA en HL7 v2)",
        Sentence("Signer en RSA-SHA256 avec un condensé SHA-256.", "Sign with RSA-SHA256 over a SHA-256 digest."),
    ),
)
BY_ID = {rule.id: rule for rule in RULES}
