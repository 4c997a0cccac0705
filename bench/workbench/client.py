"""A browser without a window: it drops files, runs, and asks for the progress as the page does."""

import http.client
import re
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode, urlsplit

ASK_EVERY = 0.2
CHUNK = 2**20
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
_WORDS = re.compile(r"<dd>(.*?)</dd>|class=\"bar-words\">(.*?)<", re.DOTALL)


@dataclass(frozen=True)
class Answer:
    """What the server said, and how long it took."""

    status: int
    headers: Mapping[str, str]
    text: str
    ms: float


@dataclass
class Client:
    """One person at one browser, with a kept connection."""

    address: str
    session: str
    csrf: str = ""
    cookie: str = ""
    _connection: http.client.HTTPConnection | None = field(default=None, repr=False)

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        """Open a page."""
        return self._ask("GET", path, headers=headers or {})

    def post(self, path: str, fields: Mapping[str, str]) -> Answer:
        """Send a form that the page showed."""
        body = urlencode({**fields, "csrfmiddlewaretoken": self.csrf}).encode()
        return self._ask("POST", path, body=body, headers={"Content-Type": "application/x-www-form-urlencoded"})

    def token_of(self, answer: Answer) -> Answer:
        """Note the token of a page's form."""
        found = _TOKEN.search(answer.text)
        self.csrf = found[1] if found else self.csrf
        return answer

    def upload(self, path: str, *, files: Mapping[str, Path], fields: Mapping[str, str]) -> Answer:
        """Drop files, in pieces as a browser sends them."""
        border = uuid.uuid4().hex
        parts = list(_parts(files, fields={**fields, "csrfmiddlewaretoken": self.csrf}, border=border))
        length = sum(part.stat().st_size if isinstance(part, Path) else len(part) for part in parts)
        headers = {
            "Content-Type": f"multipart/form-data; boundary={border}",
            "Content-Length": str(length),
            "HX-Request": "true",
        }
        return self._ask("POST", path, body=_stream(parts), headers=headers)

    def _ask(self, method: str, path: str, *, headers: Mapping[str, str], body: object = None) -> Answer:
        self._connection = self._connection or http.client.HTTPConnection(urlsplit(self.address).netloc, timeout=600)
        cookies = f"sessionid={self.session}" + (f"; csrftoken={self.cookie}" if self.cookie else "")
        began = time.perf_counter()
        self._connection.request(method, path, body=body, headers={**headers, "Cookie": cookies})
        response = self._connection.getresponse()
        text = response.read().decode("utf-8", "replace")
        found = re.search(r"csrftoken=([^;]+)", response.headers.get("Set-Cookie", ""))
        self.cookie = found[1] if found else self.cookie
        return Answer(
            response.status,
            {key.lower(): value for key, value in response.headers.items()},
            text,
            (time.perf_counter() - began) * 1000,
        )


@dataclass(frozen=True)
class Watched:
    """How a run went, seen from its page: seconds, how often it moved, the longest time it stood still."""

    seconds: float
    moves: int
    longest_still: float
    stood_at: str
    slowest_answer_ms: float


def watch(client: Client, number: int) -> Watched:
    """Ask for the progress again and again until the run has ended."""
    began = moved = time.monotonic()
    before, moves, longest, stood_at, slowest = "", 0, 0.0, "", 0.0
    while True:
        answer = client.get(f"/reconciliation/{number}/progress/", {"HX-Request": "true"})
        now = time.monotonic()
        slowest = max(slowest, answer.ms)
        # The bar, the step and the lines so far; not the rate and the time left, which are worked out from them.
        words = " ".join("".join(pair).strip() for pair in _WORDS.findall(answer.text)[:3])
        has_ended = "hx-refresh" in answer.headers
        if words != before or has_ended:
            if now - moved > longest:
                longest, stood_at = now - moved, before
            moved, before, moves = now, words, moves + 1
        if has_ended:
            return Watched(now - began, moves, longest, stood_at, slowest)
        time.sleep(ASK_EVERY)


def _parts(files: Mapping[str, Path], *, fields: Mapping[str, str], border: str) -> Iterator[bytes | Path]:
    for name, value in fields.items():
        yield f'--{border}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
    for name, file in files.items():
        about = f'form-data; name="{name}"; filename="{file.name}"'
        yield f"--{border}\r\nContent-Disposition: {about}\r\nContent-Type: application/octet-stream\r\n\r\n".encode()
        yield file
        yield b"\r\n"
    yield f"--{border}--\r\n".encode()


def _stream(parts: Sequence[bytes | Path]) -> Iterator[bytes]:
    for part in parts:
        if isinstance(part, bytes):
            yield part
            continue
        with part.open("rb") as file:
            while chunk := file.read(CHUNK):
                yield chunk
