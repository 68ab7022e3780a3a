"""Story kits: the form, the telling, and what is never told in training."""

from __future__ import annotations

import random
import re
from collections import Counter

import pytest

from gpt.training.__main__ import main
from gpt.training.kits import Kit, all_kits, documents, held_out, heldout_documents, tell
from gpt.training.kits.faults import faults
from gpt.training.kits.form import HERE, SLOT, read_kit
from gpt.training.kits.telling import could_fill, heldout_tellings

BALL = """le-ballon
hero: girl|boy
friend: girl
thing: [m] ballon rouge = red balloon | [f] balle jaune = yellow ball | [m] cerceau = hoop
--- fr
[un matin|Un jour], {hero} jouait avec {thing:un~une} {thing}. [|Il faisait beau.] {hero:Il~Elle}
rit. {thing:Le~La} {thing} roula vers {friend}.

« {hero:content~contente} ? » dit {friend}.
--- en
[One morning|One day], {hero} played with a {thing}. {hero:He~She} laughed. The {thing} rolled
to {friend}.

"Happy?" said {friend}.
"""


@pytest.fixture(scope="module")
def ball() -> Kit:
    return read_kit(BALL)


def tellings(kit: Kit, language: str, count: int = 60) -> list[tuple[str, dict[str, str]]]:
    told = [tell(kit, language, random.Random(number)) for number in range(count)]
    return [(telling.text, telling.filled) for telling in told]


def test_a_filling_is_the_same_from_the_first_word_to_the_last(ball: Kit) -> None:
    for text, filled in tellings(ball, "fr"):
        assert text.count(filled["thing"]) == 2
        assert text.count(filled["friend"]) == 2
        others = {word for word, _ in could_fill(ball.slots[2], "fr")} - {filled["thing"]}
        assert not any(word in text for word in others)


def test_words_agree_with_what_fills_the_slot(ball: Kit) -> None:
    genders = dict(could_fill(ball.slots[0], "fr")) | dict(could_fill(ball.slots[2], "fr"))
    seen = set()
    for text, filled in tellings(ball, "fr"):
        hero, thing = genders[filled["hero"]], genders[filled["thing"]]
        assert ({"m": " Il rit.", "f": " Elle rit."}[hero]) in text.replace("\n", " ")
        assert {"m": "« Content ?", "f": "« Contente ?"}[hero] in text
        assert {"m": f"Le {filled['thing']}", "f": f"La {filled['thing']}"}[thing] in text
        seen.add((hero, thing))
    assert seen == {(hero, thing) for hero in "mf" for thing in "mf"}


def test_two_children_never_have_the_same_name(ball: Kit) -> None:
    for text, filled in tellings(ball, "en", 300):
        assert filled["hero"] != filled["friend"], text


def test_a_telling_is_tidy(ball: Kit) -> None:
    texts = [text for text, _ in tellings(ball, "fr")]
    assert {text.split(",")[0] for text in texts} == {"Un matin", "Un jour"}
    assert all(len(text.split("\n\n")) == 2 for text in texts)
    assert not any(re.search(r"  |\n(?!\n)(?<!\n\n)", text) for text in texts)


def test_the_same_chance_tells_the_same(ball: Kit) -> None:
    assert tell(ball, "en", random.Random(4)) == tell(ball, "en", random.Random(4))
    assert len({text for text, _ in tellings(ball, "en")}) > 40


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (("avec {thing:un~une} {thing}", "avec l'{thing}"), "an elision before a slot"),
        (("with a {thing}", "with an {thing}"), "'an' before a slot"),
        (("{thing:Le~La} {thing} roula", "{truc} roula"), "nothing fills {truc}"),
        (("vers {friend}", "vers lui~elle"), "a stray ~"),
        (("[One morning|One day]", "[One morning|One day"), "a stray ["),
        (("contente} ?", "contente}? Oui?"), "no space before ! ? ;"),
        (("« {hero", "«{hero"), "no space inside « »"),
        (('"Happy?"', "“Happy?”"), "quotes and apostrophes are straight"),
        (("cerceau = hoop", "anneau = hoop"), "'anneau' begins with a vowel or an h"),
        (("| [m] cerceau = hoop", ""), "thing has fewer than 3 fillings"),
    ],
)
def test_a_fault_is_named(change: tuple[str, str], fault: str) -> None:
    assert change[0] in BALL
    found = list(faults(read_kit(BALL.replace(*change))))
    assert any(said.endswith(fault) for said in found), found


def test_what_is_no_kit_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="le-ballon: a kit has a part"):
        read_kit(BALL.replace("--- en", ""))
    with pytest.raises(ValueError, match="le-ballon: the slot thing"):
        read_kit(BALL.replace("[m] cerceau", "cerceau"))


def test_every_kit_of_the_project_is_without_fault() -> None:
    assert [fault for kit in all_kits() for fault in faults(kit)] == []


@pytest.mark.parametrize("language", ["fr", "en"])
def test_no_mark_is_left_over_in_any_telling(language: str) -> None:
    for kit in all_kits():
        for text, filled in tellings(kit, language, 3):
            assert not re.search(r"[{}\[\]|~]|  |^\s|\s$", text), (kit.name, text)
            whole = [slot[1] for slot in SLOT.finditer(kit.texts[language]) if slot[2] is None]
            named = Counter(whole).keys()
            for name, word in filled.items():
                assert name not in named or word.lower() in text.lower(), (kit.name, name)


def test_one_kit_in_twenty_is_held_out_whole() -> None:
    out = [kit for kit in all_kits() if held_out(kit)]
    assert len(all_kits()) / 26 < len(out) < len(all_kits()) / 16
    for language in ("fr", "en"):
        told = set(documents(language, 0))
        assert len(told) == len(all_kits()) - len(out)
        assert not told & set(heldout_documents(language))
    assert {kit.name for kit, _ in heldout_tellings("fr")} == {kit.name for kit in out}


def test_the_command_names_faults_and_tells_a_kit(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["kits"]) == 0
    assert capsys.readouterr().out == f"{len(all_kits())} kits, 0 faults\n"
    name = all_kits()[0].name
    assert main(["kits", name]) == 0
    assert capsys.readouterr().out.count("---") == 6
    assert main(["kits", "nobody"]) == 1
    assert "there is no kit called nobody" in capsys.readouterr().err


def test_the_kit_of_the_page_on_kits_can_be_told() -> None:
    text = (HERE / "README.md").read_text(encoding="utf-8")
    block = text.split("```")[1].partition("=== ")[2]
    kit = read_kit(block)
    assert not [fault for fault in faults(kit) if "words" not in fault]
    assert (
        tell(kit, "fr", random.Random(1)).filled["thing"] in tell(kit, "fr", random.Random(1)).text
    )
