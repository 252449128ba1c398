"""Sample advice, for the preview: as an organizer checks it, as a team reads it, not there yet, and not to be had."""

from dataclasses import replace

from pitchscoop.doors.web import advice_contexts as a

_PATH = "/sample/details"
LINES = (
    a.AdviceLine(
        "1", "You open with one voice on the phone, and everybody in the room listens.", 0.4,
        "My grandmother calls me every Sunday", "accepted", checked_by="Cleo",
    ),
    a.AdviceLine(
        "2", "Say sooner who pays: the archive comes after most have stopped to wait.", 96.0,
        "the archive pays for every hour", "waiting",
    ),
    a.AdviceLine(
        "3", "End on the sentence of your grandmother, not on the budget.", 171.2,
        "and that is what it costs", "rejected", drafted="Ending on the budget loses the room.", checked_by="Cleo",
    ),
    a.AdviceLine(
        "4", "Name how many families speak it, where you say that nobody counts them.", 41.5,
        "nobody counts them any more", "waiting", about="Problem",
    ),
    a.AdviceLine(
        "5", "قولوا من يدفع في جملة واحدة <b>واضحة</b>.", 120.0, "والأرشيف يدفع عن كل ساعة", "waiting",
        about="A criterion whose name is so long that it takes more than one line in the rail",
        drafted="A word thatistoolongforalineofthisrailandhastobebrokensomewhereinthemiddleofit.",
    ),
)  # fmt: skip
CHECKED = a.Advice(
    "ready", LINES, "Drafted by a model, checked by Cleo", dropped=2, ask_path=_PATH, review_path=_PATH, revision=4
)
SAMPLES: dict[str, a.Advice] = {
    "": CHECKED,
    "-none": a.Advice("none", ask_path=_PATH),
    "-pending": replace(CHECKED, state="pending", lines=LINES[:1], dropped=0),
    "-delayed": a.Advice(
        "pending", trouble="The model has as much to do as the plan allows. It is tried again by itself.",
        code="model_busy", ask_path=_PATH, review_path=_PATH,
    ),
    "-failed": a.Advice(
        "failed", trouble="The model's server refused the key. Set LLM_API_KEY, then ask again.", code="model_refused",
        ask_path=_PATH, review_path=_PATH,
    ),
    "-team": a.Advice("ready", LINES[:1], "Drafted by a model, checked by Cleo"),
}  # fmt: skip
