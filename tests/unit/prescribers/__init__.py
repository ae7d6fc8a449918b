"""Unit tests of the prescribers app: no database."""
