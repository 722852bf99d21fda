"""Tests, mirroring the rooms; conventions are tests too."""
