"""`deepreview bench`: how good its judgements are, measured on reviews of which the answers are known."""

import json
from pathlib import Path

import click

from deepreview.benchmark.consolidation import compare, table
from deepreview.benchmark.corpus import read_corpus
from deepreview.cli.printing import deliver


@click.group(name="bench")
def bench_command() -> None:
    """Measure on reviews of which the answers are known."""


@bench_command.command(name="consolidate")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="The figures with their intervals, as JSON.")
@click.option("-o", "--output", metavar="FILE", type=click.Path(path_type=Path), help="Write to FILE.")
def bench_consolidate_command(folder: Path, as_json: bool, output: Path | None) -> int:
    """Merge the reviews in DIR, and compare with what is known and with simpler ways of merging.

    DIR holds cases/*.json with pairs.json, or panel.json; docs/consolidation.md describes them.
    """
    results = compare(read_corpus(folder))
    text = json.dumps([result.as_dict() for result in results], indent=2) + "\n" if as_json else table(results)
    deliver(text, output)
    return 0
