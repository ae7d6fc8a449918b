"""Forms of the pages, one module for each page: they check what was typed and decide nothing."""
