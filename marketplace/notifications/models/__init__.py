from marketplace.notifications.models.outbound_email import EmailState, OutboundEmail

__all__ = ["EmailState", "OutboundEmail"]
