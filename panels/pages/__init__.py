"""Panels on a page: in the pages of `docs/`, and each at an address of its own."""
