"""Dashboards: pages over the published marts. They compute no metric: every number is SQL that anybody can run."""
