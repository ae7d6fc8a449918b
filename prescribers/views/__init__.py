"""The pages of a prescriber: certification, its documents, and delegates."""
