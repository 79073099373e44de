"""Rooms of the browser tests' own: an exam session at this moment, people in it."""

import json
from dataclasses import dataclass

from tests.server import Server

BUILD = """
import json, uuid
from datetime import timedelta
from django.utils import timezone
from accounts.models import User
from exams.models import Exam, Session
from exams.services.sittings import assign_sitting, open_sitting, prepare_session
now = timezone.now()
pattern = Exam.objects.get(key="hazchem-emergency-law")
exam = Exam.objects.create(
    key=f"browser-{uuid.uuid4().hex[:8]}", title="浏览器测试考试",
    organisation=pattern.organisation, blueprint=pattern.blueprint,
    minutes=120, pass_points=60, is_fixed_paper=True, allows_calculator=True,
)
session = Session.objects.create(
    exam=exam, title=%(title)r, place="市委党校教学楼101",
    opens_at=now - timedelta(minutes=1), closes_at=now + timedelta(hours=4),
)
session.invigilators.set(User.objects.filter(username__in=%(invigilators)r))
for name in %(people)r:
    assign_sitting(session, User.objects.get(username=name), now=now)
prepare_session(session, now=now)
sittings = {}
for sitting in session.sittings.select_related("candidate", "form", "exam", "session"):
    if %(is_open)r:
        open_sitting(sitting, now=now)
    sittings[sitting.candidate.username] = str(sitting.public_id)
print(json.dumps({"session": str(session.public_id), "sittings": sittings}))
"""
RUN_OUT = """
from datetime import timedelta
from django.utils import timezone
from exams.models import Sitting
sitting = Sitting.objects.get(public_id=%(sitting)r)
shift = sitting.deadline - timezone.now() - timedelta(seconds=%(seconds)d)
sitting.opened_at -= shift
sitting.deadline -= shift
sitting.save(update_fields=["opened_at", "deadline"])
"""


@dataclass
class Room:
    """A session and the sittings of its people by user name."""

    server: Server
    session: str
    sittings: dict[str, str]

    def paper(self, name: str) -> str:
        return f"/exams/sittings/{self.sittings[name]}/"

    @property
    def console(self) -> str:
        return f"/exams/sessions/{self.session}/"

    def leave_seconds(self, name: str, seconds: int) -> None:
        """As if the person had begun earlier: so many seconds are left now."""
        values = {"sitting": self.sittings[name], "seconds": seconds}
        self.server.manage("shell", "-v", "0", "-c", RUN_OUT % values)


def build_room(
    server: Server,
    title: str,
    *people: str,
    invigilators: tuple[str, ...] = ("invigilator",),
    is_open: bool = True,
) -> Room:
    """A new exam with one session, its forms sealed and, if wanted, opened."""
    values = {
        "title": title,
        "people": people,
        "invigilators": invigilators,
        "is_open": is_open,
    }
    told = server.manage("shell", "-v", "0", "-c", BUILD % values)
    return Room(server, **json.loads(told.splitlines()[-1]))
