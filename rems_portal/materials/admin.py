"""Who read what, for program staff. Read only."""

from django.contrib import admin

from rems_portal.admin.display import words_of
from rems_portal.admin.records import RecordAdmin
from rems_portal.materials.models import MaterialReading


@admin.register(MaterialReading)
class MaterialReadingAdmin(RecordAdmin):
    """Which version of which material who read, when and in which language."""

    list_display = ("user", "title", "version", "language", "read_at")
    list_select_related = ("user",)
    list_filter = ("material", "version", "language", "program", "user__role")
    date_hierarchy = "read_at"
    search_fields = ("user__full_name__icontains", "user__email__iexact")
    search_help_text = "name or e-mail address of the reader"
    ordering = ("-read_at",)

    @admin.display(description="material", ordering="material")
    def title(self, reading: MaterialReading) -> str:
        """Return the material's code as words."""
        return words_of(reading.material)
