"""Addresses of the pages for connected systems, below /connect/."""

from django.urls import path

from credentials.views import connect

app_name = "connect"
urlpatterns = [
    path("", connect.clients, name="clients"),
    path("propose/", connect.propose, name="propose"),
    path("proposals/<int:pk>/", connect.decide, name="decide"),
    path("clients/<uuid:public_id>/secret/", connect.renew_secret, name="secret"),
    path("clients/<uuid:public_id>/close/", connect.close, name="close"),
    path("console/", connect.console, name="console"),
    path("reference/", connect.reference, name="reference"),
    path("openapi.json", connect.openapi, name="openapi"),
    path("events/", connect.events, name="events"),
]
