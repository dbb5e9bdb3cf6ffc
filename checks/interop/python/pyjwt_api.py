import os

import jwt
import requests

issuer = os.environ["OAUTH_ISSUER"]
server = requests.get(f"{issuer}/.well-known/openid-configuration").json()
keys = jwt.PyJWKClient(server["jwks_uri"])


def verify(access_token: str) -> dict:
    token = jwt.decode_complete(
        access_token,
        keys.get_signing_key_from_jwt(access_token),
        algorithms=["RS256"],
        issuer=issuer,
        audience=os.environ["OAUTH_RESOURCE"],
        options={"require": ["exp", "iss", "aud", "sub"]},
    )
    if token["header"].get("typ") != "at+jwt":
        raise jwt.InvalidTokenError("This is not an access token.")
    return token["payload"]
