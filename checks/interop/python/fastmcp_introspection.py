import os

import requests
from fastmcp.server.auth.providers.introspection import IntrospectionTokenVerifier

issuer = os.environ["OAUTH_ISSUER"]
server = requests.get(f"{issuer}/.well-known/openid-configuration").json()

token_verifier = IntrospectionTokenVerifier(
    introspection_url=server["introspection_endpoint"],
    client_id=os.environ["OAUTH_CLIENT_ID"],
    client_secret=os.environ["OAUTH_CLIENT_SECRET"],
    required_scopes=["notes:read"],
)
