"""Charts as SVG that stands in the page: each says in words what it shows, and has a table beside it."""

from collections.abc import Sequence
from html import escape

from markupsafe import Markup

from deepreview.context.visible import one_line
from deepreview.render.highlight import trusted

WIDE, HIGH = 72, 20
_ROW, _NAME, _BAR = 26, 190, 380
_LONGEST = 26


def course_words(course: Sequence[int]) -> str:
    """`open findings by round: 7, 5; now 3`."""
    *rounds, now = course
    return f"open findings by round: {', '.join(map(str, rounds)) or 'none'}; now {now}"


def sparkline(course: Sequence[int]) -> Markup:
    """The open findings of each round, and behind them what is open now."""
    high = max((*course, 1))
    step = (WIDE - 6) / max(1, len(course) - 1)
    spots = [(3 + at * step, HIGH - 3 - (HIGH - 6) * number / high) for at, number in enumerate(course)]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in spots)
    x, y = spots[-1]
    return trusted(
        f'<svg class="spark" role="img" aria-label="{course_words(course)}" viewBox="0 0 {WIDE} {HIGH}" '
        f'width="{WIDE}" height="{HIGH}"><polyline points="{line}"/><circle cx="{x:.1f}" cy="{y:.1f}" r="2.4"/></svg>'
    )


def bars(words: str, rows: Sequence[tuple[str, Sequence[tuple[str, float]]]]) -> Markup:
    """A bar for each row, made of parts of classes; `words` says what is to be seen."""
    most = max((sum(size for _, size in parts) for _, parts in rows), default=0) or 1
    high = _ROW * len(rows)
    drawn = "".join(_bar(at, name, parts, most) for at, (name, parts) in enumerate(rows))
    return trusted(
        f'<svg class="chart" role="img" aria-label="{escape(one_line(words))}" '
        f'viewBox="0 0 {_NAME + _BAR + 60} {high}">{drawn}</svg>'
    )


def _bar(at: int, name: str, parts: Sequence[tuple[str, float]], most: float) -> str:
    top = at * _ROW
    plain = one_line(name)
    shown = escape(plain if len(plain) <= _LONGEST else f"{plain[: _LONGEST - 1]}…")
    drawn = [f'<text x="{_NAME - 8}" y="{top + 17}" text-anchor="end">{shown}</text>']
    left = float(_NAME)
    for class_, size in parts:
        wide = _BAR * size / most
        drawn.append(f'<rect class="{class_}" x="{left:.1f}" y="{top + 4}" width="{wide:.1f}" height="18"/>')
        left += wide
    total = sum(size for _, size in parts)
    drawn.append(f'<text x="{left + 6:.1f}" y="{top + 17}">{total:g}</text>')
    return "".join(drawn)
