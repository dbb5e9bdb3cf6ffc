import os

import requests
from oauthlib.oauth2 import BackendApplicationClient
from requests_oauthlib import OAuth2Session

issuer = os.environ["OAUTH_ISSUER"]
server = requests.get(f"{issuer}/.well-known/openid-configuration").json()

client = OAuth2Session(client=BackendApplicationClient(client_id=os.environ["OAUTH_CLIENT_ID"], scope="notes:read"))
client.fetch_token(
    server["token_endpoint"],
    client_secret=os.environ["OAUTH_CLIENT_SECRET"],
    resource=os.environ["OAUTH_RESOURCE"],
)
