"""Addresses of the pages for connected systems, below /connect/."""

from django.urls import path

from credentials.views import connect

app_name = "connect"
urlpatterns = [
    path("", connect.home, name="home"),
    path("console/", connect.console, name="console"),
    path("reference/", connect.reference, name="reference"),
    path("openapi.json", connect.openapi, name="openapi"),
    path("events/", connect.events, name="events"),
    path("offline/", connect.offline, name="offline"),
]
