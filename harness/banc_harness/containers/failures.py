"""What can go wrong around a container, said with what to do next."""

from __future__ import annotations

from banc_standards.errors import EnvironmentFailed, Sentence, UnusableInput

IN_PROCESS = Sentence(
    "ou passez-vous de conteneur : `banc up`, ou `banc_harness.in_process.sandbox` dans le même processus",
    "or do without a container: `banc up`, or `banc_harness.in_process.sandbox` in the same process",
)


def no_engine(reason: str) -> EnvironmentFailed:
    """No Docker engine answers."""
    return EnvironmentFailed(
        "CONTAINER-001",
        Sentence(f"aucun moteur Docker ne répond : {reason}", f"no Docker engine answers: {reason}"),
        Sentence(
            f"démarrez-le, ou dites où il est par DOCKER_HOST ; {IN_PROCESS.fr}",
            f"start it, or say where it is with DOCKER_HOST; {IN_PROCESS.en}",
        ),
    )


def no_image(image: str, reason: str) -> EnvironmentFailed:
    """The image is neither on the engine nor in a registry."""
    why = Sentence(f" : {reason}", f": {reason}") if reason else Sentence("", "")
    return EnvironmentFailed(
        "CONTAINER-002",
        Sentence(f"le moteur n'a pas l'image {image}{why.fr}", f"the engine has no image {image}{why.en}"),
        Sentence(
            f"construisez-la dans un clone du banc : docker build -f docker/Dockerfile -t {image} . ; {IN_PROCESS.fr}",
            f"build it in a clone of the bench: docker build -f docker/Dockerfile -t {image} . ; {IN_PROCESS.en}",
        ),
    )


def no_reaper(image: str, reason: str) -> EnvironmentFailed:
    """Testcontainers' own helper, which removes what a killed test leaves behind, cannot be had."""
    return EnvironmentFailed(
        "CONTAINER-007",
        Sentence(
            f"le moteur n'a pas {image}, dont testcontainers se sert pour faire le ménage : {reason}",
            f"the engine has no {image}, with which testcontainers cleans up: {reason}",
        ),
        Sentence(
            "sans accès à un registre, TESTCONTAINERS_RYUK_DISABLED=true s'en passe",
            "without a registry, TESTCONTAINERS_RYUK_DISABLED=true does without it",
        ),
    )


def not_started(reason: str) -> EnvironmentFailed:
    """The engine refused to start the container, most often because a port is taken."""
    return EnvironmentFailed(
        "CONTAINER-003",
        Sentence(f"le moteur n'a pas démarré le conteneur : {reason}", f"the engine did not start it: {reason}"),
        Sentence(
            "un port déjà pris se libère, ou s'évite en laissant BancContainer() choisir des ports libres",
            "free a taken port, or let BancContainer() choose free ones",
        ),
    )


def never_ready(state: Sentence, log: str) -> EnvironmentFailed:
    """The container ended, or was silent, before its sandbox was ready."""
    return EnvironmentFailed(
        "CONTAINER-004",
        Sentence(
            f"le bac à sable n'est pas prêt : {state.fr}{_end_of(log).fr}",
            f"the sandbox is not ready: {state.en}{_end_of(log).en}",
        ),
    )


def gone(state: Sentence, log: str) -> EnvironmentFailed:
    """The container ended while it was in use."""
    return EnvironmentFailed(
        "CONTAINER-005",
        Sentence(
            f"le bac à sable n'est plus là : {state.fr}{_end_of(log).fr}",
            f"the sandbox is gone: {state.en}{_end_of(log).en}",
        ),
        Sentence("ce n'est pas votre logiciel qui a échoué", "it is not your software that failed"),
    )


def not_running(service: str) -> UnusableInput:
    """A service that was not asked for, or that this version does not simulate."""
    return UnusableInput(
        "CONTAINER-006",
        Sentence(f"le service {service} ne tourne pas dans ce conteneur", f"{service} does not run in this container"),
        Sentence("ajoutez-le à services=", "add it to services="),
    )


def _end_of(log: str) -> Sentence:
    return Sentence(f"\nfin de son journal :\n{log}", f"\nend of its log:\n{log}") if log else Sentence("", "")
