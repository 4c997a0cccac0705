import errno
import json
import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from keytally.reconciliation.engine.contract import Stopped
from keytally.reconciliation.engine.folder import RESULT_FILES, result_folder
from keytally.reconciliation.engine.messages import Refusal

SUMMARY = json.dumps({"version": 1, "sides": {}, "bridges": [], "exit": 0})


def leave_result(path: Path, text: str = "new") -> None:
    with result_folder(path, inputs=()) as folder:
        for name in RESULT_FILES:
            folder.place(name).write_text(SUMMARY if name == "summary.json" else text)
        folder.publish()


def names(path: Path) -> set[str]:
    return {entry.name for entry in path.iterdir()}


def refused(path: Path, *inputs: Path) -> Refusal:
    with pytest.raises(Refusal) as caught, result_folder(path, inputs=inputs):
        pass
    return caught.value


def test_it_leaves_the_result_and_nothing_else(tmp_path):
    leave_result(tmp_path / "deep" / "out")
    assert names(tmp_path / "deep" / "out") == set(RESULT_FILES)


def test_it_replaces_its_own_earlier_output(tmp_path):
    leave_result(tmp_path / "out", "old")
    leave_result(tmp_path / "out", "new")
    assert (tmp_path / "out" / "links.parquet").read_text() == "new"


def test_it_drops_an_earlier_report_that_the_new_result_does_not_have(tmp_path):
    leave_result(tmp_path / "out")
    with result_folder(tmp_path / "out", inputs=()) as folder:
        folder.place("summary.json").write_text(SUMMARY)
        folder.publish()
    assert names(tmp_path / "out") == {"summary.json"}


def test_it_leaves_the_earlier_output_when_the_run_fails(tmp_path):
    leave_result(tmp_path / "out", "old")
    with pytest.raises(RuntimeError), result_folder(tmp_path / "out", inputs=()) as folder:
        folder.place("links.parquet").write_text("half")
        raise RuntimeError
    assert names(tmp_path / "out") == set(RESULT_FILES)
    assert (tmp_path / "out" / "links.parquet").read_text() == "old"


def test_it_leaves_nothing_when_a_first_run_fails(tmp_path):
    with pytest.raises(RuntimeError), result_folder(tmp_path / "a" / "out", inputs=()) as folder:
        folder.place("links.parquet").write_text("half")
        raise RuntimeError
    assert names(tmp_path) == set()


def test_it_keeps_the_parsed_input_of_a_stopped_run(tmp_path):
    with pytest.raises(Stopped), result_folder(tmp_path / "out", inputs=()) as folder:
        (folder.cache / "ours.parquet").write_text("parsed")
        folder.place("links.parquet").write_text("half")
        raise Stopped
    assert names(tmp_path / "out") == {".keytally-cache"}
    with result_folder(tmp_path / "out", inputs=()) as folder:
        assert (folder.cache / "ours.parquet").read_text() == "parsed"


def test_it_clears_what_a_killed_run_left(tmp_path):
    program = """
        import os, sys
        from pathlib import Path
        from keytally.reconciliation.engine.folder import result_folder
        with result_folder(Path(sys.argv[1]), inputs=()) as folder:
            folder.place("links.parquet").write_text("half")
            os._exit(9)
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(program), tmp_path / "out"], check=False)
    assert names(tmp_path / "out") == {".keytally-cache", ".keytally-scratch"}
    leave_result(tmp_path / "out")
    assert names(tmp_path / "out") == set(RESULT_FILES)


def test_it_refuses_a_folder_with_other_things(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    refusal = refused(tmp_path)
    assert (refusal.code, refusal.parameters["name"]) == ("out_has_others", "thesis.txt")
    assert names(tmp_path) == {"thesis.txt"}


def test_it_refuses_a_report_that_keytally_did_not_write(tmp_path):
    (tmp_path / "report.xlsx").write_text("somebody's own")
    assert refused(tmp_path).code == "out_not_ours"
    (tmp_path / "summary.json").write_text("[]")
    assert refused(tmp_path).code == "out_not_ours"


def test_it_takes_a_folder_that_holds_a_proposed_profile(tmp_path):
    (tmp_path / "profile.toml").write_text("version = 1")
    leave_result(tmp_path)
    assert names(tmp_path) == set(RESULT_FILES)


def test_it_refuses_a_file(tmp_path):
    (tmp_path / "file").write_text("")
    assert refused(tmp_path / "file").code == "out_is_file"
    assert refused(tmp_path / "file" / "out").code == "out_unwritable"


def test_it_refuses_to_write_into_or_over_the_input(tmp_path):
    side = tmp_path / "side"
    side.mkdir()
    assert refused(side / "out", side).code == "out_inside_input"
    assert refused(tmp_path, side).code == "out_holds_input"
    assert refused(side, side).code == "out_inside_input"


def test_it_refuses_a_folder_in_which_another_run_writes(tmp_path):
    with result_folder(tmp_path / "out", inputs=()) as folder:
        folder.place("links.parquet").write_text("mine")
        assert refused(tmp_path / "out").code == "out_in_use"
        assert folder.place("links.parquet").read_text() == "mine"


def test_it_says_that_the_disk_is_full(tmp_path):
    with pytest.raises(Refusal) as caught, result_folder(tmp_path / "out", inputs=()):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert caught.value.code == "disk_full"
    assert names(tmp_path) == set()
