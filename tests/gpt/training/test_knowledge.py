"""What every child knows: the words are right, the facts are the tables', a pass is whole."""

from __future__ import annotations

import hashlib
import itertools
import os
import random
import re
import subprocess
import sys
from functools import cache

import pytest

from gpt.training.knowledge import Cloze, cloze, documents
from gpt.training.knowledge.datafiles import FOLDER, phrases, read
from gpt.training.knowledge.english import a
from gpt.training.knowledge.fact import Fact, facts
from gpt.training.knowledge.filters import apply
from gpt.training.knowledge.french import au, de, en, le, que
from gpt.training.knowledge.numbers import in_words
from gpt.training.knowledge.passes import Document, documents_of, one_pass
from gpt.training.knowledge.pattern import sentence, words
from gpt.training.knowledge.tables import parse, tables
from gpt.training.knowledge.telling import Telling
from gpt.training.knowledge.verses import verses
from tests.conftest import ROOT

LANGUAGES = ("en", "fr")
PASSES = 3

ASPIRATED = (
    "hache hêtre haricot hérisson hibou Hongrie hockey homard houx huit Hambourg Havane haut"
    " héros Hanoï hangar halte hâte"
)


@cache
def read_passes(language: str) -> tuple[tuple[Document, ...], ...]:
    return tuple(tuple(one_pass(language, number)) for number in range(PASSES))


def texts(language: str, *but: str) -> str:
    """What the first passes tell, without the kinds named."""
    told = [d.text for one in read_passes(language) for d in one if d.kind not in but]
    return "\n\n".join(told)


def flat(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def found(pattern: str, text: str) -> list[str]:
    """Every place where the pattern stands, with what stands around it."""
    return [text[max(0, m.start() - 30) : m.end() + 30] for m in re.finditer(pattern, text)]


def lines_of(language: str) -> list[Cloze]:
    return [line for line in cloze() if line.language == language]


# The words


@pytest.mark.parametrize(
    ("noun", "with_le", "with_de", "with_au"),
    [
        ("une vache", "la vache", "de la vache", "à la vache"),
        ("un hibou", "le hibou", "du hibou", "au hibou"),
        ("une herbe", "l'herbe", "de l'herbe", "à l'herbe"),
        ("du pain", "le pain", "du pain", "au pain"),
        ("de l'eau", "l'eau", "de l'eau", "à l'eau"),
        ("les Pays-Bas", "les Pays-Bas", "des Pays-Bas", "aux Pays-Bas"),
        ("Le Caire", "le Caire", "du Caire", "au Caire"),
        ("La Havane", "La Havane", "de La Havane", "à La Havane"),
        ("Anvers", "Anvers", "d'Anvers", "à Anvers"),
        ("Hambourg", "Hambourg", "de Hambourg", "à Hambourg"),
    ],
)
def test_french_articles(noun: str, with_le: str, with_de: str, with_au: str) -> None:
    assert (le(noun), de(noun), au(noun)) == (with_le, with_de, with_au)


def test_in_french_countries() -> None:
    countries = ("la France", "l'Italie", "le Maroc", "les États-Unis", "Cuba", "Haïti")
    said = [en(country) for country in countries]
    assert said == ["en France", "en Italie", "au Maroc", "aux États-Unis", "à Cuba", "en Haïti"]


def test_que_loses_its_vowel_before_another() -> None:
    assert [que(clause) for clause in ("elle dort", "huit font huit", "la vache dort")] == [
        "qu'elle dort",
        "que huit font huit",
        "que la vache dort",
    ]


def test_a_or_an() -> None:
    said = [a(word) for word in ("owl", "hour", "unicorn", "ewe", "uncle", "cow", "the sea")]
    assert said == ["an owl", "an hour", "a unicorn", "a ewe", "an uncle", "a cow", "the sea"]


@pytest.mark.parametrize(
    ("how", "cell", "result"),
    [
        ("Le", "une vache", "La vache"),
        ("c'est/ce sont", "les Pays-Bas", "ce sont"),
        ("c'est/ce sont", "la France", "c'est"),
        ("is/are", "pancakes", "are"),
        ("is/are", "glass", "is"),
        ("celui", "une infirmière", "celle"),
        ("mots", "71", "soixante et onze"),
        ("Words", "45", "Forty-five"),
        ("pluriel", "un oiseau", "oiseaux"),
        ("half", "Better late than <never>.", "Better late than"),
    ],
)
def test_filters(how: str, cell: str, result: str) -> None:
    assert apply(how, cell) == result


def test_numbers_in_words() -> None:
    assert [in_words(n, "fr") for n in (0, 16, 21, 70, 80, 81, 99, 100)] == [
        "zéro",
        "seize",
        "vingt et un",
        "soixante-dix",
        "quatre-vingts",
        "quatre-vingt-un",
        "quatre-vingt-dix-neuf",
        "cent",
    ]
    assert [in_words(n, "en") for n in (0, 12, 40, 99)] == [
        "zero",
        "twelve",
        "forty",
        "ninety-nine",
    ]


# The files


def test_a_pattern_may_choose_name_and_ask() -> None:
    cells = {"country": "the Netherlands", "capital": "Amsterdam"}
    pattern = "[In|In] {country:bare}, {Country} has <capital>, a <city>."
    told = sentence(pattern, cells, random.Random(0))
    assert told == "In Netherlands, The Netherlands has Amsterdam, a city."


def test_each_pattern_can_be_told_of_its_rows() -> None:
    """Of the first and the last row that it fits: a typing error in a filter ends here."""
    rng = random.Random(0)
    for language in LANGUAGES:
        fitting: dict[str, list[Fact]] = {}
        for fact in facts(language):
            for pattern in (*fact.cycle, *fact.questions, *fact.pairs, *fact.unseen):
                fitting.setdefault(pattern, []).append(fact)
        for pattern, of in fitting.items():
            for fact in (of[0], of[-1]):
                told = words(pattern, fact.cells, rng)
                assert not re.search(r"[{}<\[\]]", told.replace("=>", "")), told


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("France | Paris\n", "file.txt, line 1: no section begins"),
        ("[table capitals]\ncolumns: a | b\nFrance | Paris | Seine\n", "2 cells are expected"),
    ],
)
def test_a_typing_error_in_a_file_is_named(text: str, error: str) -> None:
    with pytest.raises(ValueError, match=re.escape(error)):
        parse(read(text, "file.txt")[0])


def test_no_row_stands_twice_in_a_table() -> None:
    for name, rows in tables().items():
        keys = [row.key for row in rows]
        assert sorted(set(keys)) == sorted(keys), name


def test_the_same_facts_are_kept_in_both_languages() -> None:
    by_language = [{(f.relation, f.key): f.kept for f in facts(x)} for x in LANGUAGES]
    shared = by_language[0].keys() & by_language[1].keys()
    assert len(shared) > 1500
    assert [key for key in shared if by_language[0][key] != by_language[1][key]] == []
    for kept in by_language:
        assert sum(kept.values()) / len(kept) == pytest.approx(0.8, abs=0.03)


# A pass


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_pass_depends_on_its_number_alone(language: str) -> None:
    first = documents(language, 2)
    documents(language, 7)
    assert documents(language, 2) == first == [d.text for d in read_passes(language)[2]]


def test_another_process_tells_the_same() -> None:
    """Whatever its hash seed: nothing depends on the order of a set. It imports no PyTorch."""
    program = """
import hashlib, sys, types
for name in ("gpt", "gpt.training"):
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].__path__ = [name.replace(".", "/")]
from gpt.training.knowledge import cloze, documents
print(hashlib.sha256(repr([documents("fr", 2), documents("en", 2), cloze()]).encode()).hexdigest())
"""
    environment = {**os.environ, "PYTHONHASHSEED": "4"}
    other = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    here = repr([documents("fr", 2), documents("en", 2), cloze()])
    assert hashlib.sha256(here.encode()).hexdigest() == other


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_pass_tells_everything(language: str) -> None:
    telling = Telling(language, 11)
    told = flat("\n".join(document.text for document in documents_of(telling)))
    assert [fact.key for fact in facts(language) if not telling.told[fact]] == []
    for verse in verses(language):
        assert flat(re.sub("[<>]", "", " ".join(verse.lines))) in told, verse.title


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_fact_told_twice_is_told_twice(language: str) -> None:
    telling = Telling(language, 0)
    documents_of(telling)
    rarely = [fact.key for fact in facts(language) if telling.told[fact] < fact.often]
    assert rarely == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_next_pass_uses_other_words(language: str) -> None:
    passes = [
        {
            line
            for document in one
            if document.kind in ("fact", "pair")
            for line in re.split(r"(?<=[.!?])\s+", document.text)
            if len(line.split()) >= 6
        }
        for one in read_passes(language)
    ]
    for one, following in itertools.pairwise(passes):
        assert len(one & following) < 0.1 * len(one)


def test_a_fact_is_told_in_another_pattern_by_the_next_pass() -> None:
    capital = next(f for f in facts("en") if (f.relation, f.key) == ("capital", "Poland"))
    told = [Telling("en", number).sentence(capital) for number in range(len(capital.cycle))]
    assert all(one != following for one, following in itertools.pairwise(told))
    assert told.count("The capital of Poland is Warsaw.") == 2  # the plainest words, twice a cycle


@pytest.mark.parametrize(("language", "kilobytes"), [("fr", 268), ("en", 228)])
def test_a_pass_is_as_long_as_ever(language: str, kilobytes: int) -> None:
    for one in read_passes(language):
        size = sum(len(document.text.encode()) + 15 for document in one)
        kinds = {kind: sum(d.kind == kind for d in one) for kind in ("verse", "sequence", "game")}
        assert size / 1000 == pytest.approx(kilobytes, rel=0.05)
        assert kinds == {"verse": len(verses(language)), "sequence": 28, "game": 68}


# What is told


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_mark_is_left(language: str) -> None:
    text = texts(language).replace("->", "")
    assert found(r"[{}<>\[\]|*]|=>|\+\+|//", text) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_plain_signs_and_single_spaces(language: str) -> None:
    text = texts(language)
    assert found(r"[’“”…]|[ \t]{2}|\n{3}|[ \t]\n|\n[ \t]|\u00a0|\u202f", text) == []
    assert found(r"(?<!\.)\.\.(?!\.)|\.,|,\.|\?\.|!\.|,,|;\.|:\.", text) == []


def test_french_spaces_before_high_signs() -> None:
    assert found(r"[\w»][!?;:](?!\d)|[«][^ ]|[^ ]»", texts("fr")) == []


def test_english_signs_stand_close() -> None:
    assert found(r" (?:[!?;:,]|\.(?!\.))", texts("en")) == []


def test_french_elisions() -> None:
    text = texts("fr", "pair")  # « le mot anglais pour je est I »
    told = found(
        r"\b(?:[dD]e|[qQ]ue|[lL]a|[jJ]e|[nN]e|[sS]e|[mM]e|[tT]e) "
        r"(?!oui|onz|un\b|Ouaga)[aeiouéèêâîôœhAEIOUÉÈÊÎÔH]\w+",
        text,
    )
    wrong = [place for place in told if not re.search(aspirated(), place)]
    assert wrong == []
    assert found(r"\b(?:[lL]e) (?!oui|onz|ensemble)[aeiouéèêâîôœAEIOUÉÈÊÎÔ]\w+", text) == []
    assert found(r"\b(?:de le|de les|à le|à les|si il)\b", text) == []


def aspirated() -> str:
    return r"(?i)\b(?:" + "|".join(ASPIRATED.split()) + r")\w*"


def test_french_does_not_elide_before_an_aspirated_h() -> None:
    assert found(r"(?i)\b(?:l|d|qu|s)'(?:" + "|".join(ASPIRATED.split()) + ")", texts("fr")) == []


def test_english_articles() -> None:
    text = texts("en")
    assert found(r"\b[Aa] (?!one|uni|use|eu|ewe|or\b)[aeiouAEIOU]\w", text) == []
    assert found(r"\b[Aa]n (?!hour|honest)[^aeiouAEIOU\W]", text) == []
    assert found(r"\b(?:the the|a an|an an|the a|a the)\b", text) == []


def test_documents_hold_one_language() -> None:
    """Apart from those about the words of both."""
    french = r"(?:le|les|une|des|dans|est|sont|qui|avec|pour|sur|et|du|un|il|elle|nous|vous)"
    english = r"(?:the|and|with|what|which|they|you|says|is|are|of|from|he|she|we|it|not)"
    assert found(rf"\b{french}\b|[êœùîïû]", texts("en", "pair")) == []
    assert found(rf"\b{english}\b", texts("fr", "pair")) == []


def test_word_pairs_stay_among_themselves() -> None:
    assert "French word" not in texts("en", "pair")
    assert "mot anglais" not in texts("fr", "pair")
    assert "French word" in texts("en")
    assert "mot anglais" in texts("fr")


# The cloze test


def test_the_cloze_test_covers_both_languages() -> None:
    for language in LANGUAGES:
        lines = lines_of(language)
        assert len(lines) > 750
        assert sum(line.new for line in lines) > 200
        assert 0.15 < sum(not line.kept for line in lines) / len(lines) < 0.3
        assert len({line.prompt for line in lines}) == len(lines)


def test_cloze_prompts_stop_before_their_answer() -> None:
    for line in cloze():
        assert line.prompt == line.prompt.strip()
        assert all(word == word.strip() != "" for word in line.expected)
        assert len(set(line.expected)) == len(line.expected)
        assert not re.search(r"[{}<>\[\]|]|  ", line.prompt + line.expected[0])


@pytest.mark.parametrize("language", LANGUAGES)
def test_new_phrasings_are_never_told(language: str) -> None:
    told = flat(texts(language))
    assert [line.prompt for line in lines_of(language) if line.new and line.prompt in told] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_known_phrasings_are_told_with_their_answer(language: str) -> None:
    """In the passes read here, or when the turn of their pattern comes."""
    read_here, later = flat(texts(language)), in_turn(language)
    missing = [
        line.prompt
        for line in lines_of(language)
        if not line.new
        and line.table not in ("game", "sequence")
        and f"{line.prompt} {line.expected[0]}" not in read_here
        and f"{line.prompt} {line.expected[0]}" not in later
    ]
    assert missing == []


def in_turn(language: str) -> str:
    """Every pattern that may be asked for, told of every fact; one with choices twelve times."""
    return "\n".join(
        sentence(pattern, fact.cells, random.Random(seed))
        for fact in facts(language)
        for pattern in sorted(set(fact.clozes) & set(fact.cycle))
        for seed in range(12 if "[" in pattern else 1)
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_sequences_are_told(language: str) -> None:
    told = texts(language)
    missing = [
        line.prompt
        for line in lines_of(language)
        if line.table == "sequence" and f"{line.prompt} {line.expected[0]}" not in told
    ]
    assert len(missing) <= 2  # in three passes


def test_answers_to_sums_are_right() -> None:
    checked = 0
    signs = {
        "+": "+",
        "-": "-",
        "x": "*",
        "plus": "+",
        "minus": "-",
        "moins": "-",
        "times": "*",
        "fois": "*",
    }
    for line in cloze():
        match = re.match(r"(\d+) (\+|-|x|plus|minus|moins|times|fois) (\d+)\b", line.prompt)
        if match and line.table in ("sum", "difference", "times"):
            x, sign, y = int(match[1]), signs[match[2]], int(match[3])
            assert line.expected[0] == str({"+": x + y, "-": x - y, "*": x * y}[sign]), line
            checked += 1
    assert checked > 10


@pytest.mark.parametrize(
    ("relation", "en_columns", "fr_columns"),
    [
        ("capital", ("country", "capital"), ("pays", "capitale")),
        ("continent", ("country", "continent"), ("pays", "continent_fr")),
        ("river", ("town", "river"), ("ville", "fleuve")),
        ("animal baby", ("animal", "baby"), ("bête", "petit")),
        ("animal food", ("animal", "food"), ("bête", "nourriture")),
        ("room", ("thing", "room"), ("chose", "pièce")),
    ],
)
def test_answers_are_those_of_the_table(
    relation: str, en_columns: tuple[str, str], fr_columns: tuple[str, str]
) -> None:
    """One cell of the row stands in the prompt, the other is the answer."""
    for line in cloze():
        if line.table != relation:
            continue
        one, other = en_columns if line.language == "en" else fr_columns
        answer, prompt = line.expected[0], line.prompt.lower()
        rows = [fact.cells for fact in facts(line.language) if fact.relation == relation]
        pairs = [(bare(row[one]), bare(row[other])) for row in rows]
        pairs += [(two, first) for first, two in pairs]
        assert any(asked.lower() in prompt and told == answer for asked, told in pairs), line


def bare(noun: str) -> str:
    return noun if noun == "Le Caire" else apply("bare", noun)


def test_answers_about_days_and_months_are_right() -> None:
    after = {
        "en": r"(?:After|The (?:day|month) after) (\w+) (?:comes|is)",
        "fr": r"Après (\w+), c'est",
    }
    checked = 0
    for line in cloze():
        match = re.fullmatch(after[line.language], line.prompt)
        if match and line.table in ("day", "month"):
            names = phrases(f"{line.table}s", line.language)
            following = names[(names.index(match[1]) + 1) % len(names)]
            assert line.expected[0] == following
            checked += 1
    assert checked > 0


def test_games_have_their_answer_in_the_prompt() -> None:
    games = [line for line in cloze() if line.table == "game"]
    assert len(games) > 60
    assert all(line.expected[0] in line.prompt for line in games)


def test_data_files_are_plain() -> None:
    for path in sorted(FOLDER.rglob("*.txt")):
        text = path.read_text(encoding="utf-8")
        assert found(r"[’“”\t\u00a0\u202f]| \n", text) == [], path.name
