"""Resolutions are appended, by several at once, and a line that was cut off costs no other."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from deepreview.archive.resolutions import FILE, Resolutions
from deepreview.errors import MachineError
from deepreview.model.change import Sha
from deepreview.model.finding import Fingerprint, State
from deepreview.model.resolution import Resolution


def said(number: int) -> Resolution:
    return Resolution(
        fingerprint=Fingerprint(f"{number:016x}"),
        state=State.DECLINED,
        by="Sam",
        at="2026-01-02T03:04:05+00:00",
        reason="On purpose:\nsee the “notes”.",
        commit=Sha(""),
        link="",
        round="20260102-030405-topic",
        proposed=False,
    )


def test_what_was_said_comes_back_in_order(tmp_path: Path) -> None:
    ledger = Resolutions(path=tmp_path / "repo" / FILE)
    assert ledger.all() == ()
    ledger.append([said(1), said(2)])
    ledger.append([said(1)])
    assert ledger.all() == (said(1), said(2), said(1))


def test_a_line_that_was_cut_off_is_left_out_and_closed(tmp_path: Path) -> None:
    ledger = Resolutions(path=tmp_path / FILE)
    ledger.append([said(1), said(2)])
    ledger.path.write_bytes(ledger.path.read_bytes()[:-30])
    ledger.append([said(3)])
    assert ledger.all() == (said(1), said(3))


def test_many_at_once_lose_nothing(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        for number in range(60):
            pool.submit(Resolutions(path=tmp_path / FILE).append, [said(number)])
    assert sorted(one.fingerprint for one in Resolutions(path=tmp_path / FILE).all()) == [
        said(number).fingerprint for number in range(60)
    ]


def test_a_record_that_cannot_be_read_is_told_and_not_taken_for_an_empty_one(tmp_path: Path) -> None:
    (tmp_path / "resolutions.jsonl").mkdir()
    with pytest.raises(MachineError, match=r"resolutions\.jsonl cannot be read: Is a directory"):
        Resolutions(path=tmp_path / "resolutions.jsonl").all()
