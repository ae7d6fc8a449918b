"""What the pages show, worked out from records and rules, one module for each page: no markup, no queries, no clock."""
