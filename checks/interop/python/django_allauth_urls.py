from django.http import JsonResponse
from django.urls import include, path


def home(request):
    user = request.user
    return JsonResponse({"email": user.email, "name": user.first_name} if user.is_authenticated else None, safe=False)


urlpatterns = [path("", home), path("accounts/", include("allauth.urls"))]
