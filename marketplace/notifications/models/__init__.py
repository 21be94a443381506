from marketplace.notifications.models.outbound_email import EmailState, OutboundEmail
from marketplace.notifications.models.outbound_sms import OutboundSms, SmsState
from marketplace.notifications.models.sms_day import SmsDay

__all__ = ["EmailState", "OutboundEmail", "OutboundSms", "SmsDay", "SmsState"]
