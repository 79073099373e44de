"""Several acts at the same moment, each with a database connection of its own."""

from __future__ import annotations

from collections.abc import Callable
from threading import Barrier, Thread

from django.db import IntegrityError, connection

from courses.errors import CourseError
from credentials.errors import CredentialsError
from exams.errors import ExamsError

REFUSALS = (CourseError, CredentialsError, ExamsError)


def at_once(*acts: Callable[[], object]) -> list[object]:
    """What each act gave, all starting together; refusals by their code."""
    barrier = Barrier(len(acts))
    results: list[object] = [None] * len(acts)

    def run(place: int, act: Callable[[], object]) -> None:
        try:
            barrier.wait()
            results[place] = act()
        except REFUSALS as error:
            results[place] = error.code
        except IntegrityError:
            results[place] = "integrity"
        finally:
            connection.close()

    threads = [Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
