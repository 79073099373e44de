"""Chinese numerals as statutes write them, up to 九千九百九十九."""

from __future__ import annotations

DIGITS = {
    "零": 0,
    "\u3007": 0,
    "○": 0,
    "一": 1,
    "二": 2,
    "两": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
}
UNITS = {"十": 10, "百": 100, "千": 1000}
NUMERAL_CHARACTERS = "".join(DIGITS) + "".join(UNITS)
_CN_DIGITS = "零一二三四五六七八九"
LARGEST = 9999


def cn_to_int(text: str) -> int:
    """Read a numeral: 九十七, 一百零五, 97 and full-width digits.

    Raises ValueError for anything else, also for an order no writer uses.
    """
    text = text.strip()
    if text.isdecimal():
        return int(text)
    if not text or any(c not in DIGITS and c not in UNITS for c in text):
        message = f"{text!r} is not a numeral"
        raise ValueError(message)
    if not any(c in UNITS for c in text):
        return int("".join(str(DIGITS[c]) for c in text))
    return _read_with_units(text)


def _read_with_units(text: str) -> int:
    total = 0
    digit: int | None = None
    smallest_unit = LARGEST + 1
    for character in text:
        if character in DIGITS:
            if digit:
                message = f"{text!r} has two digits in a row"
                raise ValueError(message)
            digit = DIGITS[character]
            continue
        unit = UNITS[character]
        if unit >= smallest_unit:
            message = f"{text!r} has its units in no known order"
            raise ValueError(message)
        smallest_unit = unit
        total += (1 if digit in (None, 0) else digit) * unit
        digit = None
    return total + (digit or 0)


def int_to_cn(number: int) -> str:
    """Write a number the way statutes number their articles: 105 → 一百零五."""
    if not 0 <= number <= LARGEST:
        message = f"{number} is outside 0..{LARGEST}"
        raise ValueError(message)
    if number == 0:
        return "零"
    words = ""
    gap = False
    for unit, word in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // unit % 10
        if digit == 0:
            gap = bool(words)
            continue
        if gap and words:
            words += "零"
        gap = False
        words += _CN_DIGITS[digit] + word
    return words[1:] if words.startswith("一十") else words
