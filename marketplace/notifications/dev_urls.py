from django.urls import path

from marketplace.notifications import dev_outbox

urlpatterns = [
    path("", dev_outbox.page, name="dev-outbox"),
    path("messages.json", dev_outbox.messages, name="dev-outbox-messages"),
]
