"""Each rule of INSi lets the right request pass and finds its own break."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from lxml import etree

from banc_standards.insi import build, faults, names, read
from banc_standards.insi.card_rules import CARD_RULES
from banc_standards.insi.model import PsAssertion, Search, Software
from banc_standards.insi.rules import RULES
from banc_standards.insi.subject import InsiSubject, moment
from banc_standards.insi.verification_rules import RULES as VERIFICATION_RULES
from banc_standards.rules import Registry, judge
from banc_standards.soap import read as soap
from banc_standards.soap.build import serialize
from banc_standards.soap.names import SAML, SOAP11, SOAP12, WSA

NOW = datetime(2026, 11, 21, 10, 0, tzinfo=UTC)
IDNAT, STRUCTURE = "899900000029", "1990000010"
SOFTWARE = Software("dossier-plus", "4.2.1", "IDAM-1", "0190a6f0-0000-7000-8000-000000000001")
SEARCH = Search("D'AUBEPINE--ROUX", ("MARIE-ANGE",), "F", "1985-06-30", "2A004")
IDS = [f"0190a6f0-0000-7000-8000-{n:012d}" for n in range(2, 5)]
BAM, LPS, REC = names.CTXBAM, names.CTXLPS, names.REC_SANS


def certificate(cn: str) -> x509.Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, STRUCTURE), x509.NameAttribute(NameOID.COMMON_NAME, cn)]
    )
    builder = x509.CertificateBuilder(name, name, key.public_key(), 1, NOW, NOW + timedelta(days=1))
    return builder.sign(key, hashes.SHA256())


CARD, MANU, OTHER = certificate(IDNAT), certificate("INSI-MANU"), certificate("insi-manu")
PS = PsAssertion(
    assertion_id="_" + IDS[0],
    issue_instant=NOW - timedelta(minutes=5),
    issuer=CARD.subject.rfc4514_string(),
    name_id=IDNAT,
    billing="990000069",
    sector="SA07",
    speciality="01",
)
Edit = Callable[[etree._Element], None]


def request(edit: Edit | None = None, search: Search = SEARCH, sender: str = IDNAT, **changed) -> read.Request:
    root = build.search_request(
        search,
        message_id=IDS[0],
        bam_id=IDS[1],
        lps_id=IDS[2],
        at=NOW,
        sender=sender,
        software=SOFTWARE,
        assertion=build.ps_assertion(PS),
    )
    if edit is not None:
        edit(root)
    return read.request(soap.read(serialize(root)), **changed)


def card(edit: Edit | None = None, *, signed: bool = True, **changed) -> InsiSubject:
    """A card holder's call; ``edit`` changes the message."""
    return InsiSubject(
        request=request(edit, **changed),
        now=NOW,
        signing_certificate=CARD if signed else None,
        assertion=read.assertion(build.ps_assertion(PS), signed=signed),
        accepted={"IDAM-1": "dossier-plus"},
        physician=True,
    )


def ps(**changed) -> InsiSubject:
    """A card holder's call whose verified assertion says something else."""
    verified = read.assertion(build.ps_assertion(PS), signed=True)
    return replace(card(), assertion=replace(verified, **changed))


def psc(**changed) -> InsiSubject:
    """A Pro Santé Connect user's call."""
    assertion = read.assertion(build.ps_assertion(replace(PS, qualifier="PSC")), signed=False)
    return replace(card(), assertion=assertion, signing_certificate=None, bearer=True, **changed)


def organisation(**changed) -> InsiSubject:
    """A structure's call, its certificate shown."""

    def unsecured(root: etree._Element) -> None:
        root[0].remove(root[0][2])

    subject = InsiSubject(
        request=request(unsecured, sender=STRUCTURE),
        now=NOW,
        mutual_tls=True,
        certificate=MANU,
        accepted={"IDAM-1": "dossier-plus"},
    )
    return replace(subject, **changed)


def drop(namespace: str, name: str) -> Edit:
    def edit(root: etree._Element) -> None:
        element = root.find(f".//{{{namespace}}}{name}")
        element.getparent().remove(element)

    return edit


def write(namespace: str, name: str, text: str) -> Edit:
    def edit(root: etree._Element) -> None:
        root.find(f".//{{{namespace}}}{name}").text = text

    return edit


def mark(namespace: str, name: str, attribute: str, value: str) -> Edit:
    def edit(root: etree._Element) -> None:
        root.find(f".//{{{namespace}}}{name}").set(attribute, value)

    return edit


def twice(namespace: str, name: str) -> Edit:
    def edit(root: etree._Element) -> None:
        element = root.find(f".//{{{namespace}}}{name}")
        element.addnext(etree.fromstring(etree.tostring(element)))

    return edit


def swap(root: etree._Element) -> None:
    """Puts the sex before the given name."""
    body = root.find(f".//{{{REC}}}RECSANSVITALE")
    body.insert(1, body.find(f"{{{REC}}}Sexe"))


def cover(content: str) -> Edit:
    """Fills COUVERTURE."""

    def edit(root: etree._Element) -> None:
        element = root.find(f".//{{{BAM}}}COUVERTURE")
        element.extend(etree.fromstring(f'<ctxbam:x xmlns:ctxbam="{BAM}">{content}</ctxbam:x>'))

    return edit


def rename(namespace: str, name: str, new: str) -> Edit:
    def edit(root: etree._Element) -> None:
        root.find(f".//{{{namespace}}}{name}").tag = new

    return edit


def wrap(namespace: str, name: str) -> Edit:
    """Puts the text of an element into an element inside it."""

    def edit(root: etree._Element) -> None:
        element = root.find(f".//{{{namespace}}}{name}")
        inner = etree.SubElement(element, "b")
        element.text, inner.text = None, element.text

    return edit


def before(namespace: str, name: str, text: str) -> Edit:
    """Puts the same element with another text before one."""

    def edit(root: etree._Element) -> None:
        element = root.find(f".//{{{namespace}}}{name}")
        other = etree.Element(element.tag)
        other.text = text
        element.addprevious(other)

    return edit


def same_ids(root: etree._Element) -> None:
    for namespace in (BAM, LPS):
        root.find(f".//{{{namespace}}}Id").text = IDS[0]


def soap11() -> InsiSubject:
    data = serialize(card().request.message.envelope).replace(SOAP12.encode(), SOAP11.encode())
    return replace(card(), request=read.request(soap.read(data)))


def without_assertion(root: etree._Element) -> None:
    drop(SAML, "Assertion")(root)


def attributes(**values: str) -> dict[str, str]:
    return {names.BILLING: "990000069", names.SPECIALITY: "01", names.SECTOR: "SA07"} | values


def search(**changed) -> Callable[[], InsiSubject]:
    return lambda: card(search=replace(SEARCH, **changed))


BROKEN: dict[str, Callable[[], InsiSubject]] = {
    "INSI-SOAP-001": soap11,
    "INSI-SOAP-002": lambda: replace(card(), media_type="text/xml"),
    "INSI-SOAP-003": lambda: card(lambda root: root.insert(0, root[1])),
    "INSI-SOAP-004": lambda: replace(card(), charset="ISO-8859-1"),
    "INSI-HDR-001": lambda: card(write(WSA, "Action", "urn:ServiceADRi:1.0.0:lireDroits")),
    "INSI-HDR-002": lambda: card(drop(WSA, "Action"), announced=names.SEARCH_ACTION),
    "INSI-HDR-003": lambda: card(announced="urn:autre"),
    "INSI-HDR-004": lambda: card(drop(WSA, "MessageID")),
    "INSI-HDR-005": lambda: card(write(WSA, "MessageID", f"urn:uuid:{IDS[0]}")),
    "INSI-HDR-006": lambda: card(drop(BAM, "COUVERTURE")),
    "INSI-HDR-007": lambda: card(drop(LPS, "ContexteLPS")),
    "INSI-HDR-008": lambda: card(mark(BAM, "ContexteBAM", "Version", "1.00.00")),
    "INSI-HDR-009": lambda: card(write(LPS, "Temps", "2026-11-21T10:00:00+01:00")),
    "INSI-HDR-010": lambda: card(write(BAM, "Id", "1")),
    "INSI-HDR-011": lambda: card(same_ids),
    "INSI-HDR-012": lambda: replace(card(), seen=frozenset({IDS[1]})),
    "INSI-HDR-013": lambda: card(drop(BAM, "Emetteur")),
    "INSI-HDR-014": lambda: card(write(LPS, "Emetteur", "899900000011")),
    "INSI-HDR-015": lambda: card(sender="899900000011"),
    "INSI-HDR-016": lambda: card(twice(WSA, "MessageID")),
    "INSI-HDR-017": lambda: card(cover("<ctxbam:BENEFICIAIRE/><ctxbam:ASSURE/>")),
    "INSI-HDR-018": lambda: card(cover("<ctxbam:GrandRegime>01</ctxbam:GrandRegime>")),
    "INSI-HDR-019": lambda: card(mark(LPS, "ContexteLPS", "Nature", "CTXBAM")),
    "INSI-TLS-001": lambda: organisation(certificate=OTHER),
    "INSI-LPS-001": lambda: replace(card(), accepted={}),
    "INSI-LPS-002": lambda: card(mark(LPS, "IDAM", "R", "1")),
    "INSI-LPS-003": lambda: card(drop(LPS, "Instance")),
    "INSI-LPS-004": lambda: replace(card(), accepted={"IDAM-1": "Autre Dossier"}),
    "INSI-PS-001": lambda: replace(card(without_assertion), assertion=None),
    "INSI-PS-002": lambda: card(signed=False),
    "INSI-PS-003": lambda: ps(issue_instant="2026-11-21T08:59:59Z"),
    "INSI-PS-004": lambda: ps(version="1.1"),
    "INSI-PS-005": lambda: ps(id="0190a6f0"),
    "INSI-PS-006": lambda: ps(issue_instant="2026-11-21 09:55:00"),
    "INSI-PS-007": lambda: ps(issuer="CN=AUTRE"),
    "INSI-PS-008": lambda: ps(qualifier="PSC"),
    "INSI-PS-009": lambda: ps(name_id="99900000029"),
    "INSI-PS-010": lambda: ps(name_id="899900000011"),
    "INSI-PS-011": lambda: ps(attributes={names.SPECIALITY: "01", names.SECTOR: "SA07"}),
    "INSI-PS-012": lambda: ps(attributes=attributes(secteurActivite="SA07^1.2.250.1.71.4.2.4")),
    "INSI-PS-013": lambda: ps(attributes={names.BILLING: "990000069", names.SECTOR: "SA07"}),
    "INSI-PS-014": lambda: replace(psc(), bearer=False),
    "INSI-PS-015": lambda: ps(attributes=attributes(CodeSpecialite="01")),
    "INSI-PS-016": lambda: ps(attributes=attributes(gipProfessionCode="10")),
    "INSI-PS-017": lambda: organisation(request=request(sender=STRUCTURE)),
    "INSI-PS-018": lambda: ps(parts=("Issuer", "Subject", "AuthnStatement", "AttributeStatement")),
    "INSI-PS-019": lambda: ps(issue_instant="2026-11-21T10:06:00Z"),
    "INSI-PS-020": lambda: ps(repeated=("NameID",)),
    "INSI-BODY-001": lambda: card(lambda root: root[1][0].clear() or setattr(root[1][0], "tag", "autre")),
    "INSI-BODY-002": lambda: card(swap),
    "INSI-TRAIT-001": search(birth_family=""),
    "INSI-TRAIT-002": search(givens=()),
    "INSI-TRAIT-003": search(sex="I"),
    "INSI-TRAIT-004": search(birth_date="30/06/1985"),
    "INSI-TRAIT-005": search(birth_place="AJACCIO"),
    "INSI-TRAIT-006": search(birth_place="99999"),
    "INSI-LEX-001": search(birth_family="D’AUBÉPINE"),
    "INSI-LEX-002": search(givens=("MARIE--ANGE",)),
    "INSI-LEX-003": search(birth_family="-AUBEPINE"),
    "INSI-LEX-004": search(givens=("MARIE-",)),
    "INSI-LEX-005": search(birth_family="D' AUBEPINE"),
}


@pytest.mark.parametrize("right", [card, psc, organisation], ids=lambda make: make.__name__)
def test_a_right_request_breaks_nothing(right: Callable[[], InsiSubject]) -> None:
    assert judge(RULES, right()) == []


def test_every_rule_is_broken_somewhere_below() -> None:
    others = {rule.id for rule in (*CARD_RULES, *VERIFICATION_RULES)}  # test_operations.py
    assert list(BROKEN) == [rule.id for rule in RULES if rule.id not in others]


@pytest.mark.parametrize("rule_id", list(BROKEN))
def test_each_rule_finds_its_break(rule_id: str) -> None:
    rule = Registry(RULES)[rule_id]
    found = list(rule.judge(BROKEN[rule_id]()))
    assert found
    assert found[0].found or found[0].expected
    assert found[0].location


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_each_rule_speaks_two_languages_and_names_its_fault(rule) -> None:
    assert rule.text.fr != rule.text.en
    assert rule.fix.fr != rule.fix.en
    if rule.severity == "error":
        assert rule.code in faults.DOCUMENTED or rule.code in faults.MOCK_CODES


@pytest.mark.parametrize(
    ("edit", "rule_id"),
    [
        (lambda root: root[1].append(etree.Element("autre")), "INSI-BODY-001"),
        (lambda root: etree.SubElement(root[1][0], f"{{{REC}}}Surnom"), "INSI-BODY-002"),
        (lambda root: root[1][0].append(etree.fromstring(etree.tostring(root[1][0][0]))), "INSI-TRAIT-001"),
        (lambda root: root.find(f".//{{{BAM}}}ContexteBAM").insert(0, root.find(f".//{{{BAM}}}Temps")), "INSI-HDR-006"),
        (lambda root: root.insert(0, etree.Element(root[0].tag)), "INSI-SOAP-003"),
        (rename(BAM, "Temps", "Temps"), "INSI-HDR-006"),
        (rename(LPS, "Nom", "Nom"), "INSI-HDR-007"),
        (write(BAM, "Temps", ""), "INSI-HDR-009"),
        (write(BAM, "Temps", "2026-02-29T10:00:00Z"), "INSI-HDR-009"),
        (write(LPS, "Id", " "), "INSI-HDR-010"),
        (cover("<ctxbam:BENEFICIAIRE><ctxbam:Rang>x</ctxbam:Rang></ctxbam:BENEFICIAIRE>"), "INSI-HDR-017"),
        (cover("<ctxbam:ASSURE><ctxbam:Id><ctxbam:Num>1</ctxbam:Num></ctxbam:Id></ctxbam:ASSURE>"), "INSI-HDR-017"),
        (cover("<ctxbam:Autre/>"), "INSI-HDR-017"),
        (cover("<GrandRegime/>"), "INSI-HDR-017"),
        (rename(REC, "Sexe", "Sexe"), "INSI-TRAIT-003"),
        (wrap(REC, "NomNaissance"), "INSI-BODY-002"),
        (before(REC, "Prenom", ""), "INSI-TRAIT-002"),
        (write(REC, "NomNaissance", "  "), "INSI-TRAIT-001"),
        (write(REC, "LieuNaissance", ""), "INSI-TRAIT-005"),
    ],
)
def test_other_ways_to_break_a_rule(edit: Edit, rule_id: str) -> None:
    assert rule_id in {finding.rule for finding in judge(RULES, card(edit))}


def commented(root: etree._Element) -> None:
    """Cuts every text of the header by a comment: nothing changes for who reads it."""
    for element in root[0].iter():
        if isinstance(element.tag, str) and len(element) == 0 and element.text:
            comment = etree.Comment("coupé")
            comment.tail, element.text = element.text[2:], element.text[:2]
            element.append(comment)


def test_a_comment_changes_nothing_of_what_the_headers_say() -> None:
    read_, right = card(commented).request, card().request
    assert (read_.action, read_.ids, read_.senders, read_.lps) == (right.action, right.ids, right.senders, right.lps)
    assert judge(RULES, card(commented)) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-11-21T10:00:00Z", NOW),
        (" 2026-11-21T12:00:00.0+02:00\n", NOW),
        ("2026-11-20T24:00:00Z", NOW - timedelta(hours=10)),
        ("2024-02-29T24:00:00-14:00", datetime(2024, 3, 1, 14, tzinfo=UTC)),
        ("2026-02-29T10:00:00Z", None),
        ("2026-11-21T10:00:00", None),
        ("2026-11-21", None),
        ("20261121T100000Z", None),
        ("2026-W47-6T10:00Z", None),
        ("2026-11-21T10:00:60Z", None),
        ("2026-11-21T24:00:01Z", None),
        ("2026-11-21T10:00:00+14:01", None),
        ("٢٠٢٦-11-21T10:00:00Z", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("9999-12-31T23:59:59-14:00", None),
        ("9999-12-31T24:00:00Z", None),
        ("", None),
        (None, None),
    ],
)
def test_an_instant_is_an_xml_date_time_with_its_zone(text: str | None, expected: datetime | None) -> None:
    assert moment(text) == expected


def test_what_an_assertion_repeats_is_told() -> None:
    root = build.ps_assertion(PS)
    root.extend([etree.fromstring(etree.tostring(root.find(f"{{{SAML}}}{name}"))) for name in ("Subject", "Issuer")])
    statement = root.find(f"{{{SAML}}}AttributeStatement")
    statement.append(etree.fromstring(etree.tostring(statement[0])))
    assert read.assertion(root, signed=True).repeated == ("Issuer", "Subject", "NameID", names.BILLING)


def test_a_nurse_or_an_unknown_user_needs_no_speciality() -> None:
    bare = {names.BILLING: "990000069", names.SECTOR: "SA07"}
    for physician in (False, None):
        assert judge(RULES, replace(ps(attributes=bare), physician=physician)) == []
    codes = {**bare, "codeSpecialite": "01"}
    assert [f.rule for f in judge(RULES, ps(attributes=codes))] == ["INSI-PS-015"]


def test_a_user_with_several_professions_says_which_one() -> None:
    subject = psc()
    assert subject.assertion is not None
    several = replace(subject.assertion, attributes=attributes(gipProfessionCode="10"))
    assert judge(RULES, replace(subject, assertion=several)) == []
    empty = replace(subject.assertion, attributes=attributes(gipProfessionCode=""))
    assert [f.rule for f in judge(RULES, replace(subject, assertion=empty))] == ["INSI-PS-016"]


def test_the_token_of_a_psc_user_may_be_left_out_where_a_switch_says_so() -> None:
    assert judge(RULES, replace(psc(), bearer=False, bearer_due=False)) == []
