"""Les pages : accueil, connexion, retour de Pro Santé Connect, recherche de l'INS d'un patient."""

from __future__ import annotations

import html
import secrets

import aiohttp
from aiohttp import web

from dossier.insi import Insi, InsiRefused, Traits
from dossier.psc import Attempt, ProSanteConnect, SignInRefused, User
from dossier.settings import Settings

COOKIE = "dossier"
FORM = """<form method="post" action="/patients">
<input name="nom" required placeholder="nom de naissance"> <input name="prenoms" required placeholder="prénoms">
<select name="sexe"><option>F</option><option>M</option></select> <input name="date" type="date" required>
<input name="lieu" placeholder="lieu de naissance (COG)"> <button>Chercher l'INS</button></form>"""


class Dossier:
    """L'application. Les connexions en cours et les utilisateurs restent en mémoire."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._attempts: dict[str, Attempt] = {}
        self._users: dict[str, User] = {}

    def application(self) -> web.Application:
        """Les routes, et le client HTTP qu'elles partagent."""
        application = web.Application()
        application.add_routes(
            [
                web.get("/", self.home),
                web.get("/login", self.login),
                web.get("/callback", self.callback),
                web.post("/patients", self.search),
            ]
        )
        application.cleanup_ctx.append(self._connected)
        return application

    async def _connected(self, application: web.Application):  # type: ignore[no-untyped-def]
        connector = aiohttp.TCPConnector(ssl=self._settings.trust())
        async with aiohttp.ClientSession(connector=connector) as self._http:
            yield

    async def home(self, request: web.Request) -> web.Response:
        """Qui est connecté, et le formulaire de recherche."""
        user = self._user(request)
        if user is None:
            return _page('<a href="/login">Se connecter avec Pro Santé Connect</a>')
        return _page(f"<p>Bonjour {html.escape(user.given)} {html.escape(user.family)}.</p>{FORM}")

    async def login(self, request: web.Request) -> web.Response:
        """Commence une connexion."""
        attempt, key = Attempt(), secrets.token_urlsafe(32)
        self._attempts[key] = attempt
        try:
            leaving = _redirection(await ProSanteConnect(self._settings, self._http).authorization_url(attempt))
        except SignInRefused as refused:
            return _page(str(refused), status=502)
        leaving.set_cookie(COOKIE, key, httponly=True, samesite="Lax")
        return leaving

    async def callback(self, request: web.Request) -> web.Response:
        """Finit la connexion : le retour doit être celui de la demande, le jeton celui de cette connexion."""
        attempt = self._attempts.pop(request.cookies.get(COOKIE, ""), None)
        if attempt is None or not secrets.compare_digest(request.query.get("state", ""), attempt.state):
            return _page("Connexion refusée : la réponse ne correspond pas à la demande.", status=403)
        if "code" not in request.query:
            return _page("Pro Santé Connect a refusé la connexion.", status=403)
        try:
            user = await ProSanteConnect(self._settings, self._http).signed_in(attempt, request.query["code"])
        except SignInRefused as refused:
            return _page(str(refused), status=403)
        key = secrets.token_urlsafe(32)
        self._users[key] = user
        home = _redirection("/")
        home.set_cookie(COOKIE, key, httponly=True, samesite="Lax")
        return home

    async def search(self, request: web.Request) -> web.Response:
        """Cherche l'INS d'un patient."""
        user = self._user(request)
        if user is None:
            return _page("Connectez-vous d'abord.", status=401)
        form = {name: str(value).strip() for name, value in (await request.post()).items()}
        try:
            traits = Traits(form["nom"], form["prenoms"], form["sexe"], form["date"], form.get("lieu", ""))
        except KeyError as missing:
            return _page(f"Il manque : {html.escape(str(missing))}", status=400)
        try:
            found = await Insi(self._settings, self._http, user).find(traits)
        except InsiRefused as refused:
            return _page(html.escape(str(refused)), status=502)
        if found is None:
            return _page("Aucune identité unique : le patient n'est pas qualifié.", status=404)
        return _page(f'<p>INS <b id="ins">{found.number}</b> <span id="oid">{found.oid}</span></p>')

    def _user(self, request: web.Request) -> User | None:
        return self._users.get(request.cookies.get(COOKIE, ""))


def _page(body: str, *, status: int = 200) -> web.Response:
    text = f'<!doctype html><html lang="fr"><title>Dossier Exemple</title><body>{body}</body></html>'
    return web.Response(text=text, content_type="text/html", status=status)


def _redirection(url: str) -> web.Response:
    return web.Response(status=302, headers={"Location": url})
