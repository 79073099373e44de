"""App configuration: tells lower apps what the simulator cites and offers."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SimulatorConfig(AppConfig):
    """The inspection simulator."""

    name = "simulator"
    verbose_name = _("Inspection simulator")
