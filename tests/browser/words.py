"""Words that break layouts, and a moment."""

import datetime as dt

WHEN = dt.datetime(2026, 11, 14, 15, 42, tzinfo=dt.UTC)
LONG_TEAM = "The Unreasonably Patient Beekeepers of Lower Saxony"
ARABIC = "فريق المناخ والذاكرة"
LONG_TITLE = (
    "Listening to hives instead of opening them, so that eleven thousand small farms know a week ahead what is coming"
)
