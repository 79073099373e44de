"""Legal review of lessons with four eyes."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.models import AbstractGroupApprovalTask, PagePermissionTester, TaskState
from wagtail.permission_policies import ModelPermissionPolicy


def writers_of(content: Any) -> set[int]:
    """Everybody whose hand is in the text as it stands: the owner and all editors."""
    writers = set(
        content.revisions.exclude(user=None).values_list("user_id", flat=True)
    )
    content = getattr(content, "specific", content)
    owner = getattr(content, "owner_id", None)
    trainer = getattr(content, "trainer_id", None)
    return writers | {person for person in (owner, trainer) if person is not None}


class ReviewedPageTester(PagePermissionTester):
    """Rights on a page that only the legal review puts online.

    Every door of Wagtail that publishes at once (edit, create, copy, bulk) asks these,
    so that nobody, not even a superuser, publishes past the second pair of eyes.
    """

    def can_publish(self) -> bool:
        return False

    def can_publish_subpage(self) -> bool:
        return False


class ReviewedPolicy(ModelPermissionPolicy):
    """Rights on a snippet that only the legal review puts online: nobody publishes."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        return action != "publish" and super().user_has_permission(user, action)

    def user_has_any_permission(self, user: Any, actions: Any) -> bool:
        return any(self.user_has_permission(user, action) for action in actions)


class LegalReview(AbstractGroupApprovalTask):
    """Release by somebody of the chosen groups who wrote none of it.

    Not even a superuser may release a text of their own. Holds no personal data.
    """

    class Meta:
        verbose_name = _("legal review")
        verbose_name_plural = _("legal reviews")

    def get_actions(self, obj: Any, user: Any) -> list[tuple[str, str, bool]]:
        actions: list[tuple[str, str, bool]] = super().get_actions(obj, user)
        if user.pk in writers_of(obj):
            return [action for action in actions if action[0] != "approve"]
        return actions

    def on_action(
        self, task_state: TaskState, user: Any, action_name: str, **kwargs: Any
    ) -> None:
        """The last door: an approval of one's own text does nothing at all."""
        content = task_state.workflow_state.content_object
        if action_name == "approve" and user.pk in writers_of(content):
            return
        super().on_action(task_state, user, action_name, **kwargs)

    @classmethod
    def get_description(cls) -> str:
        return str(
            _("Somebody of the chosen groups who wrote none of the text releases it")
        )
