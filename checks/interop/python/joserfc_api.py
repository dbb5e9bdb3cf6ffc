import os

import requests
from joserfc import jwt
from joserfc.jwk import KeySet

issuer = os.environ["OAUTH_ISSUER"]
server = requests.get(f"{issuer}/.well-known/openid-configuration").json()
keys = KeySet.import_key_set(requests.get(server["jwks_uri"]).json())
rules = jwt.JWTClaimsRegistry(
    iss={"essential": True, "value": issuer},
    aud={"essential": True, "value": os.environ["OAUTH_RESOURCE"]},
    exp={"essential": True},
)


def verify(access_token: str) -> dict:
    token = jwt.decode(access_token, keys)
    if token.header["typ"] != "at+jwt":
        raise ValueError("This is not an access token.")
    rules.validate(token.claims)
    return token.claims
