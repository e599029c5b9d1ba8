import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from banc_standards.identifiers import MalformedIdentifier
from banc_standards.ins import (
    INS_NIA,
    INS_TEST,
    IdentityAttribute,
    IdentityStatus,
    Ins,
    Lexical,
    MalformedIns,
    NotTransliterable,
    StrictTraits,
    after_attribute,
    after_document,
    after_failed_verification,
    after_insi,
    after_strict_trait_change,
    birth_date_form,
    calendar_date,
    completed_birth_date,
    fold,
    importable,
    key,
    lexical_faults,
    may_call_insi,
    may_combine,
    starts_list,
    transliterate,
    valid,
)

PROV, RECUP, VALI, QUAL = IdentityStatus


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        ("2751263220749", "74"),
        ("1090763220888", "35"),
        ("2790351215189", "89"),
        ("297022A020778", "78"),
        ("180032B020401", "23"),
    ],
)
def test_the_key_of_published_numbers_corsica_included(number: str, expected: str) -> None:
    assert key(number) == expected


def test_a_published_wrong_key_does_not_verify() -> None:
    assert not valid("181036322045660")


@pytest.mark.parametrize("number", ["", "27903512151", "9790351215189", "279032C215189", "27903512151890"])
def test_what_is_no_matricule_has_no_key(number: str) -> None:
    with pytest.raises(MalformedIns) as refused:
        key(number)
    assert refused.value.code == "INS-001"


@given(st.from_regex(r"[12][0-9]{2}(0[1-9]|1[0-2])[0-9]{8}", fullmatch=True))
def test_a_computed_key_verifies_and_its_neighbour_does_not(number: str) -> None:
    ins = Ins.of(number)
    assert ins.verifies
    assert not valid(f"{number}{(int(ins.key) + 1) % 100:02d}")


def test_one_ins_in_its_spellings() -> None:
    ins = Ins("279035121518989", INS_TEST)
    assert (ins.number, ins.key) == ("2790351215189", "89")
    assert ins.cx() == "279035121518989^^^&1.2.250.1.213.1.4.10&ISO^NH"
    assert ins.pid3() == "279035121518989^^^ASIP-SANTE-INS-NIR&1.2.250.1.213.1.4.10&ISO^INS"
    assert Ins(ins.value, INS_NIA).pid3().split("^")[3] == f"ASIP-SANTE-INS-NIA&{INS_NIA}&ISO"


@pytest.mark.parametrize("kind", ["NH", "INS"])
def test_an_ins_is_read_from_its_cx_whatever_the_type(kind: str) -> None:
    assert Ins.parse_cx(f"279035121518989^^^X&{INS_TEST}&ISO^{kind}") == Ins("279035121518989", INS_TEST)


def test_a_local_number_is_not_read_as_an_ins() -> None:
    with pytest.raises(MalformedIns):
        Ins.parse_cx("100001^^^&2.999.1&ISO^PI")
    with pytest.raises(MalformedIdentifier):
        Ins.parse_cx("279035121518989")


@pytest.mark.parametrize(
    ("status", "insi", "document", "failed"),
    [(PROV, RECUP, VALI, PROV), (RECUP, RECUP, QUAL, PROV), (VALI, QUAL, VALI, VALI), (QUAL, QUAL, QUAL, PROV)],
)
def test_every_transition_of_the_four_statuses(
    status: IdentityStatus, insi: IdentityStatus, document: IdentityStatus, failed: IdentityStatus
) -> None:
    assert after_insi(status) is insi
    assert after_document(status) is document
    assert after_failed_verification(status) is failed


def test_an_edited_strict_trait_takes_the_ins_away() -> None:
    assert [after_strict_trait_change(s, document_stands=True) for s in IdentityStatus] == [PROV, PROV, VALI, VALI]
    assert {after_strict_trait_change(s, document_stands=False) for s in IdentityStatus} == {PROV}


def test_only_a_qualified_identity_sends_its_ins() -> None:
    assert [s.holds_ins for s in IdentityStatus] == [False, True, False, True]
    assert [s.sends_ins for s in IdentityStatus] == [False, False, False, True]


def test_doubtful_and_fictitious_identities_fall_and_do_not_call() -> None:
    homonym, doubtful, fictitious = IdentityAttribute
    assert after_attribute(QUAL, homonym) is QUAL
    assert after_attribute(QUAL, doubtful) is PROV
    assert after_attribute(QUAL, fictitious) is PROV
    assert may_call_insi([homonym])
    assert not may_call_insi([homonym, doubtful])
    assert may_combine([doubtful, homonym])
    assert not may_combine([doubtful, fictitious])


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        (" d’Æïon ", "D'AEION"),
        ("Cœur", "COEUR"),
        ("Françoise-Hélène", "FRANCOISE-HELENE"),
        ("Weiß", "WEISS"),
        ("N’Guyễn", "N'GUYEN"),
    ],
)
def test_names_cross_the_insi_boundary_without_accents(written: str, sent: str) -> None:
    assert transliterate(written) == sent


@pytest.mark.parametrize(("written", "character"), [("Łukasz", "Ł"), ("Anne2", "2"), ("李", "李"), ("A_B", "_")])
def test_a_character_without_equivalent_blocks_the_call(written: str, character: str) -> None:
    with pytest.raises(NotTransliterable) as refused:
        transliterate(written)
    assert refused.value.characters == character


def test_names_are_compared_with_separators_folded() -> None:
    assert fold("D’Aubépine-Roux") == fold("D AUBEPINE ROUX")
    assert fold("Łukasz") != fold("Lukasz")


@pytest.mark.parametrize(
    ("first", "givens", "coherent"),
    [
        ("JEAN-CHRISTOPHE", "JEAN CHRISTOPHE PIERRE", True),
        ("PIERRE", "JEAN CHRISTOPHE PIERRE", False),
        ("JEAN", "JEANNE", False),
        ("", "JEAN", False),
    ],
)
def test_the_first_given_name_must_start_the_list(first: str, givens: str, coherent: bool) -> None:
    assert starts_list(first, givens) is coherent


@pytest.mark.parametrize(
    ("text", "family", "given_name"),
    [
        ("D'ARTAGNAN DE L'HERAULT", (), ()),
        ("PIERRE-ALAIN", (), ()),
        ("", (Lexical.EMPTY,), (Lexical.EMPTY,)),
        ("Zoe", (Lexical.ALPHABET,), (Lexical.ALPHABET,)),
        ("ZOÉ", (Lexical.ALPHABET,), (Lexical.ALPHABET,)),
        ("D’ARC", (Lexical.ALPHABET,), (Lexical.ALPHABET,)),
        ("HETRE--SAULE", (), (Lexical.DOUBLE_HYPHEN,)),
        ("A---B", (Lexical.DOUBLE_HYPHEN,), (Lexical.DOUBLE_HYPHEN,)),
        ("-A", (Lexical.FIRST,), (Lexical.FIRST,)),
        ("'A", (), ()),
        ("A-", (), (Lexical.LAST,)),
        ("A'", (), (Lexical.LAST,)),
        ("A  B", (Lexical.DOUBLED,), (Lexical.DOUBLED,)),
        ("A 'B", (Lexical.DOUBLED,), (Lexical.DOUBLED,)),
    ],
)
def test_the_lexical_profiles(text: str, family: tuple[Lexical, ...], given_name: tuple[Lexical, ...]) -> None:
    assert lexical_faults(text, "birth_family") == family
    assert lexical_faults(text, "given") == given_name


FAMILY = re.compile(r"(?=[A-Z'])(?:[A-Z]|-{1,2}(?!-)| (?![ '])|'(?![ ']))+")
GIVEN = re.compile(r"(?=[A-Z'])(?:[A-Z]|-(?!-)| (?![ '])|'(?![ ']))+(?<![-'])")


@given(st.text("AB '-é", max_size=8))
def test_the_profiles_agree_with_their_regular_expressions(text: str) -> None:
    text = text.strip()
    assert (not lexical_faults(text, "birth_family")) is bool(FAMILY.fullmatch(text))
    assert (not lexical_faults(text, "given")) is bool(GIVEN.fullmatch(text))


def test_dates_of_birth_are_text_first() -> None:
    assert birth_date_form("1950-00-00")
    assert not birth_date_form("19500101")
    assert calendar_date("1950-00-00") is None
    assert calendar_date("20040229") is None
    assert str(calendar_date("2004-02-29")) == "2004-02-29"


def test_an_incomplete_date_is_completed_as_the_rniv_says() -> None:
    assert completed_birth_date(1950, None, None) == "1950-12-31"
    assert completed_birth_date(1950, 6, None) == "1950-06-01"
    assert completed_birth_date(1950, None, 14) == "1950-01-14"


@pytest.mark.parametrize(
    ("family", "givens", "sex", "born", "expected"),
    [
        ("TILLEUL", "ANNE", "F", "1980-05-14", True),
        ("TILLEUL", "ANNE", "F", "1980-00-14", False),
        ("TILLEUL", "ANNE", "F", "1980-05-00", False),
        ("", "ANNE", "F", "1980-05-14", False),
        ("TILLEUL", "", "F", "1980-05-14", False),
        ("TILLEUL", "ANNE", "", "1980-05-14", False),
    ],
)
def test_which_answers_may_be_imported(family: str, givens: str, sex: str, born: str, expected: bool) -> None:
    assert importable(StrictTraits(family, givens, sex, born)) is expected
