"""Monday messages: what is in them, and that each goes once, whatever dies. Real servers on the loopback."""

import asyncio
import datetime as dt
import email
import json
import os
import socket
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from email.message import EmailMessage
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipelines.app_store import AppStore
from pipelines.app_tables import DigestMessage
from pipelines.cli import app
from pipelines.coaching.channels import ChannelError, channel_of, sender
from pipelines.coaching.digest import compose
from pipelines.coaching.outbox import Message, deliver
from pipelines.coaching.reading import NoMarts
from pipelines.settings import REPOSITORY
from tests.fixtures import published_org as org

NOON = dt.datetime(2026, 6, 29, 12, tzinfo=dt.UTC)
WEEK = dt.date(2026, 6, 29)


class Smtp:
    """A small SMTP server; ``mails`` holds what it accepted."""

    def __init__(self, port: int = 0) -> None:
        self.mails: list[EmailMessage] = []
        self.recipients: list[str] = []
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._wanted = port
        threading.Thread(target=self._run, daemon=True).start()
        self._ready.wait(10)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._server = self._loop.run_until_complete(asyncio.start_server(self._talk, "127.0.0.1", self._wanted))
        self.port = self._server.sockets[0].getsockname()[1]
        self._ready.set()
        self._loop.run_forever()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        def say(line: str) -> None:
            writer.write(f"{line}\r\n".encode())

        say("220 test")
        while line := (await reader.readline()).decode().strip():
            verb = line.split(":")[0].split()[0].upper()
            if verb == "EHLO":
                say("250 test")
            elif verb == "RCPT":
                self.recipients.append(line.split("<")[1].split(">")[0])
                say("250 ok")
            elif verb == "DATA":
                say("354 go on")
                body = await reader.readuntil(b"\r\n.\r\n")
                self.mails.append(email.message_from_bytes(body[:-3], policy=default))  # type: ignore[arg-type]
                say("250 taken")
            elif verb == "QUIT":
                say("221 bye")
                break
            else:
                say("250 ok")
        writer.close()

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)


class Webhook:
    """An HTTP server that answers with ``status``; ``taken`` holds what it accepted."""

    def __init__(self) -> None:
        self.status = 200
        self.taken: list[tuple[str, dict[str, str]]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if outer.status == 200:
                    outer.taken.append((self.headers["Idempotency-Key"], body))
                self.send_response(outer.status)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Silent."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/hook"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()


@pytest.fixture
def smtp() -> Iterator[Smtp]:
    server = Smtp()
    yield server
    server.close()


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    server = Webhook()
    yield server
    server.close()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[AppStore]:
    opened = AppStore(f"sqlite:///{tmp_path / 'app.db'}")
    yield opened
    opened.close()


def messages(channel: str = "smtp", count: int = 4, week: dt.date = WEEK) -> list[Message]:
    return [
        Message(week, f"p{k}@acme.test", channel, "Your week", f"Text for p{k}: “é”\n", f"<p>p{k}</p>")
        for k in range(count)
    ]


def status(store: AppStore) -> Counter[str]:
    return Counter(store.read(DigestMessage)["status"])


def run(store: AppStore, tmp_path: Path, url: str, given: list[Message]):  # type: ignore[no-untyped-def]
    return deliver(store, given, channel_of(url), sender(url, "sideline@acme.test"), lambda: NOON, tmp_path / "lock")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_each_message_goes_once_however_often_the_job_runs(store: AppStore, tmp_path: Path, smtp: Smtp) -> None:
    url = f"smtp://127.0.0.1:{smtp.port}"
    assert run(store, tmp_path, url, messages()).sent == 4
    again = run(store, tmp_path, url, messages())
    assert (again.written, again.sent, again.failed) == (0, 0, ())
    assert Counter(smtp.recipients) == {f"p{k}@acme.test": 1 for k in range(4)}
    mail = smtp.mails[0]
    assert mail["Message-ID"].endswith("@sideline>")
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert "“é”" in mail.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    # Next week is another message.
    assert run(store, tmp_path, url, messages(week=WEEK + dt.timedelta(days=7))).sent == 4


def test_a_dead_host_loses_nothing_and_each_goes_once_when_it_is_back(store: AppStore, tmp_path: Path) -> None:
    port = free_port()
    url = f"smtp://127.0.0.1:{port}"
    dead = run(store, tmp_path, url, messages())
    assert dead.sent == 0
    assert len(dead.failed) == 4
    assert status(store) == {"pending": 4}
    server = Smtp(port)
    try:
        # Even if the week's messages are not composed again.
        assert run(store, tmp_path, url, []).sent == 4
        assert run(store, tmp_path, url, messages()).sent == 0
        assert Counter(server.recipients).most_common(1)[0][1] == 1
    finally:
        server.close()


def test_a_webhook_that_answers_500_gets_each_message_once_when_it_recovers(
    store: AppStore, tmp_path: Path, webhook: Webhook
) -> None:
    webhook.status = 500
    failed = run(store, tmp_path, webhook.url, messages("webhook")).failed
    assert failed[0] == "p0@acme.test: 127.0.0.1: answered 500"
    webhook.status = 200
    assert run(store, tmp_path, webhook.url, messages("webhook")).sent == 4
    assert run(store, tmp_path, webhook.url, messages("webhook")).sent == 0
    assert len({key for key, _ in webhook.taken}) == len(webhook.taken) == 4
    assert {body["recipient"]: body["text"] for _, body in webhook.taken}["p1@acme.test"] == "Text for p1: “é”\n"


KILLED = """
import datetime as dt, os, sys
from pathlib import Path
from pipelines.app_store import AppStore
from pipelines.coaching.channels import sender
from pipelines.coaching.outbox import deliver
from tests.unit.coaching.test_digest import messages
store, url = AppStore(sys.argv[1]), sys.argv[2]
send, count = sender(url, "s@acme.test"), 0
def dying(message):
    global count
    count += 1
    if count == 3:
        os._exit(9)
    send(message)
deliver(store, messages("webhook"), "webhook", dying, lambda: dt.datetime.now(dt.UTC), Path(sys.argv[3]))
"""


def test_a_job_killed_half_way_is_finished_by_the_next_one(tmp_path: Path, webhook: Webhook) -> None:
    url = f"sqlite:///{tmp_path / 'app.db'}"
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, url, webhook.url, str(tmp_path / "lock")],
        cwd=REPOSITORY,
        env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
        check=False,
        timeout=60,
    )
    assert killed.returncode == 9
    store = AppStore(url)
    assert len(webhook.taken) == 2
    assert status(store) == {"sent": 2, "sending": 1, "pending": 1}
    assert run(store, tmp_path, webhook.url, messages("webhook")).sent == 2
    assert Counter(body["recipient"] for _, body in webhook.taken) == {f"p{k}@acme.test": 1 for k in range(4)}
    store.close()


def test_two_jobs_at_once_send_each_message_once(tmp_path: Path, webhook: Webhook) -> None:
    url = f"sqlite:///{tmp_path / 'app.db'}"
    stores = [AppStore(url) for _ in range(3)]
    with ThreadPoolExecutor(3) as pool:
        done = list(pool.map(lambda store: run(store, tmp_path, webhook.url, messages("webhook", 10)), stores))
    assert sum(one.sent for one in done) == 10
    assert Counter(body["recipient"] for _, body in webhook.taken).most_common(1)[0][1] == 1
    for store in stores:
        store.close()


def test_what_waits_for_somebody_who_unsubscribed_is_withdrawn(
    store: AppStore, tmp_path: Path, webhook: Webhook
) -> None:
    webhook.status = 500
    run(store, tmp_path, webhook.url, messages("webhook"))
    store.unsubscribe(email="P1@acme.test", unsubscribed_at=NOON)
    webhook.status = 200
    done = run(store, tmp_path, webhook.url, [])
    assert (done.sent, done.withdrawn) == (3, 1)
    assert "p1@acme.test" not in {body["recipient"] for _, body in webhook.taken}


def test_outbox_leaves_the_store_without_its_text(store: AppStore, tmp_path: Path, webhook: Webhook) -> None:
    run(store, tmp_path, webhook.url, messages("webhook", 1))
    frame = store.read(DigestMessage)
    assert frame.columns == ["message_id", "week_start", "recipient_email", "channel", "status", "sent_at"]
    assert frame.row(0)[4:] == ("sent", "2026-06-29T12:00:00+00:00")


def test_a_url_without_a_channel_is_refused() -> None:
    for url in ("ftp://x", "hello", "smtp://", "https://"):
        with pytest.raises(ChannelError):
            channel_of(url)


# ---- what is in a message ----


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    rows = org.small_org()
    for score in rows["fct_behaviour_scores"]:
        score |= {"call_date": org.LAST_MONDAY}
    return org.publish_rows(tmp_path / "data", rows)


def composed(warehouse: Path, **more: object) -> dict[str, Message]:
    given = {"feedback": {"sets_next_step": "Agree who does what by when."}, "unsubscribed": frozenset()} | more
    return {one.recipient_email: one for one in compose(warehouse, org.AS_OF, "smtp", **given)}  # type: ignore[arg-type]


def test_managers_and_reps_with_something_to_be_told_get_one_message(warehouse: Path) -> None:
    found = composed(warehouse)
    assert set(found) == {"m1@acme.test", "m2@acme.test", "r1@acme.test", "r4@acme.test"}
    assert all(message.week_start == WEEK for message in found.values())
    manager = found["m1@acme.test"].text
    assert "1. Rep r1: Sets a next step (15 min)" in manager or "1. Rep 1: Sets a next step (15 min)" in manager
    assert "Hear 90 seconds from 0:40 of folder:r1." in manager
    rep = found["r1@acme.test"].text
    assert rep.index("Done well") < rep.index("To try")
    assert "One thing to try: Agree who does what by when." in rep
    assert "You show it in 25% of chances, our top performers in 90%." in rep
    assert "For coaching, not for employment decisions." in rep


def test_no_message_holds_anything_of_anybody_else(warehouse: Path) -> None:
    found = composed(warehouse)
    own = {"m1@acme.test": "r1", "r1@acme.test": "r1", "m2@acme.test": "r4", "r4@acme.test": "r4"}
    for address, message in found.items():
        other = {"r1": "r4", "r4": "r1"}[own[address]]
        for content in (message.text, message.html):
            assert f"hr:{other}" not in content
            assert f"folder:{other}" not in content
    # The money and the probabilities are the manager's preparation.
    assert "USD" not in found["r1@acme.test"].text
    assert "sure that the gap" not in found["r1@acme.test"].text


def test_words_of_a_call_cannot_write_html(warehouse: Path) -> None:
    message = composed(warehouse)["r1@acme.test"]
    assert "<b>set</b>" in message.text
    assert "<b>set</b>" not in message.html
    assert "&lt;b&gt;set&lt;/b&gt;" in message.html


def test_unsubscribed_people_get_none_and_links_lead_to_the_call(warehouse: Path) -> None:
    found = composed(warehouse, unsubscribed=frozenset({"r1@acme.test"}), app_url="https://x.test/")
    assert "r1@acme.test" not in found
    assert "https://x.test/call_review?call_id=folder:r1" in found["m1@acme.test"].text


def test_before_the_first_run_it_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(NoMarts, match="sideline run"):
        compose(tmp_path / "none.duckdb", org.AS_OF, "smtp", {}, frozenset())


# ---- the command ----


@pytest.fixture
def configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, warehouse: Path) -> Path:
    data = tmp_path / "data"
    (data / "warehouse.duckdb").write_bytes(warehouse.read_bytes())
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SIDELINE_DATA_DIR", str(data))
    monkeypatch.setenv("SIDELINE_AS_OF", org.AS_OF.isoformat())
    return data


def test_the_command_shows_by_default_and_sends_nothing(configured: Path, tmp_path: Path) -> None:
    shown = CliRunner().invoke(app, ["digest", "--out", str(tmp_path / "mails")])
    assert shown.exit_code == 0
    assert "m1@acme.test: Your week: 2 conversations worth having" in shown.output
    assert (tmp_path / "mails" / "r1@acme.test.html").read_text().startswith("<!doctype html>")
    store = AppStore(f"sqlite:///{configured / 'app.db'}")
    assert store.read(DigestMessage).is_empty()
    store.close()


def test_the_command_sends_once_and_its_exit_code_says_what_failed(
    configured: Path, monkeypatch: pytest.MonkeyPatch, webhook: Webhook
) -> None:
    assert CliRunner().invoke(app, ["digest", "--send"]).exit_code == 2
    monkeypatch.setenv("SIDELINE_DIGEST_URL", webhook.url)
    webhook.status = 500
    assert CliRunner().invoke(app, ["digest", "--send"]).exit_code == 3
    webhook.status = 200
    assert CliRunner().invoke(app, ["digest", "--unsubscribe", "r4@acme.test"]).exit_code == 0
    sent = CliRunner().invoke(app, ["digest", "--send"])
    assert sent.exit_code == 0
    assert "3 sent" in sent.output
    assert "1 withdrawn" in sent.output
    assert "0 new, 0 sent" in CliRunner().invoke(app, ["digest", "--send"]).output
    assert len(webhook.taken) == 3
