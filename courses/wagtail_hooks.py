"""What courses adds to Wagtail."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from wagtail import hooks
from wagtail.models import Page

from courses.models import CourseIndexPage, CoursePage, LessonPage, ModulePage
from courses.views import learning


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
