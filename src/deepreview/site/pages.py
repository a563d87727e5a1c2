"""The pages: histories and figures in, path and content out."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256

from deepreview.model.claim import Severity
from deepreview.model.entry import DocumentKind, Entry
from deepreview.model.published import Published
from deepreview.render.highlight import Highlighter
from deepreview.render.page import environment, packaged, policy
from deepreview.render.prose import Prose
from deepreview.site import listing
from deepreview.site.about import About
from deepreview.site.changes import History, Life, severities
from deepreview.site.charts import sparkline
from deepreview.site.documents import document
from deepreview.site.feeds import atom, json_feed
from deepreview.site.figures import charts
from deepreview.site.names import address, reviewer_page
from deepreview.site.sheets import sheets
from deepreview.site.stats import ReviewerFigures, Statistics

FRONT = frozenset({"index.html", "all.html", "statistics.html", "feed.atom", "feed.json", ".nojekyll"})
"""The pages that every site has."""
_PACKAGE = "deepreview.site"
_RENDER = "deepreview.render"
_TEMPLATES = (
    "layout.j2",
    "macros.j2",
    "index.j2",
    "all.j2",
    "change.j2",
    "statistics.j2",
    "reviewer.j2",
    "document.j2",
)
_ASSETS = ("site.css", "site.js")
_MOST_ROUNDS = 100
_MOST_FINDINGS = 50
_OPEN = {"open", "still open", "partly fixed", "there again", "woken", "not repeated", "not looked at again"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """All that the pages are made of."""

    about: About
    histories: tuple[History, ...]
    """The most recently reviewed first."""
    figures: Statistics

    def front(self) -> Iterator[tuple[str, bytes]]:
        """The pages that any new round changes: index, list, statistics, reviewers, feeds."""
        newest = sorted(
            (entry for history in self.histories for entry in history.entries),
            key=lambda entry: (entry.started[:19], entry.id),
            reverse=True,
        )
        every = [listing.row(history) for history in self.histories]
        told = {
            "rows": every[: listing.FIRST],
            "total": len(self.histories),
            "reports": len(newest),
            "figures": self.figures,
        }
        yield "index.html", self._page("index.j2", "", data=listing.data(self.histories, every), **told)
        yield "all.html", self._page("all.j2", "", rows=every, total=len(every))
        tables = sheets(self.figures)
        yield "statistics.html", self._page("statistics.j2", "", sheets=tables, charts=charts(self.figures))
        yield from self._reviewers()
        yield "feed.atom", atom(newest, self.about)
        yield "feed.json", json_feed(newest, self.about)
        yield ".nojekyll", b""

    def changes(self, wanted: Callable[[History], bool] = lambda _: True) -> Iterator[tuple[str, bytes]]:
        """A page for each change that is wanted."""
        for history in self.histories:
            if wanted(history):
                yield history.path, self._change(history)

    def paths(self) -> frozenset[str]:
        """Of all pages but those of reports."""
        reviewers = {reviewer_page(one.name) for one in self.figures.reviewers}
        return FRONT | reviewers | {history.path for history in self.histories}

    def document(self, entry: Entry, report: Published) -> bytes:
        """The page of a published report, which has none of its own."""
        prose = Prose(Highlighter())
        path = self.about.page(entry)
        sections = document(report, prose)
        return self._page("document.j2", path, entry=entry, report=report, sections=sections, prose=prose)

    def _change(self, history: History) -> bytes:
        prose = Prose(Highlighter())
        rounds = [_Round.of(at, entry, self.about) for at, entry in enumerate(history.entries)]
        told = {
            "history": history,
            "newest": history.newest,
            "mark": listing.row(history).mark,
            "rounds": rounds,
            "open": severities(life.last for life in history.open),
            "spark": sparkline(history.course),
            "review": history.kind is DocumentKind.REVIEW,
            "prose": prose,
            "waiting": [life for life in history.lives if life.words in _OPEN],
            "settled": [life for life in history.lives if life.words not in _OPEN],
        }
        return self._page("change.j2", history.path, **told)

    def _reviewers(self) -> Iterator[tuple[str, bytes]]:
        rounds = _by_reviewer(self.histories)
        tables = {sheet.id: sheet for sheet in sheets(self.figures)}
        for one in self.figures.reviewers:
            seats, lives = rounds.get(one.name, ([], []))
            path = reviewer_page(one.name)
            own = [(sheet, row) for sheet in tables.values() for row in sheet.rows if _is_of(sheet.id, row, one)]
            told = {
                "one": one,
                "own": own,
                "seats": seats[:_MOST_ROUNDS],
                "lives": lives[:_MOST_FINDINGS],
                "all": len(lives),
                "prose": Prose(Highlighter()),
            }
            yield path, self._page("reviewer.j2", path, **told)

    def _page(self, template: str, path: str, **told: object) -> bytes:
        style, script = packaged(_RENDER, "base.css") + packaged(_PACKAGE, "site.css"), packaged(_PACKAGE, "site.js")
        root = "../" * path.count("/")
        page = environment(_PACKAGE).get_template(template)
        made = page.render(
            about=self.about,
            root=root,
            style=style,
            script=script,
            policy=policy(style, script),
            address=address,
            severities=tuple(Severity),
            **told,
        )
        return made.encode("utf-8", "replace")


def form(about: About) -> str:
    """Another one when pages have to be made anew though no report is new."""
    parts = [about.title, about.tool, about.url, str(packaged(_RENDER, "base.css"))]
    parts += [str(packaged(_PACKAGE, name)) for name in (*_TEMPLATES, *_ASSETS)]
    return sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()


def _is_of(sheet: str, row: Sequence[str], one: ReviewerFigures) -> bool:
    return sheet in {"reviewers", "care", "price", "ratings"} and row[0] == one.name


@dataclass(frozen=True, slots=True, kw_only=True)
class _Round:
    """A round in the table of its change."""

    name: str
    """`R2`, by its place among the rounds."""
    entry: Entry
    href: str
    mark: str
    counts: tuple[int, int, int]

    @classmethod
    def of(cls, at: int, entry: Entry, about: About) -> "_Round":
        return cls(
            name=f"R{at + 1}",
            entry=entry,
            href=address(about.page(entry)),
            mark=listing.VERDICTS.get(entry.verdict, "") if entry.verdict else "",
            counts=severities(entry.findings),
        )


def _by_reviewer(
    histories: Sequence[History],
) -> dict[str, tuple[list[tuple[History, Entry]], list[tuple[History, Life]]]]:
    """The rounds of each reviewer, newest first, and the findings that only it made, the confirmed ones first."""
    found: dict[str, tuple[list[tuple[History, Entry]], list[tuple[History, Life]]]] = {}
    for history in histories:
        if history.kind is not DocumentKind.REVIEW:
            continue
        for entry in reversed(history.entries):
            for seat in entry.seats:
                found.setdefault(seat.reviewer, ([], []))[0].append((history, entry))
        for life in history.lives:
            if len(life.families) == 1:
                for name in life.reviewers:
                    found.setdefault(name, ([], []))[1].append((history, life))
    for rounds, lives in found.values():
        rounds.sort(key=lambda one: (one[1].started[:19], one[1].id), reverse=True)
        lives.sort(key=lambda one: (not one[1].confirmed, -one[1].last.severity.weight))
    return found
