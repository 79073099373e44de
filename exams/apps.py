from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class ExamsConfig(AppConfig):
    name = "exams"
    verbose_name = _("exams")

    def ready(self) -> None:
        from courses import registry
        from exams import queries

        registry.register_citer(
            registry.Citer("item", _("Items"), queries.cited_places)
        )
        registry.register_activity_kind(
            registry.ActivityKind(
                code="exam",
                label=_("Exam"),
                choices=queries.exam_activities,
                progress=queries.exam_progress,
            )
        )
