"""Checks of how a relying party keeps a session of Pro Santé Connect, ends it, and does without it."""

from __future__ import annotations

from collections.abc import Iterator

from banc_harness.checks import check
from banc_harness.checks.relying_party import LOGIN, REFUSED, acts_of, opened
from banc_harness.selection import Selection
from banc_harness.trace import Exchange, Trace
from banc_standards.errors import Sentence
from banc_standards.psc import names
from banc_standards.rules import Hit

MOST_REFRESHES = 2
"""Refreshes in one step where one is needed: a second one is a race, more are a storm."""
IDLE_MOST_S = 30 * 60
SESSION_MOST_S = 4 * 3600
REFRESH = "auth.refresh"
SILENCE_MOST_S = 30
SILENCES = ("psc.hang", "psc.stall")
FAILURES = ("psc.down", "psc.close", *SILENCES)
_SECRETS = ("access_token", "refresh_token", "id_token")


@check(
    id="CHK-PSC-020",
    requirements=["SBX-PSC-02"],
    on=Selection(operation="psc.token", facts={"grant_type": "refresh_token"}),
    scenarios=("PSC.14", "PSC.15", "PSC.45", "PSC.55"),
    text=Sentence(
        "Un jeton expiré se rafraîchit une fois, sans rafale.",
        "An expired token is refreshed once, without a burst.",
    ),
    clause="Référentiel Pro Santé Connect, EXI PSC 11",
    fix=Sentence(
        "gardez le nouveau jeton et sa durée ; un seul rafraîchissement à la fois",
        "keep the new token and its life; one refresh at a time",
    ),
)
def no_storm(trace: Trace) -> Iterator[Hit]:
    """Counts the refreshes of each step."""
    counted: dict[str | None, list[Exchange]] = {}
    for exchange in trace.selected:
        counted.setdefault(exchange.claimed_by, []).append(exchange)
    for many in counted.values():
        if len(many) > MOST_REFRESHES:
            yield Hit(many[-1].place(), found=f"{len(many)} ×", expected=f"≤ {MOST_REFRESHES}")


@check(
    id="CHK-PSC-021",
    requirements=["SBX-PSC-06"],
    on=Selection(operation="psc.logout"),
    scenarios=("PSC.16", "PSC.46"),
    presence=True,
    text=Sentence(
        "« Se déconnecter » ferme la session Pro Santé Connect, par id_token_hint et une adresse déclarée.",
        '"Sign out" closes the session of Pro Santé Connect, by id_token_hint and a declared address.',
    ),
    clause="Référentiel Pro Santé Connect, EXI PSC 20",
    fix=Sentence(
        "ouvrez end_session_endpoint avec id_token_hint et post_logout_redirect_uri",
        "open end_session_endpoint with id_token_hint and post_logout_redirect_uri",
    ),
)
def provider_signed_out(trace: Trace) -> Iterator[Hit]:
    """The logout is accepted and says whose session it closes."""
    for exchange in trace.selected:
        sent = {**exchange.query, **exchange.form}
        if exchange.outcome != "accepted":
            yield Hit(exchange.place(), found=exchange.code or exchange.outcome, expected="accepted")
        elif "id_token_hint" not in sent and "refresh_token" not in sent:
            yield Hit(exchange.place("id_token_hint"), found="(absent)", expected="id_token_hint")


@check(
    id="CHK-PSC-043",
    requirements=["SBX-PSC-06"],
    on=Selection(operation="psc.token", facts={"grant_type": "refresh_token"}),
    scenarios=("PSC.16", "PSC.46"),
    absence=True,
    text=Sentence(
        "Après « Se déconnecter », la session du logiciel est close et ses jetons sont effacés.",
        'After "Sign out", the software\'s session is closed and its tokens are erased.',
    ),
    clause="Référentiel Pro Santé Connect, EXI PSC 20",
    fix=Sentence(
        "à la déconnexion, oubliez la session et ses jetons ; l'action suivante demande une connexion",
        "when signing out, forget the session and its tokens; the next action asks for a sign-in",
    ),
)
def tokens_erased(trace: Trace) -> Iterator[Hit]:
    """Neither a refresh nor a session between the sign-out and the next sign-in."""
    left = False
    for act in trace.acts:
        if act.action in (LOGIN, "auth.logout") and act.status == "done":
            left = act.action == "auth.logout"
        if not left or act.action != REFRESH:
            continue
        tokens = [item for item in trace.of_step(act.step) if item.operation == "psc.token"]
        spent = [item for item in tokens if item.form.get("grant_type") == "refresh_token"]
        if spent:
            yield Hit(spent[0].place("refresh_token"), found="refresh_token", expected="aucun / none")
        elif act.status == "done" and not any(_opens(item) for item in tokens):
            yield Hit(f"{act.step} {act.action}", found="done", expected=REFUSED)


@check(
    id="CHK-PSC-022",
    requirements=["SBX-PSC-06"],
    on=Selection(operation="psc.logout"),
    scenarios=("PSC.17", "PSC.47", "PSC.59", "PSC.60"),
    absence=True,
    text=Sentence(
        "Une déconnexion automatique ne ferme pas la session Pro Santé Connect.",
        "An automatic sign-out does not close the session of Pro Santé Connect.",
    ),
    clause="Référentiel Pro Santé Connect, EXI PSC 32",
    fix=Sentence(
        "à l'inactivité, fermez la session du logiciel seulement",
        "when idle, close the session of the software only",
    ),
)
def provider_left_alone(trace: Trace) -> Iterator[Hit]:
    """No logout."""
    for exchange in trace.selected:
        yield Hit(exchange.place(), found="logout", expected="aucun / none")


@check(
    id="CHK-PSC-040",
    requirements=["SBX-PSC-02"],
    on=Selection(operation="psc.token"),
    scenarios=("PSC.15", "PSC.17", "PSC.40", "PSC.47", "PSC.55", "PSC.56"),
    absence=True,
    text=Sentence(
        "La session du logiciel finit avec celle de Pro Santé Connect : 30 minutes sans activité, 4 heures en tout.",
        "The software's session ends with Pro Santé Connect's: 30 minutes without activity, 4 hours in all.",
    ),
    clause="Référentiel d'identification électronique, EXI RIE-PS 13 ; Référentiel Pro Santé Connect, EXI PSC 11",
    fix=Sentence(
        "fermez la session du logiciel quand le rafraîchissement est refusé, après 30 minutes sans activité et après "
        "4 heures ; l'utilisateur se reconnecte",
        "close the software's session when the refresh is refused, after 30 minutes without activity and after "
        "4 hours; the user signs in again",
    ),
)
def session_ended(trace: Trace) -> Iterator[Hit]:
    """No renewal that the software calls done although its refresh was refused, or its own clock, when it follows the
    session's, says that the time is over.
    """
    now = started = active = 0
    for act in trace.acts:
        if act.action == "clock.set" and act.status == "done":
            now = int(act.input.get("offset_s", 0))
        tokens = [item for item in trace.of_step(act.step) if item.operation == "psc.token"]
        if act.action == LOGIN or any(_opens(item) for item in tokens):
            started = active = now
        elif act.action == REFRESH and act.status == "done":
            if tokens and tokens[-1].outcome == "refused":
                yield Hit(f"{act.step} {act.action}", found=f"done ({tokens[-1].code})", expected=REFUSED)
            elif now - active > IDLE_MOST_S or now - started > SESSION_MOST_S:
                idle, whole = (now - active) // 60, (now - started) // 60
                yield Hit(f"{act.step} {act.action}", found=f"done ({idle} min, {whole} min)", expected=REFUSED)
            active = now


@check(
    id="CHK-PSC-046",
    requirements=["SBX-PSC-02"],
    on=Selection(operation="psc.token", facts={"grant_type": names.GRANT_REFRESH}),
    scenarios=("PSC.59", "PSC.60"),
    absence=True,
    text=Sentence(
        "Le minuteur d'inactivité du logiciel ferme sa session, celle de Pro Santé Connect vivant encore.",
        "The software's own idle timer ends its session, while Pro Santé Connect's lives on.",
    ),
    clause="Référentiel d'identification électronique, EXI RIE-PS 13 ; EXI PSC 32",
    fix=Sentence(
        "comptez l'inactivité dans le logiciel même ; passé le délai, oubliez la session et ses jetons",
        "count the inactivity in the software itself; when the time is over, forget the session and its tokens",
    ),
)
def idle_timer(trace: Trace) -> Iterator[Hit]:
    """When the user comes back, the software neither renews its tokens nor says that the session goes on."""
    for act in trace.answers(REFRESH):
        tokens = [item for item in trace.of_step(act.step) if item.operation == "psc.token"]
        spent = (item for item in tokens if item.form.get("grant_type") == names.GRANT_REFRESH)
        renewed = [item for item in spent if item.outcome == "accepted"]
        if renewed:
            yield Hit(renewed[0].place("refresh_token"), found="refresh_token", expected="aucun / none")
        elif act.status == "done" and not any(_opens(item) for item in tokens):
            yield Hit(f"{act.step} {act.action}", found="done", expected=REFUSED)


def _opens(exchange: Exchange) -> bool:
    return exchange.outcome == "accepted" and exchange.form.get("grant_type") in (names.GRANT_CODE, names.GRANT_CIBA)


@check(
    id="CHK-PSC-023",
    requirements=["SBX-PSC-11"],
    on=Selection(operation="psc.token"),
    scenarios=("PSC.18",),
    absence=True,
    way="psc.code",
    text=Sentence(
        "Un retour qui porte une erreur ne mène à aucune demande de jetons ; l'utilisateur en lit la raison.",
        "A callback that carries an error leads to no token request; the user reads why.",
    ),
    clause="OpenID Connect Core 1.0 §3.1.2.6 ; RFC 6749 §4.1.2.1",
    fix=Sentence(
        "lisez error avant code, vérifiez state, et dites à l'utilisateur ce qui s'est passé",
        "read error before code, check state, and tell the user what happened",
    ),
)
def error_obeyed(trace: Trace) -> Iterator[Hit]:
    """No token request, and no session."""
    for exchange in trace.selected:
        yield Hit(exchange.place(), found=exchange.form.get("grant_type", ""), expected="aucun / none")
    for act in trace.answers(LOGIN):
        if act.status == "done":
            yield Hit(f"{act.step} {act.action}", found="done", expected=REFUSED)


@check(
    id="CHK-PSC-029",
    requirements=["SBX-PSC-07"],
    on=Selection(operation="psc.impostor"),
    scenarios=("PSC.19", "PSC.58"),
    text=Sentence(
        "Le certificat du serveur de Pro Santé Connect est vérifié : nom d'hôte et autorité.",
        "The certificate of Pro Santé Connect's server is verified: host name and authority.",
    ),
    clause="RFC 9110 §4.3.4 ; CI-SIS, sécurisation du transport (TLS 1.2 ou plus)",
    fix=Sentence(
        "ne désactivez jamais la vérification TLS : ajoutez l'autorité du banc au magasin de confiance",
        "never turn TLS verification off: add the bench's authority to the trust store",
    ),
)
def certificate_verified(trace: Trace) -> Iterator[Hit]:
    """The impostor was reached, and no handshake with it was completed."""
    for exchange in trace.selected:
        if exchange.fact("believed"):
            found = f"{exchange.fact('profile')} × {exchange.fact('believed')}"
            yield Hit(exchange.place("TLS"), found=found, expected="CERTIFICATE_VERIFY_FAILED")


@check(
    id="CHK-PSC-030",
    requirements=["SBX-PSC-12"],
    on=Selection(operation="psc.token", outcome="accepted"),
    scenarios=("PSC.*",),
    word_of=(LOGIN, REFRESH, "auth.logout"),
    text=Sentence(
        "Aucun jeton n'apparaît dans ce que le logiciel montre ou rend ; ses journaux, une personne les lit.",
        "No token appears in what the software shows or returns; its logs, a person reads.",
    ),
    clause="Référentiel Pro Santé Connect (traces) ; RFC 6819 §4.6.4",
    fix=Sentence(
        "tracez qui, quand et quoi (IdNat, session_state, heure), jamais un jeton, un code ni un secret",
        "log who, when and what (IdNat, session_state, time), never a token, a code or a secret",
    ),
)
def tokens_unseen(trace: Trace) -> Iterator[Hit]:
    """Looks for the tokens of the scenario in what the driver answered."""
    issued = {
        str(answer[name]): name
        for exchange in trace.selected
        if isinstance(answer := exchange.response_json, dict)
        for name in _SECRETS
        if answer.get(name)
    }
    for act in trace.acts:
        said = "\n".join([*(text for _, text in act.shown), str(dict(act.output))])
        for value, name in issued.items():
            if value in said:
                yield Hit(f"{act.step} {act.action}", found=name, expected="aucun / none")


@check(
    id="CHK-PSC-031",
    requirements=["SBX-PSC-07"],
    on=Selection(operation="psc.*", fault=FAILURES),
    scenarios=("PSC.20", "PSC.49", "PSC.50", "PSC.57"),
    word_of=(LOGIN,),
    text=Sentence(
        "Quand Pro Santé Connect ne répond pas, aucune session ne s'ouvre en son nom.",
        "When Pro Santé Connect does not answer, no session opens in its name.",
    ),
    clause="Référentiel d'identification électronique (continuité de service)",
    fix=Sentence(
        "dites que Pro Santé Connect est indisponible et proposez un autre moyen fort",
        "say that Pro Santé Connect is unavailable and offer another strong means",
    ),
)
def nothing_opened(trace: Trace) -> Iterator[Hit]:
    """The software says that its user is not signed in."""
    for exchange in trace.selected:
        yield from opened(trace, exchange)


@check(
    id="CHK-PSC-044",
    requirements=["SBX-PSC-11"],
    on=Selection(operation="psc.*", fault=SILENCES),
    scenarios=("PSC.49", "PSC.50", "PSC.57"),
    certainty="deduced",
    blocking=False,
    text=Sentence(
        "Quand Pro Santé Connect se tait, le logiciel renonce en moins de trente secondes.",
        "When Pro Santé Connect keeps silent, the software gives up within thirty seconds.",
    ),
    clause="Référentiel d'identification électronique (continuité de service) ; la durée est à nous",
    fix=Sentence(
        "donnez à chaque appel un délai de connexion, de lecture et total (dix secondes suffisent), puis dites que "
        "Pro Santé Connect ne répond pas",
        "give every call a connection, a read and a total timeout (ten seconds are enough), then say that "
        "Pro Santé Connect does not answer",
    ),
)
def gives_up(trace: Trace) -> Iterator[Hit]:
    """The software hangs up, or answers and so ends the silence, before it would have been over."""
    for exchange in trace.selected:
        waited = int(exchange.fact("held_ms") or 0) / 1000
        if not exchange.fact("hung_up") and waited >= SILENCE_MOST_S:
            found = f"{waited:.0f} s ({exchange.entry['fault']})"
            yield Hit(exchange.place(), found=found, expected=f"< {SILENCE_MOST_S} s")


@check(
    id="CHK-PSC-045",
    requirements=["SBX-PSC-11"],
    on=Selection(operation="psc.*", fault=FAILURES),
    scenarios=("PSC.20", "PSC.49", "PSC.50", "PSC.57"),
    word_of=(LOGIN,),
    severity="info",
    text=Sentence(
        "Quand Pro Santé Connect ne répond pas, l'utilisateur le lit.",
        "When Pro Santé Connect does not answer, the user reads so.",
    ),
    clause="Référentiel d'identification électronique (continuité de service)",
    fix=Sentence(
        "affichez que Pro Santé Connect est indisponible, et l'autre moyen de se connecter",
        "show that Pro Santé Connect is unavailable, and the other way to sign in",
    ),
)
def outage_told(trace: Trace) -> Iterator[Hit]:
    """Informs only: what is shown, a driver may leave out."""
    for exchange in trace.selected:
        for act in acts_of(trace, exchange):
            if act.status != "done" and not any(text.strip() for _, text in act.shown):
                yield Hit(f"{act.step} {act.action}", found="∅", expected="un message / a message")


@check(
    id="CHK-PSC-032",
    requirements=["SBX-PSC-13"],
    on=Selection(operation="psc.authorization"),
    scenarios=("PSC.12",),
    presence=True,
    way="psc.code",
    text=Sentence(
        "Le bouton Pro Santé Connect mène au portail ; son aspect et sa place, une personne les voit.",
        "The Pro Santé Connect button leads to the wallet; its look and its place, a person sees.",
    ),
    clause="Référentiel Pro Santé Connect, EXI PSC 28 à 30",
    fix=Sentence(
        "reprenez le bouton officiel, au même niveau que les autres moyens de connexion",
        "use the official button, at the same level as the other means to sign in",
    ),
)
def button_to_the_wallet(trace: Trace) -> Iterator[Hit]:
    """The authorization request goes to the wallet."""
    for exchange in trace.selected:
        if "/protocol/openid-connect/auth" in exchange.line:
            yield Hit(exchange.place("request line"), found=exchange.line[:80], expected="GET …/auth (wallet)")
