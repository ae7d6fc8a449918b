"""What may stand in an address as a number people read aloud, or as the key of a record. Importing registers both."""

from django.urls import register_converter
from django.urls.converters import StringConverter

NUMBER, KEY = "read_number", "record_key"


class NumberConverter(StringConverter):
    """A number that people read aloud, or what somebody took for one."""

    regex = "[A-Za-z0-9-]{1,40}"


class KeyConverter(StringConverter):
    """The key of a record of ours: a whole number that the database can hold."""

    regex = "[0-9]{1,18}"

    def to_python(self, value: str) -> int:  # type: ignore[override]
        """Return the key as a number."""
        return int(value)


register_converter(NumberConverter, NUMBER)
register_converter(KeyConverter, KEY)
