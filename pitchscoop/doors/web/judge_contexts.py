"""What the judge's page is told: plain values, as in ``contexts``."""

from dataclasses import dataclass

from pitchscoop.doors.web.contexts import Viewer


@dataclass(frozen=True, slots=True)
class JudgePage:
    """A judge's pitches and cards. The page is kept on the device, so nothing stands in it that changes.

    ``judging_path`` answers GET with what there is to judge, ``self_path`` is the judge's own address in REST,
    ``leaderboard_path`` says since when scoring is closed, ``standings_path`` is where results are once published,
    ``final_path`` where finalists are compared, and ``worker_path`` is the script that hands the page out where there
    is no network. ``dictation_path`` takes spoken comments; None where no engine could write them down.
    """

    viewer: Viewer
    event_name: str
    judge_id: str
    judging_path: str
    self_path: str
    leaderboard_path: str
    standings_path: str
    final_path: str
    worker_path: str
    dictation_path: str | None
    zone: str
