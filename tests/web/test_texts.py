"""Every text of every page has its Chinese."""

import pytest
from babel.messages.pofile import read_po

from scripts import update_texts

CATALOGUES = [pytest.param(folder, texts, id=str(folder.relative_to(update_texts.WEB))) for folder, texts in update_texts.wanted().items()]


@pytest.mark.parametrize(("folder", "texts"), CATALOGUES)
def test_every_text_is_translated_into_simplified_chinese(folder, texts):
    with (folder / "zh_Hans" / "LC_MESSAGES" / "django.po").open("rb") as po:
        catalogue = read_po(po, locale="zh_Hans")
    absent = [message.id for message in texts if message.id and message.id not in catalogue]
    assert absent + update_texts.untranslated(catalogue) == [], "run scripts/update_texts.py, then fill the empty msgstr"


def test_a_text_without_translation_would_be_found():
    _, texts = next(iter(update_texts.wanted().items()))
    assert update_texts.untranslated(texts), "a fresh catalogue has no translations at all"


def test_a_language_begins_with_every_text_still_to_translate(tmp_path):
    _, texts = next(iter(update_texts.wanted().items()))
    catalogue = update_texts.read_catalogue(tmp_path / "fr" / "LC_MESSAGES" / "django.po")
    catalogue.update(texts)
    assert str(catalogue.locale) == "fr"
    assert len(update_texts.untranslated(catalogue)) == len([message for message in texts if message.id])


def test_texts_are_found_in_pages_and_in_code():
    texts = update_texts.wanted()[update_texts.WEB / "locale"]
    assert "Where the money goes" in texts
    assert "Phone number" in texts
