"""All checks, cheap ones first. Placing by quote and tracing origins come before them, for every claim."""

from deepreview.verify.base import Check
from deepreview.verify.syntax import Syntax

CHECKS: tuple[Check, ...] = (Syntax(),)
