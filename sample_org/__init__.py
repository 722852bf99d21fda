"""The invented company behind `make demo`: its world, the exports of its systems, its talk."""
