"""Twenty people click through pages, thinking between clicks; how long does the server take for each?"""

import http.client
import random
import re
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

TIMING = re.compile(r"app;dur=([0-9.]+), cpu;dur=([0-9.]+), queries;dur=([0-9]+)")


@dataclass(frozen=True)
class Sample:
    """One answer: the server's time, its processor's, its queries, and the time until its last byte, in ms."""

    page: str
    status: int
    server_ms: float
    cpu_ms: float
    client_ms: float
    queries: int
    size: int


@dataclass
class Visitor:
    """A person who goes from page to page over one kept connection."""

    address: str
    session: str
    pages: Mapping[str, str]
    seed: int
    # What the script of a page sends besides; a filter asks for the grid alone.
    headers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    samples: list[Sample] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def visit(self, *, think: float, warm_until: float, until: float) -> None:
        """Click until the time is up; what was answered before it was warm does not count."""
        chance = random.Random(self.seed)
        connection = http.client.HTTPConnection(urlsplit(self.address).netloc, timeout=60)
        time.sleep(chance.uniform(0, think))
        order = list(self.pages)
        chance.shuffle(order)
        number = 0
        while time.monotonic() < until:
            page = order[number % len(order)]
            number += 1
            try:
                sample = self._click(connection, page)
            except OSError as fault:
                self.faults.append(f"{page}: {fault!r}")
                connection.close()
                continue
            if sample.status != 200:
                self.faults.append(f"{page}: answered {sample.status}")
            elif time.monotonic() >= warm_until:
                self.samples.append(sample)
            time.sleep(chance.uniform(think * 0.5, think * 1.5))
        connection.close()

    def _click(self, connection: http.client.HTTPConnection, page: str) -> Sample:
        headers = {**self.headers.get(page, {}), "Cookie": f"sessionid={self.session}"}
        began = time.perf_counter()
        connection.request("GET", self.pages[page], headers=headers)
        response = connection.getresponse()
        body = response.read()
        spent = (time.perf_counter() - began) * 1000
        told = TIMING.search(response.headers.get("Server-Timing", ""))
        server, cpu, queries = (float(told[1]), float(told[2]), int(told[3])) if told else (spent, 0.0, 0)
        return Sample(page, response.status, server, cpu, spent, queries, len(body))


def click_through(
    address: str,
    *,
    visits: Sequence[tuple[str, Mapping[str, str]]],
    think: float,
    warm: float,
    measured: float,
    headers: Mapping[str, Mapping[str, str]] | None = None,
) -> tuple[list[Sample], list[str]]:
    """Let everybody click at once; answers the samples after the warm-up, and what went wrong."""
    warm_until = time.monotonic() + warm
    until = warm_until + measured
    visitors = [Visitor(address, session, pages, seed, headers or {}) for seed, (session, pages) in enumerate(visits)]
    threads = [
        threading.Thread(target=each.visit, kwargs={"think": think, "warm_until": warm_until, "until": until})
        for each in visitors
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [sample for each in visitors for sample in each.samples], [
        fault for each in visitors for fault in each.faults
    ]
