"""What the walk finds is what libxml2 finds with the same grammar written as XML Schema, whatever is changed."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest
from lxml import etree

from banc_standards.cda.grammar.forms import Fault
from banc_standards.cda.grammar.walk import Walk

from .conftest import EXAMPLES, published
from .mutations import BROKEN, SOUND, Mutation

ROUNDS = 5


def violations(root: etree._Element) -> list[str]:
    """What the walk finds, but for references to nothing, which no schema sees."""
    return [
        f"{fault.name} {item.element.tag} {item.found} {item.below}"
        for fault, told in Walk(root).faults.items()
        for item in told
        if fault is not Fault.DANGLING_IDREF
    ]


@pytest.fixture(scope="session")
def letters(structured: bytes, level1: bytes, complete: bytes) -> list[bytes]:
    return [structured, level1, complete]


def applied(mutation: Mutation, documents: list[bytes], rounds: int) -> list[etree._Element]:
    """Documents that the mutation changed."""
    found = []
    for number in range(rounds):
        for at, data in enumerate(documents):
            root = etree.fromstring(data)
            if mutation(root, Random(f"{mutation.__name__}/{at}/{number}")):
                found.append(etree.fromstring(etree.tostring(root)))
    return found


def test_our_letters_are_sound(letters: list[bytes], schema: etree.XMLSchema) -> None:
    for data in letters:
        root = etree.fromstring(data)
        assert violations(root) == []
        assert schema.validate(root), schema.error_log


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_letter_is_found(name: str, letters: list[bytes], schema: etree.XMLSchema) -> None:
    changed = applied(BROKEN[name], letters, ROUNDS)

    assert changed
    assert [etree.tostring(root) for root in changed if not violations(root)] == []
    assert [etree.tostring(root) for root in changed if schema.validate(root)] == []


@pytest.mark.parametrize("name", SOUND)
def test_a_sound_change_raises_nothing(name: str, letters: list[bytes], schema: etree.XMLSchema) -> None:
    changed = applied(SOUND[name], letters, ROUNDS)

    assert changed
    assert [found for root in changed if (found := violations(root))] == []
    assert [schema.error_log for root in changed if not schema.validate(root)] == []


@pytest.mark.parametrize("number", range(60))
def test_several_changes_at_once_are_judged_alike(number: int, letters: list[bytes], schema: etree.XMLSchema) -> None:
    random = Random(number)
    root = etree.fromstring(random.choice(letters))
    for mutation in random.choices([*BROKEN.values(), *SOUND.values()], k=random.randint(1, 4)):
        mutation(root, random)
    root = etree.fromstring(etree.tostring(root))

    assert (violations(root) == []) is schema.validate(root), (violations(root), schema.error_log)


@pytest.mark.skipif(not EXAMPLES.is_dir(), reason=f"no published examples in {EXAMPLES}")
class TestPublishedExamples:
    """The same on the documents that the agency publishes."""

    def test_they_are_sound(self, schema: etree.XMLSchema) -> None:
        for data in published():
            root = etree.fromstring(data)
            assert violations(root) == []
            assert schema.validate(root), schema.error_log

    def test_a_broken_one_is_found(self, schema: etree.XMLSchema) -> None:
        documents = published()
        counts: Counter[str] = Counter()
        missed = []
        for name, mutation in BROKEN.items():
            for root in applied(mutation, Random(name).sample(documents, 8), 2):
                counts[name] += 1
                if not violations(root) or schema.validate(root):
                    missed.append((name, violations(root)))
        assert missed == []
        assert counts.keys() == BROKEN.keys()

    def test_a_sound_change_raises_nothing(self, schema: etree.XMLSchema) -> None:
        documents = published()
        raised = []
        for name, mutation in SOUND.items():
            for root in applied(mutation, Random(name).sample(documents, 8), 2):
                if violations(root) or not schema.validate(root):
                    raised.append((name, violations(root), str(schema.error_log)))
        assert raised == []
