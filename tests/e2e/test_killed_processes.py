"""Real processes are killed as machines do it: a run begins again by itself, an upload leaves nothing half."""

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from django.conf import settings
from django.test import Client

from keytally.imports.models import ImportBatch, ImportFile
from keytally.imports.services import Upload
from keytally.jobs import services as jobs
from keytally.jobs.models import Job
from keytally.reconciliation import queries, services
from keytally.reconciliation.engine.folder import RESULT_FILES
from keytally.reconciliation.models import Reconciliation

from .conftest import ROOT, database_url

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
HEAD = "doc_no,order_no,store,item,date,quantity,amount\n"
LINES = 60_000
TABLES = ("links", "residuals", "candidates")


def ledger(side: str) -> bytes:
    """Write lines of which one in ten is short, one in fifty is missing, and one in seventy has another number."""
    rows = []
    for number in range(LINES):
        is_theirs = side == "theirs"
        if is_theirs and number % 50 == 7:
            continue
        order = f"P{number // 10:06}" if not (is_theirs and number % 70 == 3) else ""
        quantity = 10 - (is_theirs and number % 10 == 1)
        day = f"2026-07-{1 + number % 28:02}"
        goods = f"S{number % 97:03},I{number % 311:04}"
        rows.append(f"{side[0].upper()}{number:07},{order},{goods},{day},{quantity},{quantity * 7}.00")
    return (HEAD + "\n".join(rows) + "\n").encode()


@contextlib.contextmanager
def process(folders: Path, *command: str) -> Iterator[subprocess.Popen[bytes]]:
    """Start one of our programs on the test's database and folders."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "keytally.site.settings",
        "DATABASE_URL": database_url(),
        "KEYTALLY_VAR": str(folders),
        "SECRET_KEY": settings.SECRET_KEY,
    }
    with (folders / "process.log").open("ab") as log:
        started = subprocess.Popen([sys.executable, *command], env=environment, cwd=ROOT, stdout=log, stderr=log)
        try:
            yield started
        finally:
            if started.poll() is None:
                started.terminate()
            started.wait(30)


def wait_for(condition, seconds=60.0, every=0.01):
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if condition():
            return
        time.sleep(every)
    pytest.fail("it did not come to it in time")


def opened(accountant, name: str) -> Reconciliation:
    sides = [[Upload(f"{side}.csv", [ledger(side)])] for side in ("ours", "theirs")]
    found = services.open_reconciliation(services.NewReconciliation(name, *sides), by=accountant, now=datetime.now(UTC))
    services.run(found, by=accountant, now=datetime.now(UTC))
    return found


def differing_rows(one: Reconciliation, other: Reconciliation, table: str) -> int:
    """Count the rows that only one of two results has."""
    files = [str(queries.result_folder(each) / f"{table}.parquet") for each in (one, other)]
    both = "(select * from read_parquet($a) except all select * from read_parquet($b))"
    both += " union all (select * from read_parquet($b) except all select * from read_parquet($a))"
    return duckdb.connect().execute(f"select count(*) from ({both})", dict(zip("ab", files, strict=True))).fetchone()[0]


def test_a_run_whose_worker_is_killed_twice_begins_again_and_finds_the_same(accountant, folders, client):
    killed = opened(accountant, "killed")
    client.force_login(accountant)
    for attempt, step in ((1, 1), (2, 8)):
        with process(folders, "-m", "django", "work") as worker:
            wait_for(lambda least=step: Job.objects.filter(state="RUNNING", step_number__gte=least).exists())
            os.kill(worker.pid, signal.SIGKILL)
            worker.wait()
        job = Job.objects.get()
        assert (job.state, job.attempt) == (Job.State.RUNNING, attempt)
        killed.refresh_from_db()
        assert killed.is_running
        assert not killed.has_result
        assert client.get(f"/reconciliation/{killed.pk}/").status_code == 200
        assert client.get(f"/reconciliation/{killed.pk}/residuals/").status_code == 404
        # Half a minute later nobody has heard of that worker.
        Job.objects.update(heartbeat_at=datetime.now(UTC) - jobs.STALE_AFTER - timedelta(seconds=1))
    undisturbed = opened(accountant, "undisturbed")
    with process(folders, "-m", "django", "work"):
        wait_for(lambda: Job.objects.filter(state="DONE").count() == 2, every=0.1)
    killed.refresh_from_db()
    undisturbed.refresh_from_db()
    assert killed.job.attempt == 3
    assert killed.run_number == undisturbed.run_number == 1
    assert {table: differing_rows(killed, undisturbed, table) for table in TABLES} == dict.fromkeys(TABLES, 0)
    assert killed.summary["bridges"] == undisturbed.summary["bridges"]
    assert killed.summary["classes"] == undisturbed.summary["classes"]
    left = {part.name for part in queries.run_folder(killed.pk, 1).iterdir()}
    assert left == {part.name for part in queries.run_folder(undisturbed.pk, 1).iterdir()}
    assert {part.name for part in queries.result_folder(killed).iterdir()} <= set(RESULT_FILES)
    assert [part.name for part in (folders / "jobs" / str(killed.job_id)).iterdir()] == [".lock"]


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


@contextlib.contextmanager
def server(folders: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    command = ("-m", "granian", "--interface", "wsgi", "keytally.site.wsgi:application", "--host", "127.0.0.1")
    with process(folders, *command, "--port", str(port), "--no-ws", "--workers", "1") as started:
        wait_for(lambda: is_up(port), every=0.1)
        yield started


def is_up(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/health/")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def upload(port: int, session: str, *, pause=None) -> int:
    """Drop both files as a browser sends them; in the middle let something happen, then nobody answers."""
    border, token = "b" * 24, "t" * 32
    parts = [
        f'--{border}\r\nContent-Disposition: form-data; name="{side}"; filename="{side}.csv"\r\n'
        "Content-Type: text/csv\r\n\r\n".encode()
        + ledger(side)
        + b"\r\n"
        for side in ("ours", "theirs")
    ]
    body = b"".join(parts) + f"--{border}--\r\n".encode()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.putrequest("POST", "/reconciliation/new/")
    for name, value in {
        "Content-Type": f"multipart/form-data; boundary={border}",
        "Content-Length": str(len(body)),
        "Cookie": f"sessionid={session}; csrftoken={token}",
        "X-CSRFToken": token,
        "HX-Request": "true",
    }.items():
        connection.putheader(name, value)
    connection.endheaders()
    if pause is None:
        connection.send(body)
        answer = connection.getresponse()
        return answer.status if answer.headers["HX-Redirect"].endswith("/profile/") else 0
    connection.send(body[: len(parts[0]) + len(parts[1]) // 2])
    pause()
    with contextlib.suppress(OSError, http.client.HTTPException):
        connection.send(body[len(parts[0]) + len(parts[1]) // 2 :])
        return connection.getresponse().status
    return 0


def test_a_server_killed_in_an_upload_leaves_no_half_import_and_the_next_upload_goes_through(accountant, folders):
    browser = Client()
    browser.force_login(accountant)
    session, port = browser.cookies["sessionid"].value, free_port()
    with server(folders, port) as started:

        def kill() -> None:
            time.sleep(0.5)
            children = subprocess.run(["pgrep", "-P", str(started.pid)], capture_output=True, text=True, check=False)
            for pid in (started.pid, *map(int, children.stdout.split())):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)

        assert upload(port, session, pause=kill) == 0
        started.wait()
    assert not Reconciliation.objects.exists()
    assert not ImportBatch.objects.exists()
    assert not list((folders / "files").rglob("*")) if (folders / "files").is_dir() else True
    assert not list((folders / "reconciliations").glob("*"))
    with server(folders, port):
        assert upload(port, session) == 204
    assert Reconciliation.objects.get().owner == accountant
    assert sorted(ImportFile.objects.values_list("path", flat=True)) == ["ours.csv", "theirs.csv"]
