"""What is recorded of the exams at a snapshot."""

from __future__ import annotations

from gpt.training.exams.snapshot import answered, asked
from tests.gpt.training.exams.parrots import parrot, words_of
from tests.gpt.training.exams.test_guess import Line


def test_each_opening_has_its_answer_and_only_kept_facts_count() -> None:
    told = ("Once upon a time, said Paris", "Le ciel est bleu.")
    model = parrot(words_of(*told), *told)
    questions = [
        Line("Once upon a", ("time",), kept=True),
        Line("Once upon a", ("day",), kept=True),
        Line("Once upon a", ("night",)),
        Line("Le ciel est", ("bleu",), language="fr", new=True, kept=True),
    ]
    found = answered(model, questions)
    by_prompt = dict(zip([each["prompt"] for each in asked()], found["answers"], strict=True))
    assert by_prompt["Please tell me a story. Once upon a"] == ["time", 1]
    assert by_prompt["My name is Anna and my brother's name is Ben. My brother is called"][1] == 0
    assert found["cloze"] == {
        "told": {"en": 0.5, "fr": None},
        "new": {"en": None, "fr": 1.0},
    }
