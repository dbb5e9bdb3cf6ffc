import os

SECRET_KEY = "a-secret-of-the-checks"
DEBUG = True
ALLOWED_HOSTS = ["127.0.0.1"]
ROOT_URLCONF = "django_allauth_urls"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "file:allauth?mode=memory&cache=shared"}}
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["django.template.context_processors.request"]},
    }
]
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.sessions",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
]
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_REDIRECT_URL = "/"
SOCIALACCOUNT_LOGIN_ON_GET = True

# The redirect URI is https://app.example.com/accounts/oidc/id/login/callback/
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "id",
                "name": "Example ID",
                "client_id": os.environ["OAUTH_CLIENT_ID"],
                "secret": os.environ["OAUTH_CLIENT_SECRET"],
                "settings": {"server_url": os.environ["OAUTH_ISSUER"]},
            }
        ],
    }
}
