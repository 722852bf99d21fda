"""Worker processes begin from a plain ``__main__``."""

import sys
import types

import pytest


@pytest.fixture(autouse=True)
def plain_main(monkeypatch: pytest.MonkeyPatch) -> None:
    # A new process imports its parent's __main__ again, and Streamlit's page tests leave a page there.
    monkeypatch.setitem(sys.modules, "__main__", types.ModuleType("__main__"))
