"""A child asks, a grown-up answers."""

from __future__ import annotations

from gpt.training.knowledge.datafiles import phrases
from gpt.training.knowledge.fact import Fact
from gpt.training.knowledge.filters import capitalise
from gpt.training.knowledge.frame import children
from gpt.training.knowledge.pattern import choose
from gpt.training.knowledge.telling import Telling

COLON = {"en": ": ", "fr": " : "}


def dialogue(facts: list[Fact], telling: Telling) -> str:
    """Facts that have questions, at least two, as talk between two people."""
    rng, language = telling.rng, telling.language
    child = rng.choice(children(language))
    grown_up = rng.choice(phrases("grown-ups", language))
    as_script = rng.random() < 0.3
    opens = not as_script and rng.random() < 0.5
    turns = []
    for fact in facts:
        question, short = telling.question(fact)
        in_full = rng.random() < 0.6
        turns.append((question, telling.full_answer(fact, short) if in_full else short))
    # A quotation would stand within quotation marks: rather "Tom: …"
    as_script |= language == "en" and any('"' in question + answer for question, answer in turns)

    def spoken(name: str, **said: str) -> str:
        text = choose(rng.choice(phrases(name, language)), rng)
        for blank, words in {"name": child, "grown": grown_up, **said}.items():
            text = text.replace("{" + blank + "}", words)
        return capitalise(text)

    lines = [spoken("dialogue openings")] if opens else []
    for question, answer in turns:
        if as_script:
            lines.append(child + COLON[language] + question)
            lines.append(capitalise(grown_up) + COLON[language] + answer)
        else:
            lines.append(
                _addressed(question, grown_up, telling) or spoken("asking", question=question)
            )
            lines.append(spoken("answering", **_answer(answer)))
    if not as_script and rng.random() < 0.3:
        lines.append(spoken("dialogue ends"))
    return ("\n" if as_script or rng.random() < 0.4 else "\n\n").join(lines)


def _answer(answer: str) -> dict[str, str]:
    """The answer, and the answer as it stands before "says Mum"."""
    with_comma = answer[:-1] + "," if answer.endswith(".") else answer
    return {"answer": answer, "answer,": with_comma}


def _addressed(question: str, grown_up: str, telling: Telling) -> str | None:
    """« Dis-moi, maman, où… », one time in five, where the question may go on in small letters."""
    suits = telling.language == "fr" and not grown_up.startswith(("la ", "le "))
    if (
        not suits
        or telling.rng.random() > 0.2
        or question.split()[0] not in phrases("question words", "fr")
    ):
        return None
    return f"— Dis-moi, {grown_up}, {question[0].lower() + question[1:]}"
