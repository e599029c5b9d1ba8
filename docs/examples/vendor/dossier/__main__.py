"""`python -m dossier` : l'application sur le port 3000, avec les réglages de l'environnement."""

from aiohttp import web

from dossier.settings import Settings
from dossier.web import Dossier

if __name__ == "__main__":
    web.run_app(Dossier(Settings.of()).application(), host="127.0.0.1", port=3000)
