"""A large text is looked through in a process of its own, with the same result; without one, in this process."""

import pytest

from keytally.exchange import surveys

TEXTS = ["code,text\n1,plain\n2,合计 小计\n3,1.5E+3 null Total\n4, edge \r\n", "a,b\r\n1,2\r\n", "", "x" * 100]


@pytest.fixture(params=TEXTS, ids=range(len(TEXTS)))
def text(request, tmp_path, monkeypatch):
    monkeypatch.setattr(surveys, "ASIDE_BYTES", 0)
    file = tmp_path / "帐 1.csv"
    file.write_bytes(request.param.encode())
    return file


@pytest.mark.parametrize("skip", [0, 1])
def test_a_process_of_its_own_finds_the_same(text, skip):
    assert surveys.survey_aside(text, skip=skip) == surveys.survey_of(text, skip=skip)


def test_without_another_process_it_is_found_here(text, monkeypatch):
    monkeypatch.setattr(surveys.sys, "executable", "/bin/false")
    assert surveys.survey_aside(text, skip=1) == surveys.survey_of(text, skip=1)
