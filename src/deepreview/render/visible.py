"""Untrusted text made safe to look at, as every renderer shows it."""

from deepreview.context.visible import exact, one_line, visible

__all__ = ["exact", "one_line", "visible"]
