import os

import interop
import requests
from interop import flow

with flow("django-allauth", "sign-in with PKCE, ID token, userinfo", setting='`"OAUTH_PKCE_ENABLED": True`'):
    port = interop.free_port()
    interop.register_app(f"http://127.0.0.1:{port}/accounts/oidc/id/login/callback/", "openid profile email")
    os.environ["DJANGO_SETTINGS_MODULE"] = "django_allauth_settings"

    from django.core.management import call_command
    from django.core.wsgi import get_wsgi_application

    app = get_wsgi_application()
    call_command("migrate", verbosity=0)
    interop.serve_wsgi(app, port)
    answer = requests.get(f"http://127.0.0.1:{port}/accounts/oidc/id/login/")
    assert answer.headers["content-type"] == "application/json", answer.text[-2000:]
    assert answer.json()["email"] == "ada@example.com", answer.text

interop.end()
