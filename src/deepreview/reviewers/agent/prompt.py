"""What an agent is asked, put together from the files in `prompts/`; of the change it holds nothing but numbers."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources

from deepreview.context.papers import Papers
from deepreview.context.quoted import mark_of, quoted
from deepreview.model.family import family_of
from deepreview.reviewers.prose import count

_SLOT = re.compile(r"\{\{(\w+)\}\}")


@cache
def _files() -> Mapping[str, str]:
    folder = resources.files("deepreview.reviewers.agent") / "prompts"
    found = sorted((file.name, file.read_text(encoding="utf-8")) for file in folder.iterdir())
    return {name.removesuffix(".md"): text.strip() for name, text in found if name.endswith(".md")}


def version() -> str:
    """The first 12 hexadecimal digits of the hash of all prompt files: equal versions ask for the same."""
    whole = "\0".join(part for file in _files().items() for part in file)
    return hashlib.sha256(whole.encode()).hexdigest()[:12]


def example() -> str:
    """An answer in the form that is asked for."""
    return _files()["example"]


def task(papers: Papers, family: str, *, number: int = 1, passes: int = 1, earlier: bool = False) -> str:
    """The whole prompt of one pass; passes differ in the order in which they read."""
    files = _files()
    own = f"family-{family_of(family)}"
    names = ("task", own, "procedures", "severity", "rounds", "prohibitions", "output")
    kept = [name for name in names if name in files and (earlier or name != "rounds")]
    values = {
        "mark": papers.mark,
        "parts": count(len(papers.chunks), "part"),
        "order": _order(len(papers.chunks), number, passes),
        "example": f"`````markdown\n{example()}\n`````",
    }
    return "\n\n".join(_filled(files[name], values) for name in kept) + "\n"


def _order(parts: int, number: int, passes: int) -> str:
    """Later passes begin further on: what is read last is read worst."""
    start = 1 + parts * (number - 1) // max(passes, 1)
    if start <= 1:
        return "from the first to the last"
    return f"from part {start} to the last and then from the first to part {start - 1}"


def repair(problems: Sequence[str]) -> str:
    """What is said in the same conversation to an answer that cannot be used."""
    return _filled(_files()["repair"], {"problems": "\n".join(f"- {one}" for one in problems)}) + "\n"


def anew(whole: str, problems: Sequence[str], answer: str) -> str:
    """The same in a new conversation, which has to be told all."""
    mark = mark_of((answer,))
    told = _filled(_files()["earlier-answer"], {"answer": quoted(mark, "the answer", answer)})
    return f"{whole}\n{told}\n\n{repair(problems)}"


def _filled(text: str, values: Mapping[str, str]) -> str:
    return _SLOT.sub(lambda slot: values[slot[1]], text)
