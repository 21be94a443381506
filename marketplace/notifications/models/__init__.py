from marketplace.notifications.models.outbound_email import EmailState, OutboundEmail
from marketplace.notifications.models.outbound_sms import OutboundSms, SmsState

__all__ = ["EmailState", "OutboundEmail", "OutboundSms", "SmsState"]
