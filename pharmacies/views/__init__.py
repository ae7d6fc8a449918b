"""The pharmacy's own pages."""
