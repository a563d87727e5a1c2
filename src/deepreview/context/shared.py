"""What is computed from a tree once and shared by all who hold the same tree object."""

import threading
import weakref
from collections.abc import Callable
from typing import Generic, TypeVar

from deepreview.context.tree import Tree

T = TypeVar("T")


class _Slot(Generic[T]):
    """One tree's value, computed by whoever asks first while the others wait."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.values: list[T] = []


class Shared(Generic[T]):
    """A value for each tree, by the identity of the object: it lives as long as the tree and never outlives it."""

    def __init__(self, make: Callable[[Tree], T]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._slots: dict[int, tuple[weakref.ref[Tree], _Slot[T]]] = {}

    def of(self, tree: Tree) -> T:
        """The value of a tree, made at the first call; safe to call from many threads."""
        slot = self._slot(tree)
        with slot.lock:
            if not slot.values:
                slot.values.append(self._make(tree))
            return slot.values[0]

    def __len__(self) -> int:
        """How many trees are remembered."""
        return len(self._slots)

    def _slot(self, tree: Tree) -> _Slot[T]:
        key = id(tree)
        with self._lock:
            known = self._slots.get(key)
            if known is not None and known[0]() is tree:
                return known[1]
            slot: _Slot[T] = _Slot()
            self._slots[key] = (weakref.ref(tree, lambda gone: self._forget(key, gone)), slot)
            return slot

    def _forget(self, key: int, gone: "weakref.ref[Tree]") -> None:
        """Drop a dead tree, unless another took its address; no lock, since the collector may call from anywhere."""
        known = self._slots.get(key)
        if known is not None and known[0] is gone:
            self._slots.pop(key, None)
