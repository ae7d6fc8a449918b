"""Decisions, numbers, dispenses and cases for program staff: a module for each kind; importing registers them."""

from authorizations.admin import cases, catalogue, courses, decisions, numbers, signed

__all__ = ["cases", "catalogue", "courses", "decisions", "numbers", "signed"]
