import os

import requests
from authlib.integrations.requests_client import OAuth2Session
from authlib.oauth2.rfc7523 import PrivateKeyJWT

issuer = os.environ["OAUTH_ISSUER"]
server = requests.get(f"{issuer}/.well-known/openid-configuration").json()

client = OAuth2Session(
    os.environ["OAUTH_CLIENT_ID"],
    os.environ["OAUTH_CLIENT_KEY"],  # the private key as PEM; the server has the public one in `jwks` or at `jwks_uri`
    scope="notes:read",
    grant_type="client_credentials",
    token_endpoint=server["token_endpoint"],
    token_endpoint_auth_method="private_key_jwt",
)
client.register_client_auth_method(PrivateKeyJWT(server["token_endpoint"]))
