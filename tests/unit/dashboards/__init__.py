"""Tests of the dashboards: access, data, figures, pages."""
