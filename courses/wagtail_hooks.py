"""What courses adds to Wagtail."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver, include, path
from django.utils import timezone
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.models import Page
from wagtail.snippets.models import register_snippet

from accounts.models import User
from courses.models import CourseIndexPage, CoursePage, LessonPage, ModulePage
from courses.permissions import may_enter_law_desk
from courses.views import learning
from courses.viewsets import law
from courses.viewsets.learning import SectionViewSet, learning_menu_items

register_snippet(SectionViewSet)


@hooks.register("before_serve_page")
def serve_learning_page(
    page: Page, request: HttpRequest, _args: Any, _kwargs: Any
) -> HttpResponseBase | None:
    """Pages of the catalogue are shown by our views, which know the person."""
    if isinstance(page, CourseIndexPage):
        return learning.show_catalogue(request, page)
    if isinstance(page, CoursePage):
        return learning.show_course(request, page)
    if isinstance(page, ModulePage):
        return redirect(page.get_parent().url)
    if isinstance(page, LessonPage):
        return learning.show_lesson(request, page)
    return None


@hooks.register("register_admin_urls")
def register_law_desk() -> list[URLPattern | URLResolver]:
    """Import, worklist, old-to-new tables and report below /admin/law/."""
    return [path("law/", include((law.law_desk_urls(), "law_desk")))]


@hooks.register("construct_main_menu")
def add_law_menu(request: HttpRequest, items: list[Any]) -> None:
    """The law desk in the main menu, for those who may enter it."""
    items += [item for item in law.law_menu_items() if item.is_shown(request)]


@hooks.register("construct_homepage_panels")
def add_stale_panel(request: HttpRequest, panels: list[Any]) -> None:
    """What went stale, on the first page of whoever reviews it."""
    user = request.user
    if isinstance(user, User) and may_enter_law_desk(user, timezone.now()):
        panels.append(law.StalePanel())


@hooks.register("construct_main_menu")
def add_learning_menu(request: HttpRequest, items: list[MenuItem]) -> None:
    """Programmes and learners' questions in the main menu of those who manage them."""
    items += [item for item in learning_menu_items() if item.is_shown(request)]
