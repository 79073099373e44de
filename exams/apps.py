from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ExamsConfig(AppConfig):
    name = "exams"
    verbose_name = _("exams")

    def ready(self) -> None:
        from accounts.registry import PersonalData, register_personal_data
        from courses import registry
        from exams import queries
        from exams.permissions import BANK_READERS
        from exams.queries import personal
        from exams.services.carrying import carry_item_forward
        from exams.services.privacy import forget_person

        register_personal_data(
            PersonalData(
                "exams", personal.personal_data, forget_person, personal.needed_until
            )
        )
        registry.register_citer(
            registry.Citer(
                "item",
                _("Items"),
                queries.cited_places,
                carry_item_forward,
                frozenset(BANK_READERS),
            )
        )
        registry.register_activity_kind(
            registry.ActivityKind(
                code="exam",
                label=_("Exam"),
                choices=queries.exam_activities,
                progress=queries.exam_progress,
            )
        )
