from pathlib import Path

import pytest

from deepreview.testing.reviewed import Reviewed


@pytest.fixture
def repo(tmp_path: Path) -> Reviewed:
    return Reviewed.at(tmp_path)
