"""What lies beside a recording on disk: who takes part, which kind of call it is, whether it may be heard.

For single files; the recordings of the line come through the lake.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.speech.roles import Participant


class SidecarError(Exception):
    """The recording may not be heard, or what lies beside it cannot be read."""


@dataclass(frozen=True)
class Sidecar:
    participants: tuple[Participant, ...] = ()
    call_kind: str | None = None
    call_type: str | None = None


NONE = Sidecar()


def read_sidecar(audio: Path) -> Sidecar:
    """The sidecar of a recording (``<name>.json`` or ``<name>.<ending>.json``); an empty one where there is none.

    Raises:
        SidecarError: it is damaged (it may have said no), or says that consent was not given.
    """
    path = next((p for p in (audio.with_suffix(".json"), audio.with_name(f"{audio.name}.json")) if p.is_file()), None)
    if path is None or path == audio:
        return NONE
    try:
        said = json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, OSError) as error:
        raise SidecarError(
            f"its sidecar {path.name} is not JSON, and may have said that it must not be heard"
        ) from error
    if not isinstance(said, dict):
        raise SidecarError(f"its sidecar {path.name} does not hold a JSON object")
    if is_refused(said.get("consent")):
        raise SidecarError(f"its sidecar {path.name} says that consent was not given")
    people = said.get("participants")
    return Sidecar(
        tuple(_participant(one) for one in people if isinstance(one, dict)) if isinstance(people, list) else (),
        _text(said.get("call_kind")),
        _text(said.get("call_type")),
    )


CONSENTED = ("granted", "given", "yes", "true", "consented", "opt_in", "opted_in", "ok", "1")


def is_refused(consent: object) -> bool:
    """Whether consent was asked and not given. What is not a clear yes is a no; nothing at all is not an answer."""
    said = str(consent).strip().lower() if consent is not None else ""
    return said not in ("", *CONSENTED)


def _participant(said: dict[str, Any]) -> Participant:
    channel = said.get("channel")
    return Participant(
        email=_text(said.get("email")),
        name=_text(said.get("name")),
        role=_text(said.get("role")),
        channel=channel if isinstance(channel, int) and not isinstance(channel, bool) else None,
    )


def _text(value: object) -> str | None:
    return value.strip() or None if isinstance(value, str) else None
