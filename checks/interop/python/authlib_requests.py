import os

import requests
from authlib.common.security import generate_token
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.jwk import KeySet

issuer = os.environ["OAUTH_ISSUER"]
server = requests.get(f"{issuer}/.well-known/openid-configuration").json()

client = OAuth2Session(
    os.environ["OAUTH_CLIENT_ID"],
    os.environ.get("OAUTH_CLIENT_SECRET"),  # a native app has none
    scope="openid profile email offline_access notes:read",
    redirect_uri=os.environ["OAUTH_REDIRECT_URI"],
    code_challenge_method="S256",
    token_endpoint=server["token_endpoint"],  # the session refreshes its token there by itself
)


def begin() -> tuple[str, dict]:
    """Returns where to send the browser, and what to keep until it is back."""
    kept = {"code_verifier": generate_token(48), "nonce": generate_token()}
    url, kept["state"] = client.create_authorization_url(
        server["authorization_endpoint"], nonce=kept["nonce"], code_verifier=kept["code_verifier"]
    )
    return url, kept


def finish(callback_url: str, kept: dict) -> CodeIDToken:
    token = client.fetch_token(
        authorization_response=callback_url, state=kept["state"], code_verifier=kept["code_verifier"]
    )
    keys = KeySet.import_key_set(requests.get(server["jwks_uri"]).json())
    id_token = jwt.decode(token["id_token"], keys)
    claims = CodeIDToken(
        id_token.claims,
        id_token.header,
        {"iss": {"essential": True, "value": issuer}, "aud": {"essential": True, "value": client.client_id}},
        {"nonce": kept["nonce"], "client_id": client.client_id, "access_token": token["access_token"]},
    )
    claims.validate()
    return claims
