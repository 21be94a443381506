from django.db import migrations

from marketplace.core.ids import new_id
from marketplace.core.security import fingerprint

PURPOSE = "users.PhoneProof"
BATCH_SIZE = 1000


def note_proved_numbers(apps, _schema_editor):
    """One for each number that an account holds, in portions: it may be stopped and run again."""
    User = apps.get_model("users", "User")
    PhoneProof = apps.get_model("users", "PhoneProof")
    last = ""
    while True:
        held = User.objects.filter(phone_verified_at__isnull=False, phone_number__gt=last)
        people = list(held.order_by("phone_number")[:BATCH_SIZE])
        if not people:
            return
        known = set(PhoneProof.objects.filter(user__in=people).values_list("user_id", flat=True))
        PhoneProof.objects.bulk_create(
            PhoneProof(
                id=new_id(),
                user_id=person.pk,
                fingerprint=fingerprint(person.phone_number, purpose=PURPOSE),
                proved_at=person.phone_verified_at,
            )
            for person in people
            if person.pk not in known
        )
        last = people[-1].phone_number


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("users", "0029_phone_proofs")]

    operations = [
        migrations.RunPython(note_proved_numbers, migrations.RunPython.noop, elidable=True)
    ]
