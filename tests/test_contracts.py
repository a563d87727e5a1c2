"""Who may import whom, as declared in pyproject.toml."""

import os
import sys
from pathlib import Path

from deepreview.process import run_now

ROOT = Path(__file__).parent.parent


def test_import_contracts_are_kept(tmp_path: Path) -> None:
    program = Path(sys.executable).parent / "lint-imports"
    env = {"PATH": os.defpath, "HOME": str(tmp_path)}
    done = run_now([str(program), "--no-cache"], env=env, cwd=ROOT)
    assert done.code == 0, done.stdout.decode()
