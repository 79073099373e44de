"""App configuration: tells lower apps what the simulator cites and offers."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SimulatorConfig(AppConfig):
    """The inspection simulator."""

    name = "simulator"
    verbose_name = _("Inspection simulator")

    def ready(self) -> None:
        from accounts.registry import PersonalData, register_personal_data
        from courses.registry import (
            ActivityKind,
            Citer,
            register_activity_kind,
            register_citer,
        )
        from simulator import queries
        from simulator.permissions import CASE_READERS
        from simulator.services import carrying

        register_personal_data(
            PersonalData(
                "simulator",
                queries.personal_data,
                needed_until=queries.needed_until,
            )
        )
        register_citer(
            Citer(
                queries.CASE_KIND,
                _("Inspection case"),
                queries.iter_citations,
                carrying.carry_case_forward,
                frozenset(CASE_READERS),
            )
        )
        register_citer(
            Citer(
                queries.CHECKLIST_KIND,
                _("Checklist entry"),
                queries.checklist_citations,
                carrying.carry_checklist_forward,
            )
        )
        register_citer(
            Citer(
                queries.PROFILE_KIND,
                _("Scoring profile"),
                queries.profile_citations,
                readers=frozenset(CASE_READERS),
            )
        )
        register_activity_kind(
            ActivityKind(
                code=queries.ACTIVITY,
                label=_("Simulated inspection"),
                choices=queries.activity_choices,
                progress=queries.activity_progress,
            )
        )
