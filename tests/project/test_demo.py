import socket

import pytest
from django.core.management import CommandError, call_command


def test_a_taken_port_is_refused_before_anything_is_loaded(settings):
    settings.DEMO = True
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()

        with pytest.raises(CommandError, match="is taken"):
            call_command("demo", port=taken.getsockname()[1])


@pytest.mark.parametrize("command", [["demo"], ["onetime_code", "trainee"]])
def test_demo_commands_are_refused_outside_the_demo(command):
    with pytest.raises(CommandError):
        call_command(*command)
