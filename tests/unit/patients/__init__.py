"""Unit tests of the patients app: no database."""
