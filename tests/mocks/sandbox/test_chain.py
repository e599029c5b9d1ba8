"""The hash chain: what an altered, missing or moved entry shows."""

from __future__ import annotations

from typing import Any

import pytest

from banc_mocks.sandbox.chain import EntryRefused, seal
from banc_standards.contracts.chain import Head, verify


@pytest.fixture
def chain() -> list[dict[str, Any]]:
    head, entries = Head(), []
    for n in range(5):
        sealed = seal({"operation": "x", "facts": {"n": n}}, head, session="default", epoch=0, writer="w1")
        head = sealed.head
        entries.append(sealed.entry)
    return entries


def test_an_untouched_chain_is_intact(chain: list[dict[str, Any]]) -> None:
    found = verify(chain)

    assert found.intact
    assert (found.entries, found.head) == (5, chain[-1]["hash"])


def test_an_empty_chain_is_intact() -> None:
    assert verify([]).intact


def test_an_altered_entry_is_named(chain: list[dict[str, Any]]) -> None:
    chain[2]["facts"]["n"] = 7

    found = verify(chain)

    assert (found.broken_at, found.reason) == (3, "hash")


def test_an_altered_entry_with_a_new_hash_breaks_the_next(chain: list[dict[str, Any]]) -> None:
    forged = seal({"operation": "y"}, Head(2, chain[1]["hash"]), session="default", epoch=0, writer="w1")
    chain[2] = forged.entry

    found = verify(chain)

    assert (found.broken_at, found.reason) == (4, "prev")


def test_a_missing_entry_is_named(chain: list[dict[str, Any]]) -> None:
    del chain[1]

    found = verify(chain)

    assert (found.broken_at, found.reason) == (3, "seq")


def test_a_chain_without_its_beginning_is_broken(chain: list[dict[str, Any]]) -> None:
    assert not verify(chain[1:]).intact


def test_what_is_not_json_is_refused() -> None:
    with pytest.raises(EntryRefused):
        seal({"facts": {"bytes": b""}}, Head(), session="default", epoch=0, writer="w1")
