"""What happens when a workflow ends (setting WAGTAIL_FINISH_WORKFLOW_ACTION).

Wagtail imports this while its own models are being made, so nothing may be imported
here.
"""

from __future__ import annotations

from typing import Any


def publish_reviewed(workflow_state: Any, user: Any = None) -> None:
    """Publish exactly the revision that the last reviewer saw and approved.

    Wagtail's own action publishes the latest revision, which somebody may have changed
    in between, and asks for a right to publish that no role has here.
    """
    workflow_state.current_task_state.revision.publish(
        user=user, skip_permission_checks=True
    )
