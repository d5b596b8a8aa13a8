"""Words for paying with a phone: our code, the passenger's code, a bank transfer."""

from __future__ import annotations

from kiosk.domain.paying import kind_of
from ui.viewmodels.rows import TopicRow
from ui.viewmodels.texts import translate

Pair = tuple[str, str]


def title(means: str) -> tuple[Pair, Pair]:
    """Title and detail of a way to pay: when it works, and when it does not."""
    other = translate("Pay", "Please choose another way to pay.")
    if means == "transfer":
        yes = translate("Pay", "Bank transfer"), translate("Pay", "Scan a code with your banking app; staff confirm it")
    elif kind_of(means) == "scan":
        yes = translate("Pay", "Payment code"), translate("Pay", "Hold the code of your payment app to the reader")
    else:
        yes = wallet(means), translate("Pay", "Scan a code with your payment app")
    return yes, (translate("Pay", "%1: not at this machine now").replace("%1", yes[0]), other)


def wallet(means: str) -> str:
    """Whose code is shown."""
    names = {"wechat": translate("Pay", "WeChat Pay"), "alipay": translate("Pay", "Alipay")}
    return names.get(means.partition(".")[2], translate("Pay", "Phone"))


def button(means: str) -> str:
    if means == "transfer":
        return translate("Frame", "Pay %1 by transfer")
    return translate("Frame", "Pay %1 by phone")


def asking(means: str) -> Pair:
    """The question while it is under way, and a line under it."""
    if means == "transfer":
        return translate("Frame", "Pay by bank transfer"), translate("Frame", "Then tell the staff beside you")
    if means == "scan":
        held = translate("Frame", "Hold the payment code of WeChat Pay or Alipay to the reader")
        return translate("Frame", "Show your payment code"), held
    return translate("Frame", "Pay with your phone"), translate("Frame", "Scan the code with your payment app")


def paid(means: str) -> str:
    return translate("Frame", "Paid by transfer") if means == "transfer" else translate("Frame", "Paid by phone")


def transfer_topics(reference: str, *, seats: bool) -> list[TopicRow]:
    """Only a person can tell whether a transfer came."""
    money = translate("Pay", "If you have made the transfer, staff find it on the account under %1.").replace(
        "%1", reference
    )
    rows = [TopicRow("card", translate("Pay", "Your money"), money)]
    if seats:
        keep = translate("Pay", "They stay yours until this is settled. Nobody else can buy them.")
        rows.append(TopicRow("seat", translate("Pay", "Your seats"), keep))
    staff = translate("Pay", "Please ask the staff beside you: they look at the account, and your tickets print here.")
    rows.append(TopicRow("staff", translate("Pay", "What you can do"), staff))
    return rows
