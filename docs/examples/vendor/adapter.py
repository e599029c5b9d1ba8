"""L'adaptateur de `banc run` : une action sur l'entrée standard, ce qu'en a fait le logiciel sur la sortie standard."""

from __future__ import annotations

import json
import re
import sys
from typing import Any

from dossier.browser import Browser, Page
from dossier.serving import running
from dossier.settings import Settings

IDAM = "BANC-IDAM-0001"


def settings_of(sandbox: dict[str, Any]) -> Settings:
    """Les réglages du logiciel pour la session que l'action nomme."""
    services, client = sandbox["services"], sandbox["psc_client"]
    return Settings.of(
        {
            "BANC_PSC_DISCOVERY": services["psc"]["discovery"],
            "BANC_PSC_CLIENT_ID": client["id"],
            "BANC_PSC_CLIENT_SECRET": client["secret"],
            "BANC_INSI_URL": services.get("insi", {}).get("url", ""),
            "BANC_INSI_IDAM": IDAM,
            "BANC_CA_FILE": sandbox["ca_file"],
        }
    )


def login(browser: Browser) -> Page:
    """L'utilisateur se connecte ; le bac à sable répond à la place de sa carte."""
    return browser.open("/login")


def qualify(browser: Browser, patient: dict[str, Any]) -> Page:
    """L'accueil cherche l'INS du patient."""
    login(browser)
    form = {
        "nom": patient["birth_family"],
        "prenoms": patient["birth_givens"],
        "sexe": patient["sex"],
        "date": patient["birth_date"],
        "lieu": patient["birth_place"],
    }
    return browser.open("/patients", form)


def answer(asked: dict[str, Any]) -> dict[str, Any]:
    """Ce que le logiciel a fait de l'action."""
    settings = settings_of(asked["sandbox"])
    with running(settings) as home:
        browser = Browser(home, settings.public_url, settings.trust())
        match asked["action"]:
            case "auth.login":
                page, output = login(browser), {}
            case "patient.qualify":
                patient = asked["input"]["patient"]
                page = qualify(browser, patient)
                status = "QUAL" if page.status == 200 else "PROV"
                output = {"patient": {"local_id": patient["local_id"], "ins_status": status}}
            case _:
                return {"status": "unsupported"}
    shown = " ".join(re.sub("<[^>]*>", " ", page.text).split())
    done = page.status == 200
    return {
        "status": "done" if done else "refused",
        "output": output,
        "shown": [{"level": "info" if done else "error", "text": shown}],
    }


if __name__ == "__main__":
    action = json.load(sys.stdin)
    json.dump({"banc": 1, "id": action["id"], **answer(action)}, sys.stdout)
