import os

from authlib.integrations.starlette_client import OAuth
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.responses import JSONResponse, RedirectResponse
from starlette.routing import Route

oauth = OAuth()
oauth.register(
    "id",
    server_metadata_url=f"{os.environ['OAUTH_ISSUER']}/.well-known/openid-configuration",
    client_id=os.environ["OAUTH_CLIENT_ID"],
    client_secret=os.environ["OAUTH_CLIENT_SECRET"],
    client_kwargs={"scope": "openid profile email", "code_challenge_method": "S256"},
)


async def login(request):
    return await oauth.id.authorize_redirect(request, os.environ["OAUTH_REDIRECT_URI"])


async def callback(request):
    token = await oauth.id.authorize_access_token(request)
    request.session.update(user=token["userinfo"], id_token=token["id_token"])
    return RedirectResponse("/")


async def logout(request):
    id_token = request.session.pop("id_token")
    request.session.clear()
    return await oauth.id.logout_redirect(request, f"{request.base_url}goodbye", id_token)


async def goodbye(request):
    await oauth.id.validate_logout_response(request)
    return JSONResponse("Goodbye")


async def home(request):
    return JSONResponse(request.session.get("user"))


app = Starlette(
    routes=[
        Route("/", home),
        Route("/login", login),
        Route("/callback", callback),
        Route("/logout", logout),
        Route("/goodbye", goodbye),
    ],
    middleware=[Middleware(SessionMiddleware, secret_key=os.environ["SESSION_SECRET"])],
)
