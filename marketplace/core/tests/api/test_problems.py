"""Whatever goes wrong under /api/, the answer is a problem document without innards."""

from typing import Any

import pytest

from marketplace.core.api.problems import catalogue
from marketplace.core.errors import DomainError

ME = "/api/v1/tests/me/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def client(client_of: Any, user: Any) -> Any:
    return client_of(user)


def assert_problem(answer: Any, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.content
    assert answer.headers["Content-Type"] == "application/problem+json"
    body: dict[str, Any] = answer.json()
    assert body["status"] == status
    assert body["code"] == code
    assert body["type"] == f"/docs/problems#{code}"
    assert body["request_id"] == answer.headers["X-Request-ID"]
    assert body["title"]
    assert body["detail"]
    assert "innards" not in answer.content.decode()
    assert "Traceback" not in answer.content.decode()
    return body


def test_a_domain_error_brings_its_fields_and_members(client: Any) -> None:
    body = assert_problem(client.get("/api/v1/tests/fails/domain/"), 422, "too_poor")

    assert body["detail"] == "You have 3.00 EUR."
    assert body["have"] == "3.00"
    assert body["errors"] == [{"field": "amount", "code": "too_poor", "detail": "Too much."}]


def test_a_stale_version_names_both_versions(client: Any) -> None:
    body = assert_problem(client.get("/api/v1/tests/fails/stale/"), 412, "stale_version")

    assert (body["expected_version"], body["actual_version"]) == (1, 2)


def test_an_invisible_object_is_not_found(client: Any) -> None:
    assert_problem(client.get("/api/v1/tests/fails/missing/"), 404, "not_found")


@pytest.mark.parametrize(
    ("path", "debug"),
    [
        ("/api/v1/tests/fails/otherwise/", False),
        ("/api/v1/tests/fails/otherwise/", True),
        ("/api/v1/tests/breaks/", False),
    ],
)
def test_a_fault_of_ours_shows_nothing_of_itself(
    client: Any, settings: Any, path: str, debug: bool
) -> None:
    settings.DEBUG = debug

    assert_problem(client.get(path), 500, "internal_error")


def test_an_unknown_address_is_not_found(client: Any) -> None:
    assert_problem(client.get("/api/v1/nowhere/"), 404, "not_found")


def test_another_method_is_refused_and_the_right_ones_named(client: Any) -> None:
    answer = client.delete(ME)

    assert_problem(answer, 405, "method_not_allowed")
    assert answer.headers["Allow"] == "GET, POST, HEAD, OPTIONS"


def test_another_media_type_is_refused(client: Any) -> None:
    answer = client.post(ME, "<a/>", content_type="application/xml")
    assert_problem(answer, 415, "unsupported_media_type")


@pytest.mark.parametrize(
    "body",
    [
        '{"amount": ',
        '{"amount": NaN}',
        '{"note": "\\ud800"}',
        '{"note": "\\u0000"}',
        b"\xff\xfe",
        '{"note": "' + "[" * 5 + "}",
        "[" * 100_000,
        '{"note": ' + "[" * 32 + "]" * 32 + "}",
        '{"amount": 1, "note": "a", "amount": 2}',
        '{"note": {"a": 1, "\\u0061": 2}}',
    ],
    ids=[
        *("cut off", "NaN", "lone surrogate", "NUL", "no UTF-8", "unclosed", "very deep", "deep"),
        *("a member twice", "twice in two spellings"),
    ],
)
def test_what_is_no_json_is_refused(client: Any, body: Any) -> None:
    answer = client.post(ME, body, content_type="application/json")
    assert_problem(answer, 400, "parse_error")


def test_a_body_over_the_limit_is_refused(client: Any, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    answer = client.post(ME, {"amount": 1, "note": "x" * 100}, format="json")
    assert_problem(answer, 413, "body_too_large")


@pytest.mark.parametrize("body", [{}, {"amount": 0}, {"amount": "x"}])
def test_wrong_input_names_the_field(client: Any, body: Any) -> None:
    problem = assert_problem(client.post(ME, body, format="json"), 400, "invalid_input")

    (error,) = problem["errors"]
    assert error["field"] == "amount"
    assert error["code"] in {"required", "min_value", "invalid"}


def test_a_body_that_is_no_object_is_refused(client: Any) -> None:
    assert_problem(client.post(ME, [1], format="json"), 400, "invalid_input")


def test_a_stranger_is_asked_to_sign_in(client_of: Any) -> None:
    answer = client_of(None).get(ME)

    assert_problem(answer, 401, "not_authenticated")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("path", [f"{ME}?q=%00", "/api/v1/tests/%00/"])
def test_a_nul_in_the_address_is_refused(client: Any, path: str) -> None:
    assert_problem(client.get(path), 400, "bad_request")


def test_a_host_that_is_not_ours_is_refused(client: Any, settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["market.example"]
    answer = client.get(ME, headers={"Host": "evil.example"})
    assert_problem(answer, 400, "bad_request")


def test_any_accept_header_gets_json(client: Any) -> None:
    for accept in ("text/html", "application/xml", "application/problem+json", "*/*;q=0"):
        assert client.get(ME, headers={"Accept": accept}).status_code == 200


def test_a_page_that_breaks_is_a_page_not_a_problem_document(client: Any) -> None:
    answer = client.get("/page-breaks/")

    assert answer.status_code == 500
    assert "html" in answer.headers["Content-Type"]
    assert "innards" not in answer.content.decode()


def test_the_catalogue_knows_every_code_once() -> None:
    rows = catalogue()
    codes = [row.code for row in rows]

    assert len(codes) == len(set(codes))
    assert {"too_poor", "not_found", "internal_error", "stale_version"} <= set(codes)
    assert all(400 <= row.status < 600 and row.title for row in rows)


def test_no_two_errors_share_a_code_unless_they_mean_the_same() -> None:
    """A code is what clients act on: two meanings under one name would betray them."""

    def below(base: type[DomainError]) -> list[type[DomainError]]:
        return [error for sub in base.__subclasses__() for error in (sub, *below(sub))]

    statuses: dict[str, set[object]] = {}
    for error in below(DomainError):
        statuses.setdefault(error.code, set()).add(error.kind)
    assert [code for code, kinds in statuses.items() if len(kinds) > 1] == []
