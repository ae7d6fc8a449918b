"""What is typed to check a document: its number, and its file where it is at hand. It must not read the file."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError

from rems_portal.rules.numbers import Kind, NumberError, parse_number
from rems_portal.typed import LineField, TypedForm

LIMIT_MB = settings.FILE_UPLOAD_MAX_MEMORY_SIZE // 1_000_000


class VerificationForm(TypedForm):
    """The number of a form or certificate. Out: `number` in its canonical spelling, `document` the uploaded file."""

    number = LineField(
        label="Form number or verification code",
        help_text="It begins with F and stands at the foot of each page.",
        max_length=80,
        missing="Type the number. It begins with F and stands at the foot of each page.",
    )
    document = forms.FileField(
        label="The PDF file",
        help_text=f"To see whether the file was changed. At most {LIMIT_MB} MB. It is compared, then forgotten.",
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": "application/pdf"}),
    )

    def __init__(self, *args: Any, too_long: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.too_long = too_long

    def clean_number(self) -> str:
        """Return the canonical number; a mistyped one is told by its check character."""
        try:
            return parse_number(Kind.FORM, self.cleaned_data["number"])
        except NumberError as error:
            raise ValidationError(error.sentence) from error

    def clean_document(self) -> Any:
        """Return the file, if one was sent. Of a message beyond the limit no file is left to look at."""
        if self.too_long:
            raise ValidationError(f"The file is larger than {LIMIT_MB} MB. The program’s documents are smaller.")
        return self.cleaned_data["document"]
