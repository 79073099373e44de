"""Erasing what nobody needs once a person has left for good."""

from accounts.models import User
from exams.models import MockPaper, NotebookCard, PracticeAnswer


def forget_person(user: User) -> int:
    """Practice, mock papers and the notebook; sittings stay as evidence under an opaque id."""
    gone = MockPaper.objects.filter(person=user).delete()[0]
    gone += PracticeAnswer.objects.filter(person=user).delete()[0]
    return gone + NotebookCard.objects.filter(person=user).delete()[0]
