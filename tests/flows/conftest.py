from collections.abc import Iterator

import pytest

from tests.server import Server, served


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The demonstration, started once for all flows."""
    with served(tmp_path_factory.mktemp("flow")) as running:
        yield running
