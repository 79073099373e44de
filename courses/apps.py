from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class CoursesConfig(AppConfig):
    name = "courses"
    verbose_name = _("courses")

    def ready(self) -> None:
        from wagtail.permissions import policy_registry
        from wagtail.signals import page_published

        from accounts.registry import PersonalData, register_personal_data
        from courses import receivers
        from courses.models import Section
        from courses.models.review import ReviewedPolicy
        from courses.queries import activities, lesson_citations, personal
        from courses.registry import (
            ActivityKind,
            Citer,
            SearchSource,
            register_activity_kind,
            register_citer,
            register_search_source,
        )
        from courses.services.lesson_law import carry_lesson_forward
        from courses.services.privacy import forget_person

        register_personal_data(
            PersonalData("learning", personal.personal_data, forget_person)
        )
        post_migrate.connect(receivers.prepare_catalogue, sender=self)
        page_published.connect(receivers.note_reviewer)
        policy_registry.register(Section, value=ReviewedPolicy(Section))
        register_citer(
            Citer(
                "lesson",
                _("Lessons"),
                lesson_citations.lesson_citations,
                carry_lesson_forward,
            )
        )
        register_citer(
            Citer(
                "section",
                _("Reusable sections"),
                lesson_citations.section_citations,
            )
        )
        register_citer(
            Citer("glossary", _("Glossary"), lesson_citations.glossary_citations)
        )
        register_activity_kind(
            ActivityKind(
                "course",
                _("Course"),
                activities.course_choices,
                activities.course_progress,
            )
        )
        register_activity_kind(
            ActivityKind(
                "hours",
                _("Study time"),
                activities.hour_choices,
                activities.hour_progress,
            )
        )
        register_search_source(
            SearchSource("course", _("Courses"), activities.searchable_courses)
        )
