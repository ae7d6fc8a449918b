"""Decisions, numbers, dispenses and cases for program staff: a module for each kind; importing registers them."""

from authorizations.admin import cases, catalogue, decisions, numbers

__all__ = ["cases", "catalogue", "decisions", "numbers"]
