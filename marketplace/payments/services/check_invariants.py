from marketplace.core.actor import Actor
from marketplace.payments.invariants import MOST_SENTENCES, find_breaches
from marketplace.payments.services.compare_balances import compare_balances
from marketplace.payments.services.freeze_payouts import freeze_payouts
from marketplace.payments.services.match_reports import match_reports

MONITOR = Actor.system("payments.check_invariants")


def check_invariants() -> int:
    """The job: look for a broken promise about money, and freeze payouts on one.

    What is new at the providers and in our books is compared first, so that nothing is called
    missing that has only not been looked at. A freeze that an operator lifts while the breach is
    still there is opened again by the next run. Returns 0: there is never more to do at once.
    """
    compare_balances()
    match_reports()
    breaches = find_breaches()
    if breaches:
        cause, _ = breaches[0]
        sentences = [sentence for _, sentence in breaches[:MOST_SENTENCES]]
        freeze_payouts(actor=MONITOR, cause=cause, detail=". ".join(sentences) + ".")
    return 0
