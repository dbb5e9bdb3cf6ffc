import os

import interop
import requests
from interop import flow

setting = '`client_kwargs={"code_challenge_method": "S256"}`'

with flow("Authlib in Starlette", "sign-in with PKCE, ID token", "Authlib", setting):
    url = f"http://127.0.0.1:{(port := interop.free_port())}"
    interop.register_app(f"{url}/callback", "openid profile email", post_logout_redirect_uris=[f"{url}/goodbye"])
    os.environ["SESSION_SECRET"] = "a-secret-of-the-checks"
    interop.serve_asgi(interop.sample("authlib_starlette").app, port)
    browser = requests.Session()
    user = browser.get(f"{url}/login").json()
    assert user["sub"] == "ada" and user["email"] == "ada@example.com", user

with flow("Authlib in Starlette", "RP-initiated logout", "Authlib"):
    assert browser.get(f"{url}/logout").json() == "Goodbye"
    assert browser.get(url).json() is None

interop.end()
