from pathlib import Path

import pytest

from deepreview.archive.memory import MemoryLog
from deepreview.errors import MachineError
from deepreview.model.memory import Decided, Deed, Expired, Note, Proposed, Verb

NOW = "2026-01-05T12:00:00+00:00"


def test_what_is_written_is_read_and_a_line_that_is_cut_off_costs_only_itself(tmp_path: Path) -> None:
    log = MemoryLog(path=tmp_path / "shelf" / "memory.jsonl")
    assert log.all() == ()
    first = Proposed(number=1, note=Note(verb=Verb.UPDATE, text="x\udcff", target="R1"), at=NOW)
    more = (Decided(number=1, deed=Deed.REJECT, by="Robin", at=NOW, text="no"), Expired(rule="R1", by="Robin", at=NOW))
    with log.alone():
        log.append([first])
        with log.path.open("ab") as file:
            file.write(b'{"entry": "deci')
        log.append(more)
    read = log.all()
    assert len(read) == 3
    assert read[1:] == more


def test_a_record_that_cannot_be_read_is_told_and_not_taken_for_an_empty_one(tmp_path: Path) -> None:
    (tmp_path / "memory.jsonl").mkdir()
    with pytest.raises(MachineError, match=r"memory\.jsonl cannot be read: Is a directory"):
        MemoryLog(path=tmp_path / "memory.jsonl").all()
