"""Reads for screens and API, one module for each kind of person or page, always scoped to the viewer."""
