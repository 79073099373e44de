"""What the simulator adds to Wagtail."""

from django.urls import URLResolver, include, path
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from simulator.viewsets import cases


@hooks.register("register_admin_urls")
def register_case_desk() -> list[URLResolver]:
    """Cases, their import and publication below /admin/inspection-cases/."""
    return [path("inspection-cases/", include((cases.case_desk_urls(), "case_desk")))]


@hooks.register("register_admin_menu_item")
def add_case_menu() -> MenuItem:
    """The case desk in the main menu."""
    return cases.case_menu_item()
