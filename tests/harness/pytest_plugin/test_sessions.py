"""``banc_session`` and its assertions."""

from __future__ import annotations

import re
import ssl
import urllib.request
from urllib.error import HTTPError

import pytest

pytestmark = pytest.mark.journeys

pytest_plugins = "pytester"

SEARCH = b"<x/>"


@pytest.fixture
def knock(banc_session):
    """Sends INSi something that is no message; returns the entry."""

    def send(body: bytes = SEARCH) -> dict:
        trust = ssl.create_default_context(cafile=banc_session.sandbox.ca_bundle)
        request = urllib.request.Request(
            banc_session.services["insi"]["url"], body, {"Content-Type": "application/soap+xml"}
        )
        with pytest.raises(HTTPError) as refused:
            urllib.request.urlopen(request, context=trust)
        refused.value.close()
        return banc_session.exchanges("insi.*")[-1]

    return send


def test_a_session_is_new_and_strict(banc_session):
    assert banc_session.exchanges() == []
    assert banc_session.state["mode"] == "strict"


@pytest.mark.banc(mode="lenient")
def test_a_mark_asks_for_a_lenient_one(banc_session):
    assert banc_session.state["mode"] == "lenient"


def test_an_exchange_that_came_is_returned(banc_session):
    banc_session.observe("vu", operation="test.seen", facts={"ins": "1", "lps": {"name": "Dossier"}})

    found = banc_session.assert_exchange("test.*", outcome="observed", facts={"lps.name": "Dossier"}, ins="1")

    assert found["operation"] == "test.seen"


def test_what_did_not_come_shows_the_nearest_and_its_differences(banc_session, knock):
    entry = knock()

    with pytest.raises(AssertionError) as told:
        banc_session.assert_exchange("insi.WS_INS2", outcome="accepted", timeout_s=0, ins="1")

    text = str(told.value)
    assert text.startswith("aucun échange : insi.WS_INS2, outcome=accepted, ins=1\nle plus proche, n° 1 :\n")
    assert f"outcome : attendu accepted, trouvé {entry['outcome']}" in text
    assert "ins : attendu 1, trouvé ∅" in text
    assert entry["findings"][0]["rule"] in text
    assert entry["findings"][0]["fix"] in text
    assert f"session {banc_session.id} : 1 échange(s)" in text


def test_nothing_of_the_service_is_said_to_be_nothing(banc_session):
    with pytest.raises(AssertionError, match=r"aucun échange : dmp\.TD2\.1\nsession \w+ : 0 échange"):
        banc_session.assert_exchange("dmp.TD2.1", timeout_s=0)


def test_an_exchange_too_many(banc_session, knock):
    banc_session.assert_no_exchange("insi.*")
    entry = knock()

    with pytest.raises(AssertionError, match="échange de trop, n° 1") as told:
        banc_session.assert_no_exchange("insi.*")

    assert entry["findings"][0]["message"] in str(told.value)


def test_what_is_wrong_with_an_exchange_is_told(banc_session, knock):
    entry = knock()
    rule = next(finding["rule"] for finding in entry["findings"] if finding["severity"] == "error")

    for subjects in ((), (entry,)):
        with pytest.raises(AssertionError, match=rf"pas conforme\nn° 1 {re.escape(entry['operation'])} : {rule}"):
            banc_session.assert_conform(*subjects)
    banc_session.assert_conform(ignore=[finding["rule"] for finding in entry["findings"]])


def test_what_is_wrong_with_a_document_is_told(banc_session):
    document = b'<ClinicalDocument xmlns="urn:hl7-org:v3"/>'

    with pytest.raises(AssertionError, match=r"pas conforme\ndocument : \w+"):
        banc_session.assert_conform(document)
    with pytest.raises(pytest.fail.Exception, match="kind='cad'"):
        banc_session.assert_conform(document, kind="cad")


def test_the_environment_is_that_of_banc_env_for_the_session(banc_session):
    values = banc_session.environment()

    assert values["BANC_PSC_DISCOVERY"] == banc_session.services["psc"]["discovery"]
    assert f"/s/{banc_session.id}/" in values["BANC_INSI_URL"]
    assert values["BANC_PSC_CLIENT_ID"] == f"banc-{banc_session.id}"
    assert values["BANC_PSC_CLIENT_SECRET"]
    assert banc_session.environment() == values


SUITE = """
    import os
    import pytest

    @pytest.mark.parametrize("number", range(6))
    def test_alone(banc_session, number):
        banc_session.observe("vu", operation="test.seen", facts={"number": number})
        assert [one["facts"]["number"] for one in banc_session.exchanges("test.seen")] == [number]
        with open(os.environ["SEEN"], "a") as file:
            print(banc_session.sandbox.control, banc_session.id, file=file)

    @pytest.mark.banc(requirements=["SC.PSC.08"])
    def test_wrong(banc_session):
        banc_session.observe("vu", operation="test.seen")
        assert 1 == 2
"""


@pytest.mark.parametrize(("workers", "sandboxes"), [(0, 1), (2, 2)])
def test_each_test_has_its_session_and_each_worker_its_sandbox(pytester, run, tmp_path, workers, sandboxes):
    pytester.makepyfile(SUITE)
    seen = tmp_path / "seen"

    done = run("-n", str(workers), SEEN=str(seen))

    assert done.parseoutcomes() == {"passed": 6, "failed": 1}
    places = [line.split() for line in seen.read_text().splitlines()]
    assert len({session for _, session in places}) == 6
    assert len({control for control, _ in places}) == sandboxes
    done.stdout.fnmatch_lines(["*- banc -*", "session * : 1 échange(s)", "*test.seen*observed*"])


def test_requirements_select_and_reach_junit(pytester, run, tmp_path):
    pytester.makepyfile(SUITE)

    by_mark = run("-m", "SC.PSC.08", "--junitxml", "junit.xml", SEEN=str(tmp_path / "seen"))
    by_word = run("-k", "SC.PSC.08", "--collect-only", "-q")

    assert by_mark.parseoutcomes() == {"failed": 1, "deselected": 6}
    assert '<property name="requirement:SC.PSC.08" value="test_wrong"' in (pytester.path / "junit.xml").read_text()
    by_word.stdout.fnmatch_lines(["*::test_wrong"])
