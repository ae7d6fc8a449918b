"""The keystroke-level model: what hands and mind do, counted, and the seconds that it takes a practiced person.

Card, Moran, Newell: The keystroke-level model for user performance time with interactive systems, Communications of the
ACM 23(7), 1980. Reading is no part of the model; a page load is counted with a stated constant, not with this machine's
own speed.
"""

from dataclasses import dataclass, field

KEY = {"skilled typist, 55 words a minute": 0.20, "occasional typist, 40 words a minute": 0.28}
POINT = 1.10  # the mouse to a target
PRESS = 0.20  # a mouse button, down and up
HOME = 0.40  # a hand between keyboard and mouse
THINK = 1.35  # before each field or decision
LOAD = 1.00  # a page over a usual connection; ours, not the model's


@dataclass(slots=True)
class Counted:
    """What a task took: fields filled, keys, clicks, moves of the hand, thoughts, page loads."""

    fields: int = 0
    keys: int = 0
    clicks: int = 0
    homes: int = 0
    thoughts: int = 0
    loads: int = 0
    on_keyboard: bool = field(default=False, repr=False)

    def keyboard(self) -> None:
        """Bring the hand to the keyboard, when it isn't there."""
        if not self.on_keyboard:
            self.homes += 1
            self.on_keyboard = True

    def mouse(self) -> None:
        """Bring the hand to the mouse, when it isn't there."""
        if self.on_keyboard:
            self.homes += 1
            self.on_keyboard = False

    def type(self, text: str) -> None:
        """Go to the next field by Tab, think, and type."""
        self.keyboard()
        self.fields += 1
        self.thoughts += 1
        self.keys += 1 + len(text)

    def click(self, *, field: bool = False, thought: bool = True) -> None:
        """Point and press; `field` for a choice or a tick, `thought` unless it belongs to the one before."""
        self.mouse()
        self.clicks += 1
        self.fields += field
        self.thoughts += thought

    def seconds(self, key: float) -> float:
        """The time all of it takes, with `key` seconds for a keystroke."""
        return (
            self.keys * key
            + self.clicks * (POINT + PRESS)
            + self.homes * HOME
            + self.thoughts * THINK
            + self.loads * LOAD
        )
