"""Carries what was once kept with each certification over to the person who read it, with its history.

Used by the migrations of prescribers and pharmacies that come before their own tables of reviews are dropped.
"""

AGAIN = "Read again, for another certification"


def carry(apps, reviews, history, reader_of):
    """Write a reading for each old review, the earliest first; a version that a person read twice is one reading.

    `reviews` and `history`: the old models as the migration knows them. `reader_of(review, rows)`: whose reading it
    was, as an account's key, given the review's history rows, the earliest first.
    """
    Reading = apps.get_model("materials", "MaterialReading")
    Trail = apps.get_model("materials", "HistoricalMaterialReading")
    for review in reviews.objects.select_related("certification").order_by("reviewed_at", "pk"):
        rows = list(history.objects.filter(id=review.pk).order_by("history_date", "history_id"))
        reading, made = Reading.objects.get_or_create(
            user_id=reader_of(review, rows),
            program=review.certification.program,
            material=review.material,
            version=review.version,
            defaults={"language": "en", "read_at": review.reviewed_at},
        )
        Trail.objects.bulk_create([_trail(Trail, reading, row, made) for row in rows])


def _trail(Trail, reading, row, made):
    return Trail(
        id=reading.pk,
        user_id=reading.user_id,
        program=reading.program,
        material=row.material,
        version=row.version,
        language=reading.language,
        read_at=row.reviewed_at,
        actor_name=row.actor_name,
        channel=row.channel,
        history_date=row.history_date,
        history_type=row.history_type if made else "~",
        history_change_reason=row.history_change_reason if made else AGAIN,
        history_user_id=row.history_user_id,
    )
