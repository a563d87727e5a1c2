"""`deepreview import`: reports that were published before, by people or by other tools."""

import re
from collections import Counter
from pathlib import Path

import click

from deepreview.archive.folder import shelf_of
from deepreview.archive.imported import Kept, Publications
from deepreview.cli.context import Where
from deepreview.cli.options import where
from deepreview.cli.printing import deliver, note
from deepreview.context.visible import one_line
from deepreview.errors import UsageError
from deepreview.model.entry import DocumentKind
from deepreview.model.published import Published
from deepreview.parse.published import is_report, parse_report
from deepreview.site.imported import kind_of, repository

_NAMED = re.compile(r"[\w.-]+/[\w.-]+", re.ASCII)
_SAFE = re.compile(r"[^\w.+-]+", re.ASCII)
_LARGEST = 20_000_000


@click.command(name="import")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--of", "repo_name", default="", metavar="OWNER/NAME", help="The repository of reports that name none.")
@where
def import_command(folder: Path, repo_name: str, repo: Path, archive: Path | None, config: Path | None) -> int:
    """Import published reports: every Markdown file in DIR and below, of any generation of the format.

    Each text is kept as it is, under its file's name, and shown by `site` and counted by `stats`. To import again
    changes nothing; a report that was published again replaces the earlier text, which is kept beside it.
    """
    if repo_name and not _NAMED.fullmatch(repo_name):
        raise UsageError(f"--of {repo_name} names no repository", hint="write it as owner/name")
    files = _files(folder)
    at = Where(repo=repo, archive=archive, config=config)
    shelves = Publications(root=at.rounds().root)
    counts, findings, unread = Counter[str](), 0, list[str]()
    for file in files:
        try:
            text, report, kind = _read(file)
            shelf = _shelf(report, repo_name)
            counts[shelves.keep(shelf, _SAFE.sub("-", file.stem)[:150], text).value] += 1
            counts[kind.value] += 1
            findings += len(report.findings)
        except UsageError as error:
            unread.append(f"{file}: {error}")
    lines = _summary(counts, findings)
    deliver("\n".join((*lines, *(f"not read: {one_line(line)}" for line in unread))) + "\n", None)
    if unread and len(unread) == len(files):
        note(f"None of {len(files)} files is a published report.")
        return 2
    return 0


def _files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise UsageError(f"{folder} is no folder", hint="name the folder that holds the reports")
    found = sorted(path for path in folder.rglob("*.md") if path.is_file())
    if not found:
        raise UsageError(f"{folder} holds no Markdown file", hint="name the folder that holds the reports")
    return found


def _read(file: Path) -> tuple[bytes, Published, DocumentKind]:
    try:
        content = file.read_bytes() if file.stat().st_size <= _LARGEST else b""
    except OSError as error:
        raise UsageError(f"it cannot be read: {error.strerror}", hint="look at its permissions") from error
    if not content:
        raise UsageError("it is empty or larger than 20 MB", hint="leave it out")
    text = content.decode("utf-8-sig", "replace")
    report = parse_report(text)
    kind = kind_of(report, review=is_report(text))
    if kind is DocumentKind.OTHER:
        raise UsageError("it has no section that a published report has", hint="leave it out")
    return content, report, kind


def _shelf(report: Published, named: str) -> str:
    """The folder of the repository that the report names, or else the user does."""
    name = repository(report)[0] or named
    if not name:
        raise UsageError("it names no repository", hint="say with --of OWNER/NAME whose it is")
    return shelf_of(name, Path())


def _summary(counts: Counter[str], findings: int) -> list[str]:
    kinds = ", ".join(f"{counts[kind.value]} {kind.value}" for kind in DocumentKind if counts[kind.value])
    kept = ", ".join(f"{counts[kept.value]} {kept.value}" for kept in Kept if counts[kept.value])
    return [f"{kept or 'nothing kept'}; {kinds}; {findings} findings"] if kinds else ["nothing imported"]
