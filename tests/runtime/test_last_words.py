"""What the terminal shows of a part that stopped."""

import json

from loyalty.runtime import logs


def test_plain_lines_are_joined():
    assert logs.brief("one\n\n two \nthree\nfour\n") == "two / three / four"


def test_json_tells_its_event_and_the_end_of_its_trace():
    trace = "Traceback (most recent call last):\n  File …\nValueError: no"
    line = json.dumps({"event": "job_failed", "exception": trace, "level": "error"})
    assert logs.brief(line) == "job_failed (ValueError: no)"


def test_what_is_long_is_cut():
    assert logs.brief("x" * 500) == "x" * 159 + "…"


def test_a_silent_or_missing_log_is_said_to_be_so(tmp_path):
    (tmp_path / "empty").touch()
    assert logs.last_words(tmp_path / "empty") == "it said nothing"
    assert logs.last_words(tmp_path / "missing") == "its log could not be read"
