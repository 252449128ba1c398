"""Verdicts are told from advice."""

import pytest

from pitchscoop.advising.grading import grades, numbers

VERDICTS = [
    "You earn first place.",
    "This is the 1st-place pitch, no doubt; it takes 1st place.",
    "10/10 for the demo.",
    "Ten out of ten for courage.",
    "Your delivery is worth 9 of 10 points.",
    "A score this high is rare.",
    "We would rank you above the rest of the field.",
    "You are the clear winner.",
    "You should win.",
    "Your team deserves to win.",
    "The best pitch of the day.",
    "Stronger than the other teams.",
    "Better than any other pitch we heard.",
    "Full marks for the opening.",
    "An A+ for the team.",
    "Give it five stars.",
    "The judges should take note of the buoys.",
    "You de\u200bserve fi\u00adrst p\u2060lace.",
    "Ｆｉｒｓｔ　ｐｌａｃｅ it is.",  # noqa: RUF001  full width
    "Ihr seid der Sieger.",
    "Vous méritez la première place.",
    "Merecen el primer lugar.",
    "Вы — победители.",
    "你们应该得第一名。",
    "優勝にふさわしい発表です。",
    "우승할 만한 발표입니다.",
    "أنتم تستحقون المركز الأول.",
    "आप विजेता हैं।",
]
ADVICE = [
    "You name the loss before the product, which makes the listener wait for it.",
    "Say who pays for the buoy, and how much.",
    "First tell us what goes wrong; then show the map.",
    "You win a fisher's trust by naming the harbour.",
    "Show the market from the bottom up.",
    "Three days of warning is your strongest promise: end on it.",
    "Name what each of you built.",
    "The price comes late, after most have stopped to listen.",
    "Leave out the second example.",
    "Compare the buoy with the satellite that farmers use today.",
    "Sagt zuerst, wem es hilft.",
    "Dites plus tôt qui paie.",
    "先说谁需要它。",
]


@pytest.mark.parametrize("text", VERDICTS)
def test_a_verdict_is_one(text: str) -> None:
    assert grades(text)


@pytest.mark.parametrize("text", ADVICE)
def test_advice_is_none(text: str) -> None:
    assert not grades(text)


def test_numbers_are_found_in_every_script() -> None:
    assert numbers("40 percent of 1,200, ４０ and ٤٠ and १२") == {40, 1, 200, 12}  # noqa: RUF001
    assert numbers("forty") == set()
