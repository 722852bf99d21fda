"""A transcript as HTML: turns by speaker with their time. Text is escaped; nothing is loaded from anywhere."""

import html

import polars as pl

ROLE_COLOURS = {"rep": "#0f5c63", "customer": "#8a5a1c", "manager": "#0f5c63", "unknown": "#5b6b7f"}
ROLE_NAMES = {"rep": "Rep", "customer": "Customer", "manager": "Manager", "unknown": "Not sure who"}
STYLE = """
<style>
.turns { font-size: 0.93rem; line-height: 1.5; }
.turn { display: grid; grid-template-columns: 3.4rem 6.4rem 1fr; gap: 0.4rem; padding: 0.28rem 0.5rem; }
.turn.here { background: #fbf1df; }
.turn .at { color: #7b8791; font-variant-numeric: tabular-nums; }
.turn .who { font-weight: 600; }
</style>
"""


def clock(seconds: float | None) -> str:
    """Seconds as minutes:seconds, with hours where there are any."""
    if seconds is None:
        return "–"
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def as_html(utterances: pl.DataFrame, position: float | None) -> str:
    """Utterances (``start_seconds, end_seconds, speaker, role, text``) in order; the one at ``position`` is marked."""
    here = _index_at(utterances, position)
    rows = [_row(row, is_here=index == here) for index, row in enumerate(utterances.iter_rows(named=True))]
    return f'{STYLE}<div class="turns">{"".join(rows)}</div>'


def _index_at(utterances: pl.DataFrame, position: float | None) -> int | None:
    """The last utterance that has begun at ``position`` (half a second of tolerance for rounded starts)."""
    if position is None or utterances.is_empty():
        return None
    begun = (utterances["start_seconds"] <= position + 0.5).sum()
    return max(int(begun) - 1, 0)


def _row(row: dict[str, object], *, is_here: bool) -> str:
    role = str(row["role"])
    name = ROLE_NAMES.get(role, role)
    who = f"{name} ({row['speaker']})" if role == "unknown" else name
    start = row["start_seconds"]
    assert isinstance(start, float)
    return (
        f'<div class="turn{" here" if is_here else ""}"><span class="at">{clock(start)}</span>'
        f'<span class="who" style="color: {ROLE_COLOURS.get(role, "#5b6b7f")}">{html.escape(who)}</span>'
        f"<span>{html.escape(str(row['text']))}</span></div>"
    )
