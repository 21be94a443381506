from django.contrib.auth.models import Group
from django.contrib.postgres.fields import ArrayField
from django.db import models

from marketplace.core.ids import new_id


class StaffRole(models.Model):
    """A staff role: Django's group holds its permissions and members, this what it is about.

    ``seeded`` lists the permissions that it was ever given by the platform's own list, so that a
    later version adds what is new and never gives back what an administrator took away.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    group = models.OneToOneField(Group, on_delete=models.CASCADE, related_name="staff_role")
    description = models.CharField(max_length=300)
    seeded = ArrayField(models.CharField(max_length=201), default=list)

    class Meta:
        db_table = "users_staff_role"
        permissions = (("edit_staff_role", "Edit what staff roles may do"),)

    def __str__(self) -> str:
        return self.group.name
