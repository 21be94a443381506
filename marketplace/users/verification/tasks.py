"""What verification does by itself."""

from marketplace.core.jobs import periodic
from marketplace.users.verification.services.erase_files import erase_files
from marketplace.users.verification.services.lapse_cases import lapse_cases, remind_of_lapses
from marketplace.users.verification.services.poll_checks import poll_checks
from marketplace.users.verification.services.receive_service_call import receive_stored_calls

periodic(name="users.lapse_verifications", every_seconds=60)(lapse_cases)
periodic(name="users.remind_of_verifications", every_seconds=600)(remind_of_lapses)
periodic(name="users.erase_verification_files", every_seconds=60)(erase_files)
periodic(name="users.settle_verification_calls", every_seconds=2)(receive_stored_calls)
periodic(name="users.poll_verification_checks", every_seconds=60)(poll_checks)
