"""What people say in the invented company's calls: text banks and their composition into conversations.

In here: the sentences (``banks/``, see ``bank.py`` for their format) and the order they come in. Not in here: who calls
whom and when, timestamps, and how skilled a rep is; the generator decides that and says so by ``shown`` and ``mix``.
The ``kind`` of a line is an answer key for tests and for nothing else.
"""

from sample_org.talk.bank import CallNames, Line
from sample_org.talk.calls import APPLICABLE, CALL_TYPES, EVENTS, TRIGGERS, external_call
from sample_org.talk.one_on_ones import KINDS, one_on_one

__all__ = [
    "APPLICABLE",
    "CALL_TYPES",
    "EVENTS",
    "KINDS",
    "TRIGGERS",
    "CallNames",
    "Line",
    "external_call",
    "one_on_one",
]
