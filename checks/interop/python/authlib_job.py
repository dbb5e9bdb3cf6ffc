import os

import requests
from authlib.integrations.requests_client import OAuth2Session

issuer = os.environ["OAUTH_ISSUER"]
server = requests.get(f"{issuer}/.well-known/openid-configuration").json()

client = OAuth2Session(
    os.environ["OAUTH_CLIENT_ID"],
    os.environ["OAUTH_CLIENT_SECRET"],
    scope="notes:read",
    grant_type="client_credentials",
    token_endpoint=server["token_endpoint"],
)

# client.fetch_token(resource=os.environ["OAUTH_RESOURCE"])
