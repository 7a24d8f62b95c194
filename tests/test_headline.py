"""Tests of `cleaner.headline`: what the title block says of a speech is copied, never guessed."""

import pytest

from cleaner.headline import speech_occasion, speech_speaker


@pytest.mark.parametrize(
    ("text", "speaker", "occasion"),
    [
        ("县长在春耕会议上的讲话\n同志们：\n今天开会。", "县长", "春耕会议"),  # the title names both
        ("2024年区委书记在全会上的讲话\n同志们：", "区委书记", "全会"),  # a year is no part of the office
        ("在春耕会议上的讲话\n（2023年3月1日）\n县委书记　高扬\n\n同志们：", "县委书记　高扬", "春耕会议"),
        ("凝心聚力谋发展\n——在工作会议上的新年致辞\n（市长 王二）\n同志们：", "市长 王二", "工作会议"),
        ("脚踏实地　仰望星空\n敬爱的老师：\n校长在会上的讲话很好。", None, None),  # what the text says is no headline
        ("县防汛工作会议讲话\n同志们：", None, None),  # no phrase tells where the meeting's name begins
        ("同志们：\n今天，市长在全市春耕会议上的讲话很重要。", None, None),
        ("", None, None),
    ],
)
def test_speaker_and_occasion(text: str, speaker: str | None, occasion: str | None) -> None:
    """The lines above the salutation name who speaks and at which meeting, or nothing is said."""
    assert (speaker, occasion) == (speech_speaker(text), speech_occasion(text))
