"""Markdown or plain text: one review, or a published report with the reviews of several in its appendix."""

from collections.abc import Sequence
from dataclasses import replace

from deepreview.model.claim import DefectClass
from deepreview.model.family import family_of, word
from deepreview.model.published import Published, PublishedFinding
from deepreview.model.review import Review
from deepreview.parse.document import is_review, parse_document
from deepreview.parse.lines import read_lines
from deepreview.parse.review import Author, parse_review
from deepreview.parse.statement import statement
from deepreview.reviewers.replay.appended import Appended, appended
from deepreview.reviewers.replay.voice import Remark, Voice, voice


def read_text(text: str, name: str) -> tuple[Voice, ...]:
    """The reviews that a text holds; a report without originals gives each finding to those it credits."""
    own = word(name)
    document = parse_document(text, Author(name=own, family=family_of(name)))
    if isinstance(document, Review):
        return (_alone(own, text, document),)
    voices = _originals(document)
    return voices if any(not one.silent for one in voices) else _credited(document, own)


def _alone(name: str, text: str, review: Review) -> Voice:
    """The voice of one whose whole text is one review."""
    return replace(_voice(name, family_of(name), (review,)), original=text, answered=is_review(text, review))


def _voice(name: str, family: str, reviews: Sequence[Review]) -> Voice:
    return Voice(
        name=name,
        family=family,
        claims=tuple(claim for review in reviews for claim in review.claims),
        observations=tuple(one for review in reviews for one in review.observations),
        covered=tuple(dict.fromkeys(path for review in reviews for path in review.covered)),
        gaps=tuple(gap for review in reviews for gap in review.gaps),
    )


def _originals(report: Published) -> tuple[Voice, ...]:
    """One voice for each reviewer; its passes speak together."""
    ours = {word(original.name): appended(original.text) for original in report.originals}
    if any(ours.values()):
        return tuple(_appended(name, own) for name, own in ours.items() if own)
    said: dict[str, list[Review]] = {}
    families = {word(original.name): family_of(original.name) for original in report.originals}
    for original in report.originals:
        name = word(original.name)
        number = original.number + sum(one.reviewer == name for one in said.get(name, ())) * (original.number == 1)
        said.setdefault(name, []).append(
            parse_review(original.text, Author(name=name, family=families[name], number=number))
        )
    texts = {name: "\n\n".join(_of(report, name)) for name in said}
    return tuple(
        replace(
            _voice(name, families[name], own),
            original=texts[name],
            answered=any(is_review(text, review) for text, review in zip(_of(report, name), own, strict=True)),
        )
        for name, own in said.items()
    )


def _appended(name: str, own: Appended) -> Voice:
    """Its own words where they are there and say all that was claimed, else the claims as they were made."""
    made = voice(name, own.remarks)
    read = _alone(name, own.words, parse_review(own.words, Author(name=name, family=family_of(name))))
    return read if len(read.claims) >= len(made.claims) else replace(made, original=own.words)


def _of(report: Published, name: str) -> Sequence[str]:
    """The texts of a reviewer's passes."""
    return [one.text for one in report.originals if word(one.name) == name]


def _credited(report: Published, name: str) -> tuple[Voice, ...]:
    """The findings by those whom the report credits; what it credits to nobody is the report's own."""
    said: dict[str, list[PublishedFinding]] = {}
    for finding in report.findings:
        for credited in finding.credited or (name,):
            said.setdefault(_bare(credited), []).append(finding)
    return tuple(voice(who, map(_remark, found)) for who, found in said.items()) or (voice(name, ()),)


def _bare(name: str) -> str:
    """Without what a report adds to a name: `Model A (as S5)`."""
    return name.partition(" (")[0].strip() or name


def _remark(finding: PublishedFinding) -> Remark:
    said = statement(read_lines(finding.text, lambda _: False))
    return Remark(
        title=finding.title,
        body=said.text,
        severity=finding.severity,
        defect=finding.defect or said.defect or DefectClass.REGRESSION,
        places=finding.places or said.places,
        quote=said.quote,
        fix=said.fix,
        patch=said.patch,
        repro=said.repro,
        suppressed="struck out in the report" if finding.struck else "",
    )
