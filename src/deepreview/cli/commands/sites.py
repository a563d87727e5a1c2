"""`deepreview site`: all rounds and imported reports as pages."""

from pathlib import Path

import click

from deepreview.cli.context import TOOL, Where
from deepreview.cli.options import where
from deepreview.cli.printing import deliver, note
from deepreview.context.visible import one_line
from deepreview.errors import UsageError
from deepreview.render.wording import counted
from deepreview.site.about import About
from deepreview.site.build import build


@click.command(name="site")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--title", default="Reviews", show_default=True, help="What the site is called.")
@click.option("--url", default="", help="Where it is published, for the links in its feeds.")
@click.option("--all", "everywhere", is_flag=True, help="Rounds of all repositories.")
@where
def site_command(
    folder: Path, title: str, url: str, everywhere: bool, repo: Path, archive: Path | None, config: Path | None
) -> int:
    """Write a site of all rounds of this repository to DIR: index, changes, reviewers, statistics, feeds.

    It needs no server and no network. A second run reads and writes only what is new.
    """
    if url and not url.startswith(("https://", "http://")):
        raise UsageError(f"--url {url} is no address", hint="give one that begins with https://")
    at = Where(repo=repo, archive=archive, config=config)
    address = f"{url.rstrip('/')}/" if url else ""
    about = About(title=one_line(title), tool=TOOL, url=address)
    built = build(at.rounds(), folder, about, "" if everywhere else at.shelf())
    for line in built.unread:
        note(f"left out: {one_line(line)}")
    if not built.reports:
        note("No rounds yet; `deepreview review` makes one, `deepreview import` brings older reports.")
    told = f"{counted(built.reports, 'report')} ({built.fresh} new) about {counted(built.changes, 'change')}"
    deliver(f"{folder / 'index.html'}: {told}\n", None)
    return 0
