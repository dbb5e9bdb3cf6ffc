"""What the checks of this folder share: the registration of a client, the browser, and the rows that they print."""

import contextlib
import importlib
import json
import os
import socket
import sys
import threading
import time
import traceback
from importlib.metadata import version
from urllib.parse import parse_qs, urlsplit
from wsgiref.simple_server import WSGIRequestHandler, make_server

import requests
from joserfc.jwk import RSAKey

issuer = os.environ["OAUTH_ISSUER"]
resource = os.environ["OAUTH_RESOURCE"]
os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"  # oauthlib refuses http:// otherwise
os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"

_failed = False


@contextlib.contextmanager
def flow(library: str, name: str, package: str | None = None, setting: str | None = None):
    """Prints the row of one flow: it failed when the block raises."""
    global _failed
    row = {"library": library, "version": version(package or library), "flow": name}
    try:
        yield
        row |= {"result": "works"} if setting is None else {"result": "setting", "setting": setting}
    except Exception as error:
        _failed = True
        row |= {"result": "fails", "detail": f"{type(error).__name__}: {error}"[:500]}
        traceback.print_exc()
    print(json.dumps(row), flush=True)


def end() -> None:
    """Ends the program, whatever servers still run in it."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(1 if _failed else 0)


def register(**metadata) -> dict:
    """Registers a client and puts it into the environment, where the samples look for it."""
    answer = requests.post(os.environ["INTEROP_REGISTER"], json=metadata)
    assert answer.status_code == 201, answer.text
    client = answer.json()
    os.environ["OAUTH_CLIENT_ID"] = client["client_id"]
    os.environ["OAUTH_CLIENT_SECRET"] = client.get("client_secret", "")
    os.environ["OAUTH_REDIRECT_URI"] = metadata.get("redirect_uris", [""])[0]
    return client


def register_app(redirect_uri: str, scope: str = "openid profile email offline_access notes:read", **more) -> dict:
    """Registers a client as a newcomer does: with redirect URIs, grant types and scope."""
    grant_types = ["authorization_code", "refresh_token"]
    return register(redirect_uris=[redirect_uri], grant_types=grant_types, scope=scope, **more)


def register_job() -> dict:
    return register(grant_types=["client_credentials"], scope="notes:read notes:write")


def register_key_client() -> None:
    """Registers a job that signs its assertions (`private_key_jwt`). OAUTH_CLIENT_KEY has its key."""
    key = RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"})
    public = key.as_dict(private=False)
    register(
        grant_types=["client_credentials"],
        scope="notes:read",
        token_endpoint_auth_method="private_key_jwt",
        jwks={"keys": [public]},
    )
    os.environ["OAUTH_CLIENT_KEY"] = key.as_pem(private=True).decode()


def register_api() -> dict:
    """Registers the API, which only asks about tokens."""
    return register(resources=[resource], grant_types=[])


def sample(name: str):
    """Imports a sample anew, so that it reads the environment as it is now."""
    sys.modules.pop(name, None)
    return importlib.import_module(name)


def browse(url: str, redirect_uri: str) -> str:
    """Follows redirects as the browser of a user who agrees, and returns the URL that reaches the client."""
    browser = requests.Session()
    while not url.startswith(redirect_uri):
        answer = browser.get(url, allow_redirects=False)
        assert answer.is_redirect, f"{answer.status_code} {url}: {answer.text[:300]}"
        url = requests.compat.urljoin(url, answer.headers["location"])
    error = parse_qs(urlsplit(url).query).get("error_description")
    assert error is None, error
    return url


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def serve_asgi(app, port: int) -> None:
    import uvicorn

    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="warning"))
    threading.Thread(target=server.run, daemon=True).start()
    limit = time.monotonic() + 20
    while not server.started:
        assert time.monotonic() < limit, "the server of the sample did not start"
        time.sleep(0.02)


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_):
        pass


def serve_wsgi(app, port: int) -> None:
    server = make_server("127.0.0.1", port, app, handler_class=_Quiet)
    threading.Thread(target=server.serve_forever, daemon=True).start()


def token(resource: str | None = None, scope: str = "notes:read") -> str:
    """Returns an access token of a job, for checks of APIs."""
    job = register_job()
    form = {"grant_type": "client_credentials", "scope": scope} | ({"resource": resource} if resource else {})
    endpoint = requests.get(f"{issuer}/.well-known/openid-configuration").json()["token_endpoint"]
    answer = requests.post(endpoint, data=form, auth=(job["client_id"], job["client_secret"]))
    assert answer.status_code == 200, answer.text
    return answer.json()["access_token"]
