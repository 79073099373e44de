"""What the site adds to Wagtail: its look."""

from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from wagtail import hooks


@hooks.register("insert_global_admin_css")
def our_colours() -> SafeString:
    """The back office wears the colours of the site."""
    return format_html(
        '<link rel="stylesheet" href="{}">', static("site/css/back-office.css")
    )
