"""A pull request on a GitHub of our own."""

from collections.abc import Iterator

import pytest

from deepreview.testing.fake_github import FakeGitHub
from deepreview.testing.pull_request import pull_request


@pytest.fixture
def hub() -> Iterator[FakeGitHub]:
    """Served on the loopback while a test runs."""
    fake = pull_request()
    with fake.serving():
        yield fake
