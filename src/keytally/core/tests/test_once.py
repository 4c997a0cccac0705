"""A page reads the same thing once; whatever changes something, and the next page, read anew."""

from django.http import HttpResponse
from django.test import RequestFactory

from keytally.core.once import once, reading
from keytally.site.middleware import reads_once


def counter():
    asked = iter(range(100))
    return lambda: next(asked)


def test_a_page_reads_once_and_the_next_one_anew():
    read = counter()
    with reading():
        assert [once("a", read), once("a", read), once("b", read)] == [0, 0, 1]
    with reading():
        assert once("a", read) == 2


def test_nothing_is_kept_outside_of_a_page():
    read = counter()
    assert [once("a", read), once("a", read)] == [0, 1]


def test_none_is_kept_like_anything_else():
    asked = []
    with reading():
        assert [once("a", lambda: asked.append(1)), once("a", lambda: asked.append(2))] == [None, None]
    assert asked == [1]


def test_a_page_keeps_what_it_read_but_a_change_does_not():
    read = counter()
    answer = reads_once(lambda _request: HttpResponse(f"{once('a', read)}{once('a', read)}"))
    factory = RequestFactory()
    assert [answer(factory.get("/")).content, answer(factory.post("/")).content] == [b"00", b"12"]
