from python_calamine import load_workbook

from keytally.reconciliation.demo_pair import FAULTS, write_demo


def test_it_makes_the_same_bytes_from_the_same_seed(tmp_path):
    once, again = write_demo(tmp_path / "a"), write_demo(tmp_path / "b")
    for name in ("ours", "theirs", "store_map", "item_map"):
        assert getattr(once, name).read_bytes() == getattr(again, name).read_bytes()


def test_it_looks_like_what_people_send(pair):
    rows = load_workbook(pair.ours).get_sheet_by_index(0).to_python()
    statement = pair.theirs.read_bytes().decode("gb18030")
    assert rows[2][1] == "单据号"
    assert [row[0] for row in rows].count("小计") == 10
    assert rows[-1][0] == "合计"
    assert "待核" in statement
    assert statement.splitlines()[-1].startswith("总计")


def test_the_engine_finds_the_faults_that_were_put_in(demo_run):
    classes = demo_run.summary["classes"]
    their_only = {"NOT_IN_BOOKS": "not_in_books", "DUPLICATE": "duplicate", "DEDUCTION_UNKNOWN": "deduction"}
    pairs = {"SHORT": "short", "OVER": "over", "PRICE": "price", "ROUNDING": "rounding"}
    assert {token: classes[token]["theirs_lines"] for token in their_only} == {
        token: FAULTS[fault] for token, fault in their_only.items()
    }
    assert {token: classes[token]["ours_lines"] for token in pairs} == {
        token: FAULTS[fault] for token, fault in pairs.items()
    }
    assert classes["NOT_RECEIVED"]["ours_lines"] == FAULTS["not_received"] + FAULTS["unreadable"]
    assert classes["CANCELLED"]["ours_lines"] == 2 * FAULTS["cancelled"]
    assert demo_run.summary["sides"]["theirs"]["rejected"] == FAULTS["unreadable"]


def test_every_row_that_was_read_is_accounted_for(demo_run):
    for side in demo_run.summary["sides"].values():
        assert side["read"] == side["accepted"] + side["rejected"] + side["totals"]
