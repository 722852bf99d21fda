"""The numbers on the pages: one module a page, one ``Figure`` a number, chart or table."""
