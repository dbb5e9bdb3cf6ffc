import os

from flask import Flask
from flask_oidc import OpenIDConnect

app = Flask(__name__)
app.config.update(
    OIDC_CLIENT_SECRETS={
        "web": {
            "client_id": os.environ["OAUTH_CLIENT_ID"],
            "client_secret": os.environ["OAUTH_CLIENT_SECRET"],
            "issuer": os.environ["OAUTH_ISSUER"],
        }
    },
    OIDC_RESOURCE_SERVER_ONLY=True,
)
oidc = OpenIDConnect(app)


@app.get("/notes")
@oidc.accept_token("notes:read")
def notes():
    return ["Buy milk"]
