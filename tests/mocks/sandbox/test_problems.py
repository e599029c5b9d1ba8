"""What the control API says of a body that it refuses, in both languages."""

from __future__ import annotations

import pytest
from pydantic import BaseModel, ValidationError

from banc_mocks.sandbox.control.problems import bad_body
from banc_standards.contracts import control as shapes


@pytest.mark.parametrize(
    ("shape", "body", "fr"),
    [
        (shapes.SessionRequest, "[1]", "corps : un objet est attendu"),
        (shapes.SessionRequest, '{"mode": "soft"}', "mode : 'strict' ou 'lenient' attendu"),
        (shapes.SessionRequest, '{"id": "A"}', "id : un texte qui suit ^[a-z0-9]{4,16}$ est attendu"),
        (shapes.ClockRequest, '{"offset_s": "1", "frozen": 3}', "frozen : true ou false est attendu"),
        (shapes.LeaseRequest, '{"holder": "", "ttl_s": 0}', "ttl_s : plus de 0 est attendu"),
        (shapes.ClientRequest, "{}", "client_id : clé obligatoire"),
        (shapes.ClientRequest, "{", "corps : JSON illisible"),
    ],
)
def test_a_refused_body_is_explained_in_the_language_of_the_reader(shape: type[BaseModel], body: str, fr: str) -> None:
    with pytest.raises(ValidationError) as refused:
        shape.model_validate_json(body, strict=True)

    said = bad_body(refused.value).text

    assert fr in said.fr
    assert "Input should" not in said.fr
    assert "corps" not in said.en
