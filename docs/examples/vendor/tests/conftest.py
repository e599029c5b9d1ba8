from __future__ import annotations

from collections.abc import Iterator

import pytest

from dossier.browser import Browser
from dossier.serving import running
from dossier.settings import Settings


@pytest.fixture
def browser(banc_session) -> Iterator[Browser]:
    """L'application, branchée sur la session du test, et le navigateur de son utilisateur."""
    settings = Settings.of(banc_session.environment())
    with running(settings) as home:
        yield Browser(home, settings.public_url, settings.trust())


@pytest.fixture
def signed_in(browser, banc_session) -> Browser:
    """L'utilisateur est connecté : Camille EXEMPLE, médecin."""
    with banc_session.login("P01"):
        assert "Camille EXEMPLE" in browser.open("/login").text
    return browser
