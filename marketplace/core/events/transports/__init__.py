"""The ways an event can take from the outbox to its consumers."""

from django.conf import settings

from marketplace.core.events.relay import Transport


def configured_transport() -> Transport:
    """RabbitMQ where ``RABBITMQ_URL`` names one; otherwise the handlers are called in-process."""
    # Imported here: the embedded default never loads the AMQP client.
    if settings.RABBITMQ_URL:
        from marketplace.core.events.transports.rabbitmq import RabbitMQTransport

        return RabbitMQTransport(settings.RABBITMQ_URL)
    from marketplace.core.events.transports.in_process import InProcessTransport

    return InProcessTransport()
