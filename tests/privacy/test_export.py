"""Two people who traded: each file holds its owner's data, and nothing of the other one."""

import io
import zipfile

import pytest

from marketplace.core.events.testing import deliver_all
from marketplace.core.testing.figures import publish
from marketplace.orders.models import Order
from marketplace.payments.tests.fake_provider import FakeProvider
from marketplace.users import services
from marketplace.users.models import User, UserProfile
from marketplace.users.tests.factories import actor
from marketplace.users.tests.step_ups import approve
from tests.stage import set_stage

pytestmark = pytest.mark.django_db
FIELDS = ("email", "phone", "last_name", "bio", "city", "social", "address", "notes")


def mark(person: User, who: str) -> dict[str, str]:
    words = {name: f"zq{who}{name.replace('_', '')}" for name in FIELDS}
    User.objects.filter(pk=person.pk).update(
        email=f"{words['email']}@example.com", phone_number=words["phone"][:20], last_name="Lantern"
    )
    words["phone"] = words["phone"][:20]
    User.objects.filter(pk=person.pk).update(last_name=words["last_name"])
    UserProfile.objects.filter(user=person).update(
        bio=words["bio"],
        address={"city": words["city"]},
        social_links={"site": f"https://{words['social']}.example"},
    )
    Order.objects.filter(buyer=person).update(
        shipping_address={"line1": words["address"], "country": "KE"}, notes=words["notes"]
    )
    return words


def test_a_file_holds_its_owners_data_and_nothing_of_the_other(provider: FakeProvider) -> None:
    stage = set_stage(provider)
    buyer, seller = stage.people["buyer"], stage.people["seller"]
    words = {"buyer": mark(buyer, "buyer"), "seller": mark(seller, "seller")}
    deliver_all()
    texts = {}
    for who, person in (("buyer", buyer), ("seller", seller)):
        export = services.request_export(user_id=person.pk, actor=actor(person))
        services.write_exports()
        act = {"action": "download_export", "export_id": str(export.id)}
        proof = approve(person, "privacy", act)
        portions = services.open_export(export_id=export.id, user_id=person.pk, step_up=proof)
        content = b"".join(portions)
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            texts[who] = "\n".join(
                archive.read(name).decode("latin-1") for name in archive.namelist()
            )

    own = {who: [f for f, w in words[who].items() if w in texts[who]] for who in texts}
    assert set(own["buyer"]) == set(FIELDS)
    assert set(own["seller"]) == set(FIELDS) - {"address", "notes"}
    foreign = [f for f, w in words["seller"].items() if w in texts["buyer"]]
    foreign += [f for f, w in words["buyer"].items() if w in texts["seller"]]
    publish("exports of two people who traded", canaries=2 * len(FIELDS), foreign=len(foreign))
    assert foreign == []
