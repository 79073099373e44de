"""Days on which amended editions came into force where their text does not say it.

An amended law still ends with the day its first edition came into force; the day of
the amendment stands in the amending decision. None of these days has been compared
with the gazette, so every edition dated by this table is marked as assumed; an import
with ``--in-force`` states the day and takes the mark away.
"""

from __future__ import annotations

from datetime import date

IN_FORCE = {
    ("安全生产法", date(2021, 6, 10)): date(2021, 9, 1),
    ("刑法", date(2023, 12, 29)): date(2024, 3, 1),
    ("国家赔偿法", date(2012, 10, 26)): date(2013, 1, 1),
    ("工会法", date(2021, 12, 24)): date(2022, 1, 1),
    ("监察法", date(2024, 12, 25)): date(2025, 6, 1),
    ("立法法", date(2023, 3, 13)): date(2023, 3, 15),
    ("行政诉讼法", date(2017, 6, 27)): date(2017, 7, 1),
    ("生产安全事故应急预案管理办法", date(2019, 7, 11)): date(2019, 9, 1),
}


def begins(title: str, adopted_on: date | None) -> date | None:
    """The day the edition adopted on that day came into force, if listed."""
    return IN_FORCE.get((title, adopted_on)) if adopted_on else None
