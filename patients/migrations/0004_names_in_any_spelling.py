"""The key by which a person is found again: computed anew, now that accents, hyphens, apostrophes and dots are folded.

Only the key changes; names stay as they were typed, and signed forms as they were signed. Where two patients turn out
to be one person by the new key, nothing is merged: the one that was entered first gets the key, and the later one keeps
the key it had, under which nobody looks any more. Both keep their records and are found by number and by name.

The new keys are digests of other words than the old ones, so that none can meet a key which is still to be replaced.
What a key is made of is written down here as it was at this step: a later change of it takes another step.
"""

import hashlib
import unicodedata

from django.db import migrations

AT_A_TIME = 500
MARKS = range(0x0300, 0x0370)
LETTERS = str.maketrans({"æ": "ae", "ð": "d", "ø": "o", "þ": "th", "đ": "d", "ħ": "h", "ı": "i", "ł": "l", "œ": "oe"})
APOSTROPHES = dict.fromkeys(map(ord, "‘’ʼʹ′`´＇"), "'")


def plain(name):
    text = name
    for _time in range(2):
        text = unicodedata.normalize("NFKD", text).casefold()
    text = "".join(letter for letter in text if ord(letter) not in MARKS).translate(LETTERS)
    return "".join(letter for letter in text if unicodedata.category(letter)[0] in "LMN") or " ".join(text.split())


def key(patient):
    said = ("2", plain(patient.given_name), plain(patient.family_name), patient.birth_date.isoformat(), patient.sex)
    return hashlib.sha256("\n".join(said).encode()).hexdigest()


def plain_before(name):
    text = name.translate(APOSTROPHES)
    for _time in range(2):
        text = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(text.split())


def key_before(patient):
    said = (plain_before(patient.given_name), plain_before(patient.family_name), patient.birth_date.isoformat())
    return hashlib.sha256("\n".join((*said, patient.sex)).encode()).hexdigest()


def fold(apps, _editor):
    write_keys(apps.get_model("patients", "Patient"), key)


def unfold(apps, _editor):
    write_keys(apps.get_model("patients", "Patient"), key_before)


def write_keys(patients, key_of):
    last = 0
    while batch := list(patients.objects.filter(pk__gt=last).order_by("pk")[:AT_A_TIME]):
        last = batch[-1].pk
        keys = {one.pk: key_of(one) for one in batch}
        taken = set(patients.objects.filter(identity_key__in=keys.values()).values_list("identity_key", flat=True))
        changed = []
        for one in batch:
            if keys[one.pk] not in taken:
                taken.add(keys[one.pk])
                one.identity_key = keys[one.pk]
                changed.append(one)
        patients.objects.bulk_update(changed, ["identity_key"])


class Migration(migrations.Migration):
    dependencies = [("patients", "0003_endings_named_and_transfers_withdrawn")]

    operations = [migrations.RunPython(fold, unfold)]
