"""Names the app for Django, and says that whoever reads the Pharmacy Training is trained with that."""

from django.apps import AppConfig


class PharmaciesConfig(AppConfig):
    name = "pharmacies"
    label = "pharmacies"
    verbose_name = "Pharmacies"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register what follows from a reading. The models are there only now."""
        from pharmacies.actions.training import train_by_reading  # noqa: PLC0415
        from rems_portal.materials.actions import follow_readings  # noqa: PLC0415

        follow_readings(train_by_reading)
