"""The help of all commands as one page: `docs/cli.md` is made from this."""

from collections.abc import Iterator

import click

_WIDTH = 100

_HEAD = """\
# Commands

Exit codes: 0 nothing that counts was found, 1 an open finding that is heavy enough (`--fail-on`), 2 the request, the
settings or the machine stand in the way, 3 no verdict since no reviewer read the change, 70 a bug in Deep Review,
130 interrupted (`deepreview resume` goes on).

The verdict says whether a change is fit to merge, the exit code whether a pipeline stops: by default each open
suggestion stops it, also under "Merge as-is". A line on standard error says what did, and with which `--fail-on` it
would have passed.
"""


def reference(group: click.Group) -> str:
    """The page, in Markdown, the commands in the order of the alphabet."""
    top = click.Context(
        group,
        info_name="deepreview",
        terminal_width=_WIDTH,
        max_content_width=_WIDTH,
        help_option_names=group.context_settings["help_option_names"],
    )
    parts = [_HEAD, _section("deepreview", group.get_help(top))]
    return "\n".join((*parts, *_below(group, top)))


def _below(group: click.Group, above: click.Context) -> Iterator[str]:
    for name, command in sorted(group.commands.items()):
        context = click.Context(command, info_name=name, parent=above, terminal_width=_WIDTH, max_content_width=_WIDTH)
        yield _section(context.command_path, command.get_help(context))
        if isinstance(command, click.Group):
            yield from _below(command, context)


def _section(title: str, text: str) -> str:
    return f"## `{title}`\n\n```text\n{text.rstrip()}\n```\n"
