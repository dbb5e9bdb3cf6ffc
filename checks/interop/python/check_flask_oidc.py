import os

import interop
import requests
from interop import flow, resource

setting = '`oidc.oauth.oidc.client_kwargs["code_challenge_method"] = "S256"`'
os.environ["SESSION_SECRET"] = "a-secret-of-the-checks"

with flow("Flask-OIDC", "sign-in with PKCE, ID token, userinfo", setting=setting):
    port = interop.free_port()
    interop.register_app(f"http://127.0.0.1:{port}/authorize", "openid profile email")
    interop.serve_wsgi(interop.sample("flask_oidc_app").app, port)
    user = requests.get(f"http://127.0.0.1:{port}/").json()
    assert user["email"] == "ada@example.com", user

with flow("Flask-OIDC", "`accept_token` as the API"):
    tokens = [interop.token(resource), interop.token(scope="notes:write")]
    port = interop.free_port()
    interop.register_api()
    interop.serve_wsgi(interop.sample("flask_oidc_api").app, port)
    answers = [
        requests.get(f"http://127.0.0.1:{port}/notes", headers={"authorization": f"Bearer {token}"})
        for token in [*tokens, "nonsense"]
    ]
    assert [answer.status_code for answer in answers] == [200, 403, 401], [answer.text for answer in answers]

interop.end()
