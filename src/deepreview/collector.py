"""Python's search for cycles, switched off for a while."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_collector() -> Iterator[None]:
    """Thousands of small values live until the end and none is in a cycle: the search takes up to half of the time.

    For a whole function, as a decorator: where the values are still there at its end, they are looked through then.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
