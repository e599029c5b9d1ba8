"""``sut.yaml``: what is wrong in it, on which line, and what was probably meant."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from banc_harness import sut
from banc_standards.errors import UnusableInput

GOOD = """\
banc: 1
vendor: Éditeur Exemple
product: {name: Dossier Plus, version: "4.2.1", build: ""}
couloir: hopital
software_type: DPI
profiles: [general]
ids: {nie: "", nil: "", idam: "", dmp_homologation: "", psc_client_id: dossier-plus}
capabilities: [psc.code, insi.traits]
endpoints: {redirect_uris: ["https://localhost:3000/callback"]}
identities: {professional: P01, structure: S01, mailbox: null}
clock: real
driver: {kind: exec, command: ["./adapter"], timeout_s: 30}
overrides: {mail.fetch: {kind: manual}}
"""


def read(text: str | bytes, **more: Any) -> sut.Described:
    data = text.encode() if isinstance(text, str) else text
    return sut.read(data, name="sut.yaml", folder=Path(), **more)


def refusal(text: str | bytes) -> UnusableInput:
    with pytest.raises(UnusableInput) as refused:
        read(text)
    return refused.value


def test_example_of_the_contract_is_read() -> None:
    described = read(GOOD)

    assert described.sut.product.name == "Dossier Plus"
    assert described.sut.driver.kind == "exec"
    assert described.sut.driver_of("mail.fetch").kind == "manual"
    assert described.warnings == ()


@pytest.mark.parametrize(
    ("right", "wrong", "line", "meant"),
    [
        ("vendor:", "vendeur:", 2, "vendor"),
        ("software_type:", "softwaretype:", 5, "software_type"),
        ("version:", "verison:", 3, "version"),
        ("timeout_s:", "timeout:", 12, "timeout_s"),
        ("psc_client_id:", "psc_client:", 7, "psc_client_id"),
    ],
)
def test_wrong_key_gives_its_line_and_the_right_one(right: str, wrong: str, line: int, meant: str) -> None:
    error = refusal(GOOD.replace(right, wrong))

    assert error.code == "SUT-003"
    assert f"ligne {line}" in error.text.fr
    assert f"line {line}" in error.text.en
    assert f"« {meant} »" in error.hint.fr


def test_wrong_value_says_the_allowed_ones() -> None:
    error = refusal(GOOD.replace("couloir: hopital", "couloir: hospital"))

    assert "ligne 4" in error.text.fr
    assert "« hopital »" in error.hint.fr
    assert "medico-social" in error.hint.en


def test_wrong_driver_kind_says_the_allowed_ones() -> None:
    error = refusal(GOOD.replace("kind: exec", "kind: exe"))

    assert "« exec »" in error.hint.fr
    assert "ligne 12" in error.text.fr


def test_missing_key_is_named() -> None:
    error = refusal(GOOD.replace("vendor: Éditeur Exemple\n", ""))

    assert (error.code, "« vendor »" in error.text.fr) == ("SUT-005", True)


def test_number_in_place_of_a_text_says_to_quote_it_as_written() -> None:
    error = refusal(GOOD.replace('"4.2.1"', "4.20"))

    assert '"4.20"' in error.hint.fr


def test_unknown_action_in_the_overrides_gives_the_nearest() -> None:
    error = refusal(GOOD.replace("mail.fetch", "mail.fecth"))

    assert "« mail.fetch »" in error.hint.fr


def test_key_given_twice_is_refused() -> None:
    assert refusal(GOOD + "clock: follows\n").code == "SUT-004"


def test_unknown_capability_is_a_warning_with_the_nearest() -> None:
    described = read(GOOD, capabilities=("psc.code", "insi.traits.v2", "dmp.feed"))

    assert [warning.fr for warning in described.warnings] == [
        "sut.yaml, ligne 8 : capacité inconnue « insi.traits », vouliez-vous dire « insi.traits.v2 » ?"
    ]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "- a\n- b\n",
        "banc: [1\n",
        b"\xff\xfe\x00",
        "a: &x [1]\nb: *x\n",
        "banc: !!python/object:os.system {}\n",
        "? [a, b]\n: c\n",
        "banc: 2026-99-99\n",
        b"#" * (sut.MAX_BYTES + 1),
        "[" * 5000,
    ],
    ids=["empty", "list", "open", "binary", "alias", "object", "odd key", "odd date", "huge", "deep"],
)
def test_file_that_is_no_description_is_refused(text: str | bytes) -> None:
    assert refusal(text).code.startswith("SUT-00")


def test_absent_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnusableInput, match="SUT-001"):
        sut.load(tmp_path / "nothing.yaml")


def test_folder_of_the_file_is_kept_for_the_driver(tmp_path: Path) -> None:
    (tmp_path / "sut.yaml").write_text(GOOD)

    assert sut.load(tmp_path / "sut.yaml").folder == tmp_path.resolve()


def test_an_idle_timer_is_told_in_its_section() -> None:
    timed = GOOD.replace("psc.code,", "psc.code, psc.idle,")

    described = read(timed + "session: {idle_s: 20}\n")
    refused = refusal(timed)

    assert described.sut.session is not None
    assert described.sut.session.idle_s == 20
    assert (refused.code, "session: {idle_s: 20}" in refused.hint.fr) == ("SUT-014", True)
    assert "ligne 8" in refused.text.fr


@pytest.mark.parametrize("seconds", ["0", "301", "court"])
def test_an_idle_timer_is_a_number_of_seconds(seconds: str) -> None:
    assert refusal(GOOD + f"session: {{idle_s: {seconds}}}\n").code == "SUT-006"
