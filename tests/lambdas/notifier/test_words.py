"""What people read, in each language."""

from __future__ import annotations

import io
import json
import string
import tomllib
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from PIL import Image, ImageFont

import lambdas.notifier.words
from contracts.alerts import Alert, Stage
from contracts.recipients import LANGUAGES, Language
from contracts.rules import METRICS, Store
from design.css import contrast, load_tokens
from lambdas.notifier.channels.base import Message
from lambdas.notifier.chart import HEIGHT, WIDTH, Drawing, chart, points_of, stretches
from lambdas.notifier.words import facts, gsm
from lambdas.notifier.words.compose import compose, told_of
from lambdas.notifier.words.voice import Voice
from tests.lambdas.notifier.cases import ADVICE, MINUTE_MS, START_MS, a_hazard, a_person, a_verdict, an_alert, later

STORE = Store(time_zone="Europe/Berlin", name="Market Square")
PHRASES = Path(lambdas.notifier.words.__file__).parent / "phrases"
STAGES: tuple[Stage, ...] = ("review", "raised", "escalated", "resolved")


def message(alert: Alert, stage: Stage = "raised", language: Language = "en", now_ms: int = 0) -> Message:
    """The message about an alert to person-1."""
    person = a_person(1, language=language)
    told = told_of(alert, (), stage=stage, recipient=person, store=STORE, now_ms=now_ms or alert.changed_ms + 1000)
    return compose(told, acts=(), recipient=person, app_url="https://app.example.com")


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", "Attention. Lane 3: 7 waiting since 17:42, limit 5. Open 1 more lane: about 2:05 instead of 5:30."),
        ("es", "Atencion. Caja 3: 7 en cola desde las 17:42, limite 5. Abre 1 caja mas: unos 2:05 en vez de 5:30."),
        ("de", "Achtung. Kasse 3: 7 warten seit 17:42, Grenze 5. 1 Kasse mehr öffnen: etwa 2:05 statt 5:30."),
    ],
)
def test_a_text_message_says_all_in_one_line(language: Language, expected: str) -> None:
    """What, where, since when, how bad, what to do; in the store's time."""
    assert message(an_alert(), language=language).short == expected


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("metric", [*METRICS, "hazard.person_lying", "hazard.floor_change", "hazard.unheard_of"])
def test_a_text_message_fits_into_one(language: Language, stage: Stage, metric: str) -> None:
    """160 characters of the telephones' alphabet, for every metric, stage and language."""
    kind = METRICS[metric].place_kind if metric in METRICS else "zone"
    queue = metric in ("queue_length", "longest_wait_seconds")
    alert = an_alert(
        metric=metric, place_kind=kind, place_id="checkout-12", severity="high", value=187.0, worst_value=412.0,
        limit_value=180.0, advice=replace(ADVICE, lanes_needed=6).to_json() if queue else "",
    )  # fmt: skip
    ended = later(alert, "resolved", 40) if stage == "resolved" else alert
    short = message(ended, stage, language).short
    assert (gsm.units(short) or 999) <= gsm.ONE_MESSAGE, short


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("stage", STAGES)
def test_text_and_page_say_the_same(language: Language, stage: Stage) -> None:
    """Headline, advice, every link and every detail of the page are in the plain text too."""
    alert = later(an_alert(), "resolved") if stage == "resolved" else an_alert()
    written = message(alert, stage, language)
    person = a_person(1, language=language)
    told = told_of(alert, (), stage=stage, recipient=person, store=STORE, now_ms=alert.changed_ms)
    for said in (facts.headline(told), facts.advice(told), *facts.lead(told), facts.place(told)):
        assert said in written.text
        assert said in written.html
    assert written.text.count("https://") == written.html.count('href="https://') == 3
    assert f'lang="{language}"' in written.html


def test_languages_have_the_same_phrases() -> None:
    """Each phrase is in each language with the same blanks."""
    blanks = {language: _blanks(tomllib.loads((PHRASES / f"{language}.toml").read_text())) for language in LANGUAGES}
    assert blanks["es"] == blanks["en"]
    assert blanks["de"] == blanks["en"]


def _blanks(phrases: dict[str, dict[str, object]]) -> dict[str, set[str]]:
    return {
        f"{section}.{name}": {blank for _, blank, _, _ in string.Formatter().parse(_longest(text)) if blank}
        for section, texts in phrases.items()
        for name, text in texts.items()
    }


def _longest(text: object) -> str:
    return str(text["other"]) if isinstance(text, dict) else str(text)


def test_what_comes_from_outside_is_escaped() -> None:
    """Titles, places and comments cannot become markup, nor a second header line."""
    nasty = '<script>alert("x")</script>\r\nBcc: thief@example.com'
    alert = an_alert(title=nasty, place_kind="zone", place_id="<b>aisle</b>\n")
    act = a_verdict(alert, "true", comment=nasty)
    person = a_person(1, roles=("<i>manager</i>",))
    told = told_of(alert, (act,), stage="raised", recipient=person, store=replace(STORE, name=nasty), now_ms=START_MS)
    written = compose(told, acts=(act,), recipient=person, app_url="https://app.example.com")
    for tag in ("<script", "<b>", "<i>"):
        assert tag not in written.html
    assert "\n" not in written.subject + written.short
    assert "\r" not in written.subject + written.short


def test_links_lead_into_the_app_and_only_propose_acts() -> None:
    """The two most likely acts of each stage; ids cannot leave their place in the address."""
    odd = message(an_alert(store_id="a/b?c", alert_id="1 2"))
    assert odd.link == "https://app.example.com/alerts/a%2Fb%3Fc/1%202"
    assert "?do=acknowledge" in message(an_alert()).text
    review = message(a_hazard(), "review")
    assert "?do=verdict&verdict=true" in review.text
    assert "?do=verdict&amp;verdict=false" in review.html


@pytest.mark.parametrize(
    ("advice", "expected"),
    [
        ({"lanes_needed": 5}, "Open 2 more lanes: about 2:05 instead of 5:30."),
        ({"wait_now_seconds": None}, "Open 1 more lane: about 2:05; else the line only grows."),
        ({"wait_then_seconds": None}, "Open 1 more lane."),
        ({"lanes_needed": 3}, "Enough lanes are open; see what holds it up."),
    ],
)
def test_advice_in_words(advice: dict[str, object], expected: str) -> None:
    """From the figures that the job works out."""
    counted = replace(ADVICE, **advice)  # type: ignore[arg-type]
    assert expected in message(an_alert(advice=counted.to_json())).text


@pytest.mark.parametrize("advice", ["no json", "[]", '{"lanes_open": 3}', '{"new_field": 1}'])
def test_advice_that_cannot_be_read_stops_no_message(advice: str) -> None:
    """The alert is told without figures."""
    assert "See whether another lane can open." in message(an_alert(advice=advice)).text


def test_a_limit_between_two_counts_is_told_as_it_is() -> None:
    """A mean of 6.5 is told as 7 people; a limit of 5.5 stays 5.5."""
    assert "7 waiting since 17:42, limit 5.5" in message(an_alert(value=6.5, worst_value=6.5, limit_value=5.5)).subject
    assert "1 waiting" in message(an_alert(value=0.5, worst_value=0.5)).subject


def test_numbers_durations_and_dates_as_people_write_them() -> None:
    """m:ss, h:mm:ss, separators of the language, and the date where it is not today's."""
    voice = Voice("de", ZoneInfo("Europe/Berlin"))
    assert [voice.duration(seconds) for seconds in (0, 59.6, 125, 3725)] == ["0:00", "1:00", "2:05", "1:02:05"]
    assert (voice.number(1234.56), voice.share(0.83)) == ("1.234,6", "83 %")
    assert voice.time(START_MS, now_ms=START_MS + 24 * 60 * MINUTE_MS) == "17:42 (22. Sept.)"
    assert Voice("en", ZoneInfo("America/New_York")).time(START_MS, now_ms=START_MS) == "11:42"


@pytest.mark.parametrize(
    ("kind", "place_id", "expected"),
    [
        ("lane", "lane-3", "Lane 3"),
        ("lane", "checkout_07", "Lane 7"),
        ("lane", "12", "Lane 12"),
        ("lane", "self-service", "Lane self service"),
        ("zone", "dairy-aisle", "Dairy aisle"),
        ("camera", "cam-1", "Camera cam 1"),
        ("store", "store-1", "Market Square"),
    ],
)
def test_places_in_words(kind: str, place_id: str, expected: str) -> None:
    """Ids become what people say."""
    alert = an_alert(place_kind=kind, place_id=place_id)
    told = told_of(alert, (), stage="raised", recipient=a_person(1), store=STORE, now_ms=START_MS)
    assert facts.place(told) == expected


def test_a_text_outside_of_the_alphabet_is_left_as_it_is() -> None:
    """A place in other letters is told in them, in more than one message rather than in question marks."""
    assert gsm.plain("Überprüfung – café, más ≥ 売場") == "Überprüfung - café, mas ≥ 売場"
    assert gsm.units("売場") is None
    assert gsm.units("€ä") == 3


def test_severity_is_told_by_a_word_and_colours_can_be_read() -> None:
    """Never by hue alone; contrast at least 4.5 in both themes."""
    assert "Urgent" in message(an_alert(severity="high")).html
    for theme in ("light", "dark"):
        colours = load_tokens()["colour"][theme]
        pairs = [("red", "red-soft"), ("amber", "amber-soft"), ("muted", "surface"), ("accent", "surface")]
        for ink, paper in pairs:
            assert contrast(colours[ink], colours[paper]) >= 4.5, (theme, ink)


def drawing(points: tuple[tuple[int, float], ...]) -> Drawing:
    """A drawing of points with a limit of 5."""
    return Drawing(
        points=points,
        limit=5,
        write_value=lambda value: f"{value:.0f}",
        write_time=lambda time_ms: f"{time_ms // MINUTE_MS % 60:02d}",
        steps=(1.0, 2.0, 5.0),
    )


def test_a_chart_is_a_small_picture_with_gaps_as_gaps() -> None:
    """A line over both stretches, nothing between them, a dashed line in red."""
    points = tuple((START_MS + n * MINUTE_MS, 3.0) for n in range(30) if not 10 <= n <= 19)
    assert [len(stretch) for stretch in stretches(points)] == [10, 10]
    picture = chart(drawing(points))
    assert picture is not None
    assert len(picture) < 15_000
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    assert image.size == (WIDTH, HEIGHT)
    blue = {x for x in range(WIDTH) for y in range(HEIGHT) if _is_blue(image.getpixel((x, y)))}
    middle = range(WIDTH // 2 - 60, WIDTH // 2 + 60)
    assert blue
    assert blue.isdisjoint(middle)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("metric", METRICS)
def test_a_chart_shows_no_empty_boxes(language: Language, metric: str) -> None:
    """Its font lacks accents: the figures on its axes are within what it can draw, in every language."""
    font = ImageFont.load_default(size=28)
    box = bytes(font.getmask("\uffff"))
    told = told_of(
        an_alert(metric=metric), (), stage="raised", recipient=a_person(1, language=language), store=STORE, now_ms=0
    )
    for text in (facts.shown(told, 1234.5), facts.limit(told)):
        assert all(bytes(font.getmask(letter)) != box for letter in text), text


def _is_blue(pixel: object) -> bool:
    assert isinstance(pixel, tuple)
    red, _, blue = pixel
    return bool(blue - red > 80)


@pytest.mark.parametrize("history", ["", "[]", "no json", "{}", '[[1, "a"], [true, 2], 3]', "[[1, 2]]"])
def test_without_a_history_there_is_no_chart(history: str) -> None:
    """What cannot be drawn is left out; the message goes all the same."""
    written = message(an_alert(history=history))
    assert written.chart is None
    assert "cid:" not in written.html


def test_points_come_in_order() -> None:
    """A history may be written in any order."""
    assert points_of(json.dumps([[2, 1], [1, 5.5]])) == ((1, 5.5), (2, 1.0))
