"""The words on paper, by language. A new language is one more table with the same keys (a test compares them)."""

from __future__ import annotations

EN = {
    "ticket_of": "Ticket {n} of {count}",
    "train": "Train",
    "line": "Line",
    "coach": "Coach",
    "block": "Block",
    "area": "Area",
    "seat": "Seat",
    "window": "window",
    "aisle": "aisle",
    "middle": "middle",
    "wheelchair": "wheelchair",
    "platform": "Platform",
    "free_choice": "any",
    "valid_seat": "Valid only on this train, on this day.",
    "valid_open": "Valid on this day, on every service between these stops.",
    "valid_event": "Valid for this performance. Please come in time.",
    "keep_flat": "Keep the code flat, dry and dark.",
    "copy": "COPY {n}",
    "receipt": "Receipt",
    "not_a_ticket": "Not a ticket. Not valid for travel.",
    "sold": "Sold",
    "at": "At",
    "receipt_no": "Receipt no.",
    "booking": "Booking",
    "total": "Total",
    "paid_by_card": "Paid by card",
    "free": "Free of charge",
    "card": "Card",
    "approved": "Approved",
    "receipt_note": "For questions show the booking code at a counter.",
    "date": "{weekday} {day} {month} {year}",
    "weekdays": "Mon Tue Wed Thu Fri Sat Sun",
    "months": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
}

ZH_HANS = {
    "ticket_of": "第 {n} 张，共 {count} 张",
    "train": "车次",
    "line": "线路",
    "coach": "车厢",
    "block": "区域",
    "area": "区域",
    "seat": "座位",
    "window": "靠窗",
    "aisle": "过道",
    "middle": "中间",
    "wheelchair": "轮椅",
    "platform": "站台",
    "free_choice": "不对号",
    "valid_seat": "仅限当日当次列车有效。",
    "valid_open": "当日该区间所有班次有效。",
    "valid_event": "仅限本场演出有效，请提前入场。",
    "keep_flat": "请保持二维码平整、干燥、清晰。",
    "copy": "副本 {n}",
    "receipt": "收据",
    "not_a_ticket": "非车票，不作乘车凭证。",
    "sold": "售出时间",
    "at": "售票机",
    "receipt_no": "收据号",
    "booking": "订单号",
    "total": "合计",
    "paid_by_card": "银行卡支付",
    "free": "免费",
    "card": "卡号",
    "approved": "授权号",
    "receipt_note": "如有疑问，请凭订单号到售票窗口咨询。",
    "date": "{year}年{month}月{day}日 {weekday}",
    "weekdays": "周一 周二 周三 周四 周五 周六 周日",
    "months": "1 2 3 4 5 6 7 8 9 10 11 12",
}

TEXTS = {"en": EN, "zh-Hans": ZH_HANS}


def text_of(language: str) -> dict[str, str]:
    """The table of a language; English when there is none."""
    return TEXTS.get(language, EN)
