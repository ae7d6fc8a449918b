"""How long tasks take a practiced person by the keystroke-level model, counted by scripts in a real browser."""
