from __future__ import annotations

import pytest

from banc_standards.contracts.driver import Action


@pytest.fixture
def action() -> Action:
    return Action.read(
        {
            "banc": 1,
            "id": "a-1",
            "run": "r-1",
            "session": "k7f2",
            "step": "UC1.1",
            "action": "document.send",
            "deadline_s": 5,
            "lang": "fr",
            "sandbox": {"services": {}, "ca_file": "/ca.pem"},
            "input": {"patient": {"local_id": "1"}},
        }
    )
