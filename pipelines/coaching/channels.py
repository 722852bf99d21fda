"""Handing one message over, by e-mail or by webhook. What is in it and whether it has gone before is not known here.

A webhook gets one person's message and that person's address: it must hand it to that person alone (a bot's direct
message), never to a channel that others read.
"""

import smtplib
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

import httpx

from pipelines.coaching.outbox import Message, Send, SendError

TIMEOUT_SECONDS = 20
SMTP_SCHEMES, HTTP_SCHEMES = ("smtp", "smtps"), ("http", "https")


class ChannelError(ValueError):
    """A URL that names no channel."""


def channel_of(url: str) -> str:
    """``smtp`` or ``webhook``, by the URL's scheme.

    Raises:
        ChannelError: another scheme, or no host.
    """
    parts = urlsplit(url)
    if parts.scheme in SMTP_SCHEMES and parts.hostname:
        return "smtp"
    if parts.scheme in HTTP_SCHEMES and parts.hostname:
        return "webhook"
    raise ChannelError("a channel is smtp://[user:password@]host[:port], smtps://…, http://… or https://…")


def sender(url: str, sent_from: str) -> Send:
    """The function that hands a message to ``url``; it raises ``SendError`` where the message was not taken."""
    return _by_smtp(url, sent_from) if channel_of(url) == "smtp" else _by_webhook(url)


def _by_smtp(url: str, sent_from: str) -> Send:
    parts = urlsplit(url)
    host = parts.hostname or ""
    is_tls = parts.scheme == "smtps"

    def send(message: Message) -> None:
        try:
            connect = smtplib.SMTP_SSL if is_tls else smtplib.SMTP
            with connect(host, parts.port or (465 if is_tls else 25), timeout=TIMEOUT_SECONDS) as server:
                if parts.username:
                    if not is_tls:
                        server.starttls()
                    server.login(unquote(parts.username), unquote(parts.password or ""))
                server.send_message(as_email(message, sent_from))
        except (OSError, smtplib.SMTPException) as error:
            raise SendError(f"{host}: {error}") from error

    return send


def as_email(message: Message, sent_from: str) -> EmailMessage:
    """Text and HTML as one mail; the same message has the same Message-ID however often it is tried."""
    mail = EmailMessage()
    mail["From"] = sent_from
    mail["To"] = message.recipient_email
    mail["Subject"] = message.subject
    mail["Message-ID"] = f"<{message.message_id}@sideline>"
    mail.set_content(message.text)
    mail.add_alternative(message.html, subtype="html")
    return mail


def _by_webhook(url: str) -> Send:
    host = urlsplit(url).hostname

    def send(message: Message) -> None:
        body = {
            "recipient": message.recipient_email,
            "subject": message.subject,
            "text": message.text,
            "html": message.html,
        }
        try:
            answer = httpx.post(
                url, json=body, headers={"Idempotency-Key": message.message_id}, timeout=TIMEOUT_SECONDS
            )
        except httpx.HTTPError as error:
            raise SendError(f"{host}: {type(error).__name__}") from error
        if not answer.is_success:
            raise SendError(f"{host}: answered {answer.status_code}")

    return send
