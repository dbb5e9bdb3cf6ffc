from urllib.parse import parse_qs, urlencode, urlsplit

import interop
import requests
from interop import flow, resource


def id_token_of_the_api() -> str:
    """Signs in to a client whose id is the API, so that only the `typ` tells its ID token from an access token."""
    uri = "http://localhost:9/callback"
    client = interop.register(
        client_id=resource, redirect_uris=[uri], grant_types=["authorization_code"], scope="openid", require_pkce=False
    )
    server = requests.get(f"{interop.issuer}/.well-known/openid-configuration").json()
    request = {"response_type": "code", "client_id": resource, "redirect_uri": uri, "scope": "openid"}
    answer = interop.browse(f"{server['authorization_endpoint']}?{urlencode(request)}", uri)
    form = {
        "grant_type": "authorization_code",
        "code": parse_qs(urlsplit(answer).query)["code"][0],
        "redirect_uri": uri,
        "client_id": resource,
        "client_secret": client["client_secret"],
    }
    return requests.post(server["token_endpoint"], data=form).json()["id_token"]


id_token = id_token_of_the_api()


def refuses(name: str, token: str, what: str) -> None:
    try:
        interop.sample(name).verify(token)
    except Exception:
        return
    raise AssertionError(f"{what} passed")


def check(name: str, library: str) -> None:
    with flow(library, "JWT access token as the API, with `resource` and without"):
        for access_token in [interop.token(resource), interop.token()]:
            claims = interop.sample(name).verify(access_token)
            assert claims["scope"] == "notes:read" and claims["aud"] == resource, claims
            refuses(name, access_token[:-8] + "AAAAAAAA", "a false signature")
        refuses(name, id_token, "an ID token")


check("pyjwt_api", "PyJWT")
check("joserfc_api", "joserfc")
interop.end()
