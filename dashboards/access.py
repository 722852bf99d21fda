"""Who is looking, and which rows of which mart that person may see.

The only place that decides about rows; ``data.py`` applies it to every query of every page. No page filters for
privacy, and nothing here knows what a page shows. A mart that no rule names is for leaders only.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

import duckdb

Role = Literal["rep", "manager", "leader", "nobody"]

# Marts without people, deals or teams in them.
OPEN_TABLES = frozenset({"dim_behaviours", "dim_benchmarks", "dim_periods", "publication"})
# HR's tree makes a leader: no rep and at least one manager in office reports to them.
LEADS_MANAGERS = """
    select leaders.manager_id
    from published.main.dim_managers as leaders
    inner join published.main.dim_managers as managers on leaders.manager_id = managers.leader_id and managers.is_active
    where leaders.manager_id = ? and leaders.level = 'leader' and leaders.is_active
"""
# Managers' effects: never shown to a manager's peers, nor to the manager as a rank among them. Coins: whoever knows theirs
# is no fair comparison.
LEADER_TABLES = frozenset({"fct_manager_effects", "fct_nudges"})
# A manager's own preparation: not for the reps it is about, nor for the manager a rep goes to later.
MANAGER_TABLES = frozenset({"fct_manager_queue"})


@dataclass(frozen=True)
class Viewer:
    """The person at the screen. ``is_local`` marks single-user mode: nobody logged in, everything shown."""

    role: Role
    email: str | None = None
    rep_id: str | None = None
    manager_id: str | None = None
    is_local: bool = False

    @property
    def sees_everything(self) -> bool:
        return self.role == "leader"

    @property
    def description(self) -> str:
        """Whose eyes the page is seen through, in words."""
        if self.is_local:
            return "Single-user mode: no login is configured, every row is shown."
        scope = {
            "leader": "all teams",
            "manager": "your current team",
            "rep": "your own calls and numbers",
            "nobody": "nothing: this address belongs to no rep, manager or leader",
        }[self.role]
        return f"{self.email} sees {scope}."


LOCAL = Viewer("leader", is_local=True)


def identify(connection: duckdb.DuckDBPyConnection, email: str | None, leader_emails: Collection[str]) -> Viewer:
    """Find the person behind ``email`` in the marts attached as ``published``.

    Args:
        email: from the login or the settings; None is single-user mode.
        leader_emails: addresses that see everything (leaders, enablement, administrators).
    """
    if email is None:
        return LOCAL
    address = email.strip().lower()
    if address in {known.strip().lower() for known in leader_emails}:
        return Viewer("leader", address)
    rep_id = _find(connection, "select rep_id from published.main.dim_reps where lower(email) = ?", address)
    manager_id = _find(connection, "select manager_id from published.main.dim_managers where lower(email) = ?", address)
    if manager_id and _find(connection, LEADS_MANAGERS, manager_id):
        return Viewer("leader", address, rep_id, manager_id)
    role: Role = "manager" if manager_id else "rep" if rep_id else "nobody"
    return Viewer(role, address, rep_id, manager_id)


def _find(connection: duckdb.DuckDBPyConnection, sql: str, value: str) -> str | None:
    try:
        found = connection.execute(sql, [value]).fetchone()
    except duckdb.CatalogException:  # the mart is not there yet
        return None
    return found[0] if found else None


def row_filter(table: str, columns: Collection[str], viewer: Viewer) -> str:
    """SQL condition for the rows of ``table`` that ``viewer`` may see (``true``: all, ``false``: none).

    The condition is on the bare mart and may read other marts as ``published.main.<mart>``.
    """
    if viewer.sees_everything or table in OPEN_TABLES:
        return "true"
    if viewer.role == "nobody" or table in LEADER_TABLES:
        return "false"
    reps = _visible_reps(viewer)
    own = _literal(viewer.manager_id)
    if table in MANAGER_TABLES:
        return f"manager_id = {own}" if viewer.role == "manager" else "false"
    if table == "fct_corrections":  # the rep sees it first
        as_of = "select max(as_of) from published.main.publication"
        return f"rep_id in ({reps}) and (rep_id = {_literal(viewer.rep_id)} or visible_to_manager_on <= ({as_of}))"
    sessions = f"select session_id from published.main.fct_coaching_sessions where rep_id in ({reps})"
    team = f"select team_id from published.main.dim_reps where manager_id = {own} and is_active"
    rules = {
        "rep_id": f"rep_id in ({reps})",
        "session_id": f"session_id in ({sessions})",
        "call_id": f"call_id in ({_visible_calls(reps)})",
    }
    if viewer.role == "manager":
        rules |= {
            "manager_id": f"manager_id = {own}",
            "team_id": f"team_id in ({team})",
        }
    return next((rule for column, rule in rules.items() if column in columns), "false")


def _visible_reps(viewer: Viewer) -> str:
    """SQL for the reps a viewer sees: the team a manager has on the as-of date, and oneself."""
    own = [f"rep_id = {_literal(viewer.rep_id)}"] if viewer.rep_id else []
    team = [f"(manager_id = {_literal(viewer.manager_id)} and is_active)"] if viewer.manager_id else []
    return f"select rep_id from published.main.dim_reps where {' or '.join([*own, *team])}"


def _visible_calls(reps: str) -> str:
    return (
        f"select call_id from published.main.fct_calls where rep_id in ({reps})"
        f" union select call_id from published.main.fct_coaching_sessions where rep_id in ({reps})"
    )


def _literal(value: str | None) -> str:
    return "null" if value is None else "'" + value.replace("'", "''") + "'"
