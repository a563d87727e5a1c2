"""Spelling, by typos: only words with one correction, and only those that the project does not already use."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from deepreview.context.targets import tells_history
from deepreview.errors import how_to_add
from deepreview.reviewers.base import Output
from deepreview.reviewers.static.files import is_fixture
from deepreview.reviewers.static.hit import Edit, Hit, Laid, Unreadable
from deepreview.reviewers.static.reports import documents, ended, laid_of

SHORTEST = 6
_FOREIGN = 5
"""So many different words in one file, and more than one in a hundred lines: it is not written in English."""
_VARIANTS = frozenset(
    {"unparseable", "parseable", "reproducability", "useable", "mergeable", "cancelation", "writeable"}
    | {"requeueing", "compactible", "contxt"}
)
_TRANSLATION = re.compile(
    r"(^|/)(translations?|locales?|i18n|l10n|lang|langs|languages|po)/(?!en\b)"
    r"|[./_-](?!en)[a-z]{2}([-_][A-Za-z]{2,4})?\.(json|ya?ml|md|rst|txt|properties|arb|po|strings)$"
    r"|\.(po|pot|xlf|dic|aff)$|(^|/)[^/]*(spelling|cspell|codespell|wordlist|dictionar)[^/]*(/|$)|\.patterns$"
)
_LEGAL = re.compile(r"(^|/)(LICEN[CS]E|COPYING|NOTICE)[^/]*$", re.IGNORECASE)
_DATA = re.compile(r"\.(ya?ml|toml|json5?|ini|cfg|conf|properties|xml|csv)$")
_MARKS = ("#", "//", "/*", "* ", "--", "<!--", '"""')


@dataclass(frozen=True, slots=True)
class Typos:
    """Runs `typos` without configuration."""

    codes: frozenset[str] = frozenset()
    name: str = "typos"
    program: str = "typos"
    install: str = how_to_add("static")

    def wants(self, laid: Laid) -> bool:
        """Every text but the input of tests, translations, licences, and lists of changes, which quote their typos."""
        skipped = is_fixture(laid.path) or tells_history(laid.path) or _LEGAL.search(laid.path)
        return not (skipped or _TRANSLATION.search(laid.path))

    def argv(self, names: Sequence[str], kit: Path) -> Sequence[str]:
        """File names are neutral, so they are not checked."""
        del kit
        return ["--isolated", "--no-ignore", "--hidden", "--no-check-filenames", "--format=json", "--", *names]

    def parse(self, output: Output, files: Mapping[str, Laid]) -> Sequence[Hit]:
        """The words that are long enough and have exactly one correction."""
        ended(output, 0, 2)
        try:
            hits = [_hit(item, files) for item in documents(output) if item.get("type") == "typo"]
        except (KeyError, TypeError, ValueError) as error:
            raise Unreadable(f"printed JSON of another form: {error!r}") from error
        return list(_without_foreign([hit for hit in hits if hit is not None], files))


def _without_foreign(hits: Sequence[Hit], files: Mapping[str, Laid]) -> Iterator[Hit]:
    """The hits outside of files that are not written in English."""
    words: dict[str, set[str]] = defaultdict(set)
    for hit in hits:
        words[hit.path].add(hit.key.lower())
    sizes = {laid.path: len(laid.lines) for laid in files.values()}
    for hit in hits:
        count = len(words[hit.path])
        if count < _FOREIGN or count * 100 < sizes[hit.path]:
            yield hit


def _hit(item: Mapping[str, object], files: Mapping[str, Laid]) -> Hit | None:
    word, corrections = str(item["typo"]), item["corrections"]
    if len(word) < SHORTEST or word.lower() in _VARIANTS or not isinstance(corrections, list) or len(corrections) != 1:
        return None
    laid = laid_of(files, str(item["path"]))
    number, offset = int(str(item["line_num"])), int(str(item["byte_offset"]))
    if not 0 < number <= len(laid.lines):
        return None
    line = laid.lines[number - 1]
    before = line.encode("utf-8", "surrogateescape")[:offset].decode("utf-8", "surrogateescape")
    start, right = len(before), str(corrections[0])
    prose = laid.language == "prose" or any(mark in before for mark in _MARKS)
    if not prose and _DATA.search(laid.path) and not re.search(r"[A-Za-z] $", before):
        return None  # a value of one word is a name: of a linter, a plug-in, a key
    sure = prose and line[start : start + len(word)] == word and _alone(line, start, len(word))
    return Hit(
        kind="typos",
        path=laid.path,
        first=number,
        last=number,
        key=word,
        message=f"{word} → {right}",
        names={"word": word, "right": right},
        edits=(Edit(line=number, start=start, end=start + len(word), text=right),) if sure else (),
    )


def _alone(line: str, start: int, length: int) -> bool:
    """Whether the word is not part of a name, an address or a path."""
    around = line[max(0, start - 1) : start] + line[start + length : start + length + 1]
    return not any(char.isalnum() or char in "_-/`.@:=" for char in around.rstrip(".:"))
