"""What the pages say of the site itself, and where they find the reports."""

from collections.abc import Callable
from dataclasses import dataclass

from deepreview.model.entry import Entry
from deepreview.site.names import file_name


def report_page(entry: Entry) -> str:
    """Where the page of a report is, from the root of the site."""
    return f"rounds/{file_name(entry.shelf)}/{file_name(entry.id)}/report.html"


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """One site."""

    title: str
    tool: str
    """Name and version of this program."""
    url: str = ""
    """Where it is published, ending in a slash; feeds need it to be read from elsewhere. Empty where nobody knows."""
    page: Callable[[Entry], str] = report_page
    """Where the page of a report is, from the root of the site."""
