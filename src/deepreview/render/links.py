"""Addresses on the forge, always at the commits that were reviewed, and only where the forge can have them."""

import re
from dataclasses import dataclass
from urllib.parse import quote

from deepreview.model.change import Side
from deepreview.model.finding import Location
from deepreview.model.report import Subject

_GITHUB = re.compile(
    r"(https?://github\.[a-z0-9.-]+(?::\d{1,5})?/[\w.-]+/[\w.-]+?)(?:\.git)?/?", re.IGNORECASE | re.ASCII
)
_SHA = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Addresses of one change; each is empty where there is none."""

    root: str
    head: str
    base: str
    pull: str

    def blob(self, location: Location) -> str:
        """The file at the reviewed commit, at the lines."""
        sha = self.base if location.side is Side.BASE else self.head
        if not (self.root and sha):
            return ""
        path = quote(location.path.encode("utf-8", "surrogateescape"))
        shown = "?plain=1" if path.lower().endswith((".md", ".markdown", ".rst")) else ""
        lines = f"#L{location.first}" if location.first else ""
        if location.last > location.first:
            lines += f"-L{location.last}"
        return f"{self.root}/blob/{sha}/{path}{shown}{lines}"

    def commit(self, sha: str) -> str:
        """The commit's page."""
        return f"{self.root}/commit/{sha}" if self.root and _SHA.fullmatch(sha) else ""


def links(subject: Subject) -> Links:
    """The addresses of the change; none when it is not commits of a repository on GitHub."""
    found = _GITHUB.fullmatch(subject.url)
    root = found[1] if found and subject.commits else ""
    return Links(
        root=root,
        head=subject.head if _SHA.fullmatch(subject.head) else "",
        base=subject.base if _SHA.fullmatch(subject.base) else "",
        pull=f"{found[1]}/pull/{subject.number}" if found and subject.number > 0 else "",
    )
