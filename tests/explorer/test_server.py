"""The local app: who may ask, what it takes, what it survives."""

import http.client
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from chromium import watched
from playwright.sync_api import Browser

import eyeshot
from eyeshot.errors import InputError
from eyeshot.exploring import trace_of_file
from eyeshot.present.explorer.document import explorer_dict
from eyeshot.present.explorer.server import MOST_BYTES, LocalApp

LIST = b'input = [1, 32, 32]\nlayers = ["conv k5 s2 name=eye", "conv k3 d2"]\n'


def document(name: str, data: bytes) -> dict[str, Any]:
    return explorer_dict(trace_of_file(name, data))


@contextmanager
def running() -> Iterator[LocalApp]:
    app = LocalApp(eyeshot.explore("alexnet").data, document)
    thread = threading.Thread(target=app.run)
    thread.start()
    try:
        yield app
    finally:
        app.close()
        thread.join()


@pytest.fixture(scope="module")
def app() -> Iterator[LocalApp]:
    with running() as found:
        yield found


def ask(app: LocalApp, method: str, path: str, data: bytes | None = None, **headers: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", app.port, timeout=20)
    try:
        connection.request(method, path, data, {name.replace("_", "-"): text for name, text in headers.items()})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def post(app: LocalApp, name: str, data: bytes, **headers: str) -> tuple[int, str]:
    return ask(app, "POST", "/layers", data, **{"X_Eyeshot_Token": app.token, "X_File_Name": name, **headers})


def test_page_is_given_to_who_has_the_token(app: LocalApp) -> None:
    status, page = ask(app, "GET", f"/?token={app.token}")
    assert status == 200
    assert "connect-src &#x27;self&#x27;" in page


@pytest.mark.parametrize("path", ["/", "/?token=", "/?token=wrong", "/?token=%ff"])
def test_page_is_refused_without_the_token(app: LocalApp, path: str) -> None:
    status, answer = ask(app, "GET", path)
    assert status == 403
    assert "token" in json.loads(answer)["error"]
    assert app.token not in answer


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "localhost:1", ""])
def test_other_hosts_are_refused(app: LocalApp, host: str) -> None:
    assert ask(app, "GET", f"/?token={app.token}", Host=host)[0] == 403
    assert post(app, "net.toml", LIST, Host=host)[0] == 403


def test_own_name_is_understood(app: LocalApp) -> None:
    assert ask(app, "GET", f"/?token={app.token}", Host=f"localhost:{app.port}")[0] == 200


def test_other_origins_are_refused(app: LocalApp) -> None:
    assert post(app, "net.toml", LIST, Origin="http://evil.example")[0] == 403
    assert post(app, "net.toml", LIST, Origin=f"http://127.0.0.1:{app.port}")[0] == 200


def test_only_this_machine_can_ask(app: LocalApp) -> None:
    assert app._server.server_address[0] == "127.0.0.1"


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/layers"), ("GET", "/etc/passwd"), ("POST", "/"), ("POST", "/x")]
)
def test_nothing_else_is_there(app: LocalApp, method: str, path: str) -> None:
    assert ask(app, method, f"{path}?token={app.token}", b"" if method == "POST" else None)[0] == 404


def test_layer_list_becomes_a_document(app: LocalApp) -> None:
    status, answer = post(app, "my%20net.toml", LIST)
    assert status == 200
    found = json.loads(answer)["document"]
    assert found["model"] == "my net"
    assert found == explorer_dict(trace_of_file("my net.toml", LIST))


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("net.toml", b"layers = [", "net.toml: not valid TOML"),
        ("net.toml", b'input = 9\nlayers = ["conv k99"]', "the window must fit its padded input"),
        ("net.yaml", b"\xff\xfe", "net.yaml, line 1: a layer list must be UTF-8 text"),
        ("net.json", b"[" * 5000, "at most 100 deep"),
        ("net.json", b'{"schema": "eyeshot.graph/1"}', "net.json: a graph in JSON must be complete"),
        ("net.pt", b"", "must end in .toml, .yaml, .yml, .json"),
        ("torchvision:resnet18", b"", "must end in .toml, .yaml, .yml, .json"),
        ("", b"", "must end in .toml, .yaml, .yml, .json"),
        ("..%2F..%2Fetc%2Fpasswd", b"", "must end in .toml, .yaml, .yml, .json"),
        ("%1b[31m\u202e.toml".encode().decode("latin-1"), b"x", "\\x1b[31m"),
    ],
)
def test_wrong_layer_list_is_said_in_one_line(app: LocalApp, name: str, data: bytes, said: str) -> None:
    status, answer = post(app, name, data)
    error = json.loads(answer)["error"]
    assert status == 400
    assert said in error
    assert "\n" not in error


def test_layer_list_needs_the_token(app: LocalApp) -> None:
    assert post(app, "net.toml", LIST, X_Eyeshot_Token="")[0] == 403


@pytest.mark.parametrize(("length", "status"), [(str(MOST_BYTES + 1), 413), ("9" * 30, 411), ("-5", 411), ("x", 411)])
def test_length_is_bounded_before_anything_is_read(app: LocalApp, length: str, status: int) -> None:
    assert post(app, "net.toml", b"", Content_Length=length)[0] == status


def test_browser_that_dies_harms_nobody(app: LocalApp, capfd: pytest.CaptureFixture[str]) -> None:
    for request in (b"GET /?token=%s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n", b"POST /layers HTTP/1.1\r\n", b"\0\r\n"):
        text = request % (app.token.encode(), app.port) if b"%s" in request else request
        with socket.create_connection(("127.0.0.1", app.port), timeout=5) as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            connection.sendall(text)
    assert ask(app, "GET", f"/?token={app.token}")[0] == 200
    assert capfd.readouterr().err == ""


def test_taken_port_is_said(app: LocalApp) -> None:
    with pytest.raises(InputError, match=f"port {app.port} of 127.0.0.1 cannot be had"):
        LocalApp(eyeshot.explore("conv k3", input_shape=8).data, document, app.port)


def test_page_in_the_browser_takes_dropped_lists(browser: Browser, app: LocalApp) -> None:
    with watched(browser) as page:
        page.expected = (f"request: http://127.0.0.1:{app.port}/layers", "error: Failed to load resource: the server")
        page.open(app.address)
        files = page.page.locator("input[type=file]")
        files.set_input_files({"name": "mine.toml", "mimeType": "", "buffer": LIST})
        page.page.locator("h1", has_text="mine").wait_for()
        assert page.page.locator(".ey-rows [role=row]").all_inner_texts()[1].startswith("eye")
        region = eyeshot.analyze({"input": [1, 32, 32], "layers": ["conv k5 s2", "conv k3 d2"]})[1].at(5, 5)
        page.go("conv1", (5, 5))
        assert page.answer()["read"] == region.read
        files.set_input_files({"name": "bad.toml", "mimeType": "", "buffer": b"layers = 7"})
        page.page.locator("[role=alert]", has_text="bad.toml").wait_for()
        assert page.page.locator("h1").inner_text() == "mine"


def test_page_says_that_the_app_has_ended(browser: Browser) -> None:
    with running() as app, watched(browser) as page:
        page.open(app.address)
        app.close()
        page.expected = ("request: http://127.0.0.1", "error: Failed to load resource")
        page.page.set_input_files("input[type=file]", {"name": "mine.toml", "mimeType": "", "buffer": LIST})
        page.page.locator("[role=alert]", has_text="eyeshot does not answer any more").wait_for()
