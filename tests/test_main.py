import sys
from pathlib import Path

from deepreview.errors import Exit
from deepreview.process import run_now

LOADING = """
import sys
class Interrupts:
    def find_spec(self, name, path=None, target=None):
        if name == "deepreview.cli.main":
            raise KeyboardInterrupt
sys.meta_path.insert(0, Interrupts())
from deepreview.__main__ import main
main()
"""


def test_an_interrupt_while_loading_is_no_traceback(tmp_path: Path) -> None:
    ended = run_now([sys.executable, "-c", LOADING], env={}, cwd=tmp_path)
    assert (ended.code, ended.stdout, ended.stderr) == (Exit.INTERRUPTED.value, b"", b"")


def test_the_module_is_the_program(tmp_path: Path) -> None:
    ended = run_now([sys.executable, "-m", "deepreview", "--version"], env={}, cwd=tmp_path)
    assert (ended.code, ended.stdout.startswith(b"deepreview ")) == (0, True)
