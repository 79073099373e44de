from django.conf import settings
from django.urls import include, path, re_path
from django.views.generic import RedirectView
from django.views.i18n import set_language
from django.views.static import serve
from oauth2_provider import views as oauth
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from config.views import healthz, readyz

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("language/", set_language, name="set_language"),
    path("accounts/", include("accounts.urls")),
    path("law/", include("courses.urls_law")),
    path("learning/", include("courses.urls")),
    path("exams/", include("exams.urls")),
    path("simulator/", include("simulator.urls")),
    path("oauth/token", oauth.TokenView.as_view(), name="oauth_token"),
    path("oauth/introspect", oauth.IntrospectTokenView.as_view()),
    path("oauth/revoke_token", oauth.RevokeTokenView.as_view()),
    path("connect/", include("credentials.urls_connect")),
    path("admin/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    path("", include("credentials.urls")),
    path("learn/_util/login/", RedirectView.as_view(pattern_name="accounts:sign_in")),
    path("learn/", include(wagtail_urls)),
]
if settings.DEMO:
    # static() is empty with DEBUG off; lesson figures alone, never people's photos
    urlpatterns += [
        re_path(
            r"^media/(?P<path>(?:original_images|images)/[^/]+)$",
            serve,
            {"document_root": settings.MEDIA_ROOT},
        )
    ]
