"""Pages of people's accounts."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect


def sign_in(request: HttpRequest) -> HttpResponse:
    return HttpResponse("sign in")


def sign_out(request: HttpRequest) -> HttpResponse:
    return redirect("/")


def code(request: HttpRequest) -> HttpResponse:
    return HttpResponse("code")


def profile(request: HttpRequest) -> HttpResponse:
    return HttpResponse("profile")
