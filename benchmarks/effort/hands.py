"""Does in a real browser what a person does, and counts it. The scripts say what; nothing here knows the portal."""

from collections.abc import Callable

from playwright.sync_api import Frame, Locator, Page, expect

from benchmarks.effort.model import Counted


class Hands:
    """A person's hands on one window. `counted` grows with all they do."""

    def __init__(self, page: Page, counted: Counted | None = None) -> None:
        self.page = page
        self.counted = counted or Counted()
        page.on("framenavigated", self._loaded)

    def _loaded(self, frame: Frame) -> None:
        if frame == self.page.main_frame and "#" not in frame.url:
            self.counted.loads += 1

    def type(self, name: str, text: str, *, counted_as: int | None = None) -> None:
        """Fill in one box, by keyboard; `counted_as` characters, where the text typed here is longer than people's."""
        self.counted.type(text[:counted_as])
        self.page.locator(f"main [name={name}]").first.fill(text)

    def type_day(self, name: str, month: str, day: str, year: str, *, there: bool = False) -> None:
        """Fill in the three boxes of one day: one thought. `there`: the page has put the cursor into the first."""
        self.counted.keyboard()
        self.counted.fields += 1
        self.counted.thoughts += 1
        if there:
            expect(self.page.locator(f"main [name={name}_month]")).to_be_focused()
            self.counted.keys -= 1
        for part, text in (("month", month), ("day", day), ("year", year)):
            self.counted.keys += 1 + len(text)
            self.page.locator(f"main [name={name}_{part}]").fill(text)

    def choose(self, name: str, value: str) -> None:
        """Choose one answer by the mouse."""
        self.counted.click(field=True)
        self.page.locator(f"main [name={name}][value='{value}']").check(force=True)

    def tick_all(self, name: str) -> None:
        """Tick every box of a list by the keyboard, one key each: one thought for the list, as it is gone through."""
        self.counted.keyboard()
        self.counted.thoughts += 1
        for box in self.page.locator(f"main input[name={name}]").all():
            if not box.is_checked():
                self.counted.fields += 1
                self.counted.keys += 1
                box.check(force=True)

    def enter_each(self, name: str) -> None:
        """Tick a list by Enter, which goes to it and from each box to the next: one thought, as it is gone through."""
        self.counted.keyboard()
        self.counted.thoughts += 1
        self.counted.keys += 1
        self.page.keyboard.press("Enter")
        for box in self.page.locator(f"main input[name={name}]").all():
            expect(box).to_be_focused()
            self.counted.fields += 1
            self.counted.keys += 1
            self.page.keyboard.press("Enter")
            expect(box).to_be_checked()

    def scan(self, name: str, text: str) -> None:
        """Scan a code into the box that has the cursor: point the scanner and press; it ends with Enter."""
        self.counted.fields += 1
        self.counted.mouse()
        self.counted.clicks += 1
        self.counted.thoughts += 1
        box = self.page.locator(f"main [name={name}]")
        expect(box).to_be_focused()
        self.page.keyboard.insert_text(text)
        self.page.keyboard.press("Enter")

    def tab_to(self, name: str) -> None:
        """Go on by Tab to the next question."""
        self.counted.keyboard()
        self.counted.keys += 1
        self.page.keyboard.press("Tab")
        expect(self.page.locator(f"main [name={name}]:focus")).to_have_count(1)

    def choose_by_keys(self, name: str, value: str) -> None:
        """Choose an answer by the keyboard: Tab to the first, then space, or an arrow for each one further on."""
        self.tab_to(name)
        self.counted.fields += 1
        self.counted.thoughts += 1
        values = [one.get_attribute("value") for one in self.page.locator(f"main [name={name}]").all()]
        for key in ["ArrowDown"] * values.index(value) or ["Space"]:
            self.counted.keys += 1
            self.page.keyboard.press(key)
        expect(self.page.locator(f"main [name={name}][value='{value}']")).to_be_checked()

    def click_last_button(self) -> None:
        """Press the button that sends the page."""
        self.counted.click()
        self._to_next_page(self.page.locator("main form button[type=submit]").last.click)

    def follow(self, address: str) -> None:
        """Follow the link to an address of the portal."""
        self.counted.click()
        self._to_next_page(self.page.locator(f"main a[href='{address}']").first.click)

    def press(self, label: str) -> None:
        """Press a button or follow a link by its words."""
        self.counted.click()
        self._to_next_page(self._named(label).click)

    def enter(self) -> None:
        """Send the form by the Enter key from the box the hand is in."""
        self.counted.keys += 1
        self._to_next_page(lambda: self.page.keyboard.press("Enter"))

    def enter_on(self, label: str) -> None:
        """Press, by the Enter key, a button that Tab has reached or that the page has put the cursor on."""
        self.counted.keyboard()
        self.counted.keys += 1
        self._named(label).focus()
        self._to_next_page(lambda: self.page.keyboard.press("Enter"))

    def _named(self, label: str) -> Locator:
        button = self.page.get_by_role("button", name=label, exact=True)
        return button.or_(self.page.get_by_role("link", name=label, exact=True)).first

    def _to_next_page(self, does: Callable[[], object]) -> None:
        with self.page.expect_navigation():
            does()
