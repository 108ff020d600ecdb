"""What a forecast says of itself."""

from datetime import date

import pytest

from pinfold.forecast.ripening import RIPENING_MODELS
from pinfold.forecast.say import MODELS, Grounds, Moved, WeatherUsed, say, say_since
from pinfold.forecast.yields import YIELD_MODELS

SEP_3, OCT_6 = date(2026, 9, 3), date(2026, 10, 6)
HEAT = Grounds("when", "degree-days", seasons=12, reports=3, weather=WeatherUsed(OCT_6))
MEAN = Grounds("how much", "own mean", seasons=9, reports=3, weather=WeatherUsed(OCT_6))


def test_a_date_says_its_model_what_it_is_made_from_how_it_moved_and_why():
    moved = Moved(SEP_3, -4.2, reports=2, weather_before=SEP_3)
    assert say(HEAT, moved, "en") == (
        "When: by degree-days, from 12 past seasons, 3 reports of this season and the weather until 6 Oct; "
        "4 days earlier than on 3 Sep, because 2 reports came in since."
    )
    assert say(HEAT, moved, "zh-hans") == (
        "时间：依据“积温”模型和12个往季、本季3条报告、截至10月6日的天气；比9月3日提早4天，因为此后来了2条报告。"
    )


def test_a_date_names_the_rains_that_brought_the_flowers():
    told = Grounds("when", "climatology", seasons=5, showers=(SEP_3, OCT_6))
    assert say(told, None, "en") == "When: by climatology, from 5 past seasons; it flowered after the rain of 3 Sep and 6 Oct."
    assert say(told, None, "zh-hans") == "时间：依据“常年平均”模型和5个往季；9月3日、10月6日雨后开花。"


def test_a_model_that_looks_at_neither_reports_nor_weather_does_not_boast_of_them():
    assert say(MEAN, None, "en") == "How much: by own mean, from 9 past seasons."
    assert say(MEAN, None, "zh-hans") == "数量：依据“本地块平均”模型和9个往季。"


def test_what_hardly_moved_is_called_the_same_and_needs_no_reason():
    assert say(MEAN, Moved(SEP_3, 0.004, reports=2), "en") == "How much: by own mean, from 9 past seasons; as on 3 Sep."
    assert say_since(Moved(SEP_3, 0.4), Moved(SEP_3, 0.0), "en") == "Since 3 Sep: no change."
    assert say_since(Moved(SEP_3, 0.4), Moved(SEP_3, 0.0), "zh-hans") == "自9月3日以来：没有变化。"


@pytest.mark.parametrize(
    ("moved", "why"),
    [
        (Moved(SEP_3, 3.0, seen=5, reports=7, model_before="trend"), "because it was seen on 5 plots since"),
        (Moved(SEP_3, 3.0, reports=7, model_before="trend"), "because another model serves now (before: trend)"),
        (Moved(SEP_3, 3.0, reports=1, model_before="degree-days"), "because one report came in since"),
        (Moved(SEP_3, 3.0, weather_before=SEP_3), "because of the weather since"),
        (Moved(SEP_3, 3.0, weather_before=OCT_6), "because nobody has seen it yet"),
    ],
)
def test_the_weightiest_reason_is_given(moved, why):
    assert say(HEAT, moved, "en").endswith(f"3 days later than on 3 Sep, {why}.")


def test_a_move_without_a_known_reason_is_given_none():
    assert say(HEAT, Moved(SEP_3, -3.0, weather_before=OCT_6), "en").endswith("; 3 days earlier than on 3 Sep.")


def test_half_a_day_is_no_move():
    assert say_since(Moved(SEP_3, -0.5), None, "en") == "Since 3 Sep: no change."


def test_a_joined_weather_forecast_is_told_with_its_day_and_who_served_it():
    used = WeatherUsed(OCT_6, "nasa-power", date(2026, 10, 20), "open-meteo")
    told = Grounds("when", "degree-days", seasons=1, weather=used)
    assert say(told, None, "en") == (
        "When: by degree-days, from one past season, the weather until 6 Oct (nasa-power) and "
        "the weather forecast until 20 Oct (open-meteo)."
    )
    assert say(told, None, "zh-hans") == (
        "时间：依据“积温”模型和1个往季、截至10月6日的天气（nasa-power）、到10月20日的天气预报（open-meteo）。"
    )


def test_a_weather_service_is_named():
    told = Grounds("when", "degree-days", seasons=1, weather=WeatherUsed(OCT_6, "NASA POWER"))
    assert say(told, None, "en") == "When: by degree-days, from one past season and the weather until 6 Oct (NASA POWER)."


@pytest.mark.parametrize("model", [*RIPENING_MODELS, *YIELD_MODELS], ids=lambda model: model.name)
def test_every_model_has_a_name_in_chinese(model):
    assert model.name in MODELS, f"say in forecast/say.py how {model.name!r} is called in Chinese and what it looks at"
