from marketplace.notifications.models.outbound_email import OutboundEmail
from marketplace.notifications.models.outbound_message import DeliveryState, OutboundMessage
from marketplace.notifications.models.outbound_sms import OutboundSms
from marketplace.notifications.models.sms_day import SmsDay

__all__ = ["DeliveryState", "OutboundEmail", "OutboundMessage", "OutboundSms", "SmsDay"]
