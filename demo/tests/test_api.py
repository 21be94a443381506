import httpx
import pytest

from demo.api import Api


@pytest.mark.parametrize(
    ("path", "query", "asked"),
    [
        ("/products/?seller=7", {}, "/products/?seller=7"),
        ("/products/", {"seller": "7"}, "/products/?seller=7"),
        ("/products/", {}, "/products/"),
    ],
)
def test_what_is_asked_for_arrives(path: str, query: dict[str, str], asked: str) -> None:
    def echo(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"asked": request.url.raw_path.decode()})

    api = Api("http://127.0.0.1", transport=httpx.MockTransport(echo))

    assert api.get(path, **query) == {"asked": asked}
