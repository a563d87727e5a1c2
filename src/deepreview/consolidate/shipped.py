"""Whether a defect reaches users, by where it stands."""

import re
from functools import lru_cache

from deepreview.model.claim import Answer

_UNSHIPPED = re.compile(
    r"(^|/)(tests?|testing|spec|specs|__tests__|e2e|bats|fixtures|examples?|docs?|benchmarks?|bench|samples?)/"
    r"|(^|/)(test_[^/]*|conftest\.py|[^/]*(_test|_spec|\.test|\.spec|Test|Tests)\.\w+|[^/]*\.bats)$"
    r"|(^|/)(?!requirements|constraints|CMakeLists\.)[^/]*\.(md|rst|adoc|txt)$"
)


@lru_cache(maxsize=4_096)
def shipped(path: str) -> Answer:
    """Whether what stands at a path reaches users, by the usual names of tests, examples and documents."""
    return Answer.NO if _UNSHIPPED.search(path) else Answer.YES
