"""The rules of the house: who may know whom, where words and markup live, what is in the tree."""

from __future__ import annotations

import ast
import re
import subprocess
import tomllib
from collections.abc import Collection, Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path
from typing import Any

import pytest

from panels.catalogue import PANELS
from tests.conftest import ROOT

WEB = {
    "gradio",
    "starlette",
    "fastapi",
    "uvicorn",
    "httpx",
    "jinja2",
    "plotly",
    "markupsafe",
    "pydantic",
}
MANY = {"asyncio", "concurrent", "multiprocessing", "queue", "socket"}
"""What serves several at a time: `engine/` has it, the lesson does not."""

OURS = {"gpt", "engine", "panels", "serve", "livre_ouvert", "app", "tests", "benchmarks"}
MAY_KNOW = {
    "gpt": {"gpt"},
    "engine": {"gpt", "engine", "livre_ouvert"},
    "panels": {"gpt", "engine", "panels", "livre_ouvert"},
    "serve": {"serve", "livre_ouvert"},
    "livre_ouvert": {"gpt", "panels", "serve", "livre_ouvert"},
    "livre_ouvert/__init__.py": {"livre_ouvert"},
    "livre_ouvert/settings.py": set(),
    "app.py": {"gpt", "engine", "panels", "serve", "livre_ouvert"},
    "benchmarks": {"benchmarks", "gpt", "engine", "tests"},
}
"""The floors of the house, gpt < engine < panels < app; `serve` stands beside and knows none.

The command, `livre_ouvert`, is a door like the app's; what its package itself says, where the
folders of the house are and what the host sets, stands under all.
"""

PEER = "benchmarks/plain_app.py"
"""What the classroom is measured against: a plain Gradio app, no part of the house."""

LARGEST = 9_000_000
MACHINE_PATH = re.compile(r"(?<![\w.~/:-])/(?:work|root|home|Users|mnt)/[\w.-]")


@cache
def tracked() -> list[Path]:
    """Every file that git keeps, or would keep if it were added now."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout.decode("utf-8")
    names = sorted(set(filter(None, listed.split("\0"))))
    return [path for name in names if (path := ROOT / name).is_file()]


def python_files(*places: str) -> list[Path]:
    wanted = [ROOT / place for place in places]
    return [
        path
        for path in tracked()
        if path.suffix == ".py" and any(path == each or each in path.parents for each in wanted)
    ]


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), filename=str(path))


def imports(path: Path) -> Iterator[str]:
    """The top-level names of all the modules that a file imports, wherever in it."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name_of(path)} imports by a relative name"
            yield str(node.module).split(".")[0]


def module_of(path: Path) -> str:
    """The name by which a file is imported; a package by its folder."""
    return name_of(path).removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def imported(path: Path, modules: Collection[str]) -> set[str]:
    """Which of these modules a file imports, wherever in it."""
    named = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            named |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            inside = {f"{node.module}.{alias.name}" for alias in node.names}
            named |= inside if inside <= set(modules) else {str(node.module), *inside}
    return named & set(modules)


def room(module: str) -> str:
    """Where in `panels/` a module stands: in a room of its own, or among the panels."""
    name = module.split(".")[1] if "." in module else ""
    rooms = ("screen", "catalogue", "lab", "api", "exercises", "pages", "take")
    return name if name in rooms else "panels"


def test_the_machine_knows_no_web() -> None:
    knowing = {name_of(path): set(imports(path)) & WEB for path in python_files("gpt", "engine")}
    assert {name: known for name, known in knowing.items() if known} == {}


def test_only_the_lab_and_the_app_know_gradio() -> None:
    code = python_files("app.py", "gpt", "engine", "panels", "serve", "benchmarks")
    knowing = {name_of(path) for path in code if "gradio" in imports(path)}
    room = set(map(name_of, python_files("panels/lab")))
    assert knowing <= {*room, "app.py", PEER}


@pytest.mark.parametrize("place", MAY_KNOW)
def test_each_part_knows_only_what_stands_below_it(place: str) -> None:
    files = python_files(place)
    assert files
    knowing = {name_of(path): set(imports(path)) & OURS - MAY_KNOW[place] for path in files}
    assert {name: known for name, known in knowing.items() if known} == {}


def test_what_all_stand_on_is_where_the_folders_are_and_what_the_host_sets() -> None:
    """Of the package of the command, the floors know that alone."""
    command = {module_of(path) for path in python_files("livre_ouvert")}
    floors = python_files("gpt", "engine", "panels", "serve")
    known = {name for path in floors for name in imported(path, command)}
    assert known <= {"livre_ouvert", "livre_ouvert.settings"}


def test_what_the_host_sets_is_read_in_one_place() -> None:
    """Others hand the environment on to a process, settle it for a library, or ask for a language:
    `os.environ` alone, never `environ[…]` or `environ.get`."""
    reading = [
        name_of(path)
        for path in python_files("app.py", "gpt", "engine", "panels", "serve", "livre_ouvert")
        if re.search(r"getenv|environ(\.get)?[\[(]", path.read_text("utf-8"))
    ]
    assert sorted(reading) == ["serve/beginning.py"]


def test_the_lesson_knows_of_one_reader() -> None:
    lesson = [path for path in python_files("gpt") if "training" not in path.parts]
    knowing = {name_of(path): set(imports(path)) & MANY for path in lesson}
    assert {name: known for name, known in knowing.items() if known} == {}


def test_the_first_words_of_the_engine_name_its_every_file() -> None:
    """In ten lines and a title: who waits where, what is shared, what is bounded."""
    told = ast.get_docstring(tree(ROOT / "engine" / "__init__.py")) or ""
    files = {path.stem for path in python_files("engine")} - {"__init__"}
    assert set(re.findall(r"`(\w+)`", told)) == files
    assert len(told.splitlines()) <= 12


def test_no_file_is_imported_by_what_it_imports() -> None:
    """The order that it takes is one in which the whole house can be read from the ground up."""
    code = python_files("app.py", "gpt", "engine", "panels", "serve", "livre_ouvert")
    modules = {module_of(path): path for path in code}
    known = {
        module: {name for name in imported(path, modules) if name != module}
        for module, path in modules.items()
    }
    assert list(TopologicalSorter(known).static_order())


def test_beside_the_panels_stands_their_catalogue_alone() -> None:
    files = {path.stem for path in python_files("panels") if path.parent.name == "panels"}
    assert files == {*PANELS, "catalogue", "__init__"}


def test_the_rooms_of_the_panels_stand_on_each_other() -> None:
    """What all share, panels, catalogue, lab, API, exercises, pages, what is taken away."""
    files = python_files("panels")
    modules = {module_of(path): path for path in files}
    floors = ["screen", "panels", "catalogue", "lab", "api", "exercises", "pages", "take"]
    for path in files:
        above = set(floors[floors.index(room(module_of(path))) + 1 :])
        known = {name for name in imported(path, modules) if room(name) in above}
        assert not known, f"{name_of(path)} imports {known}"


def test_the_tests_stand_as_the_code_does() -> None:
    """A folder of code has a folder of tests, or it and all below it have one file of tests."""
    own = {"tests", "tests/browser", "tests/offline"}
    files = python_files("tests")
    folders = {name_of(path.parent).removeprefix("tests/") for path in files}
    folders -= {folder.removeprefix("tests/") for folder in own} | own
    named = {name_of(path).removeprefix("tests/").removesuffix(".py") for path in files}
    code = {
        path.parent for path in python_files("gpt", "engine", "panels", "serve", "livre_ouvert")
    }
    for folder in code:
        tested = {name_of(folder)}
        for place in (folder, *folder.parents):
            tested.add(f"{name_of(place.parent)}/test_{place.name}")
            if place.parent == ROOT:
                break
        assert tested & (folders | named), f"{name_of(folder)} has no tests of its own"
    assert folders <= {name_of(each) for each in code}


def test_nothing_imports_the_app() -> None:
    assert [name_of(path) for path in python_files(".") if "app" in imports(path)] == []


def test_the_dress_holds_no_python() -> None:
    assert python_files("site") == []
    assert not (ROOT / "site.py").exists()


def test_the_server_keeps_no_visitor_and_no_template_runs_code() -> None:
    banned = {"State", "html_template", "unload", "DeepLinkButton"}
    found = []
    for path in python_files("app.py", "panels", "serve"):
        for node in ast.walk(tree(path)):
            gradio_name = (
                isinstance(node, ast.Attribute)
                and isinstance(node.value, ast.Name)
                and node.value.id == "gr"
                and node.attr in banned
            )
            argument = isinstance(node, ast.keyword) and node.arg in banned
            event = isinstance(node, ast.Attribute) and node.attr == "unload"
            if gradio_name or argument or event:
                found.append(f"{name_of(path)}:{getattr(node, 'lineno', '?')}")
    assert found == []


def test_python_draws_no_markup() -> None:
    """Markup is `site/`'s; the place that must speak it says why in its own docstring."""
    allowed = {"serve/gradio_page.py"}
    tag = re.compile(r"</?(a|b|button|div|em|h[1-6]|li|p|section|span|strong|svg|table|td|tr|ul)\b")
    found = {
        name_of(path)
        for path in python_files("app.py", "panels", "serve")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and tag.search(node.value)
    }
    assert found - allowed == set()


def test_python_speaks_no_french() -> None:
    """A word with an accent in the code of a page belongs in `site/words`; our name is a name."""
    name = "GPT à livre ouvert"
    accent = re.compile(r"[àâçéèêëîïôùûœ]", re.IGNORECASE)
    found = []
    for path in python_files("panels", "serve", "livre_ouvert"):
        said = [
            node
            for node in ast.walk(tree(path))
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        ]
        explained = {id(node) for node in _docstrings(tree(path))}
        found += [
            f"{name_of(path)}:{node.lineno}"
            for node in said
            if id(node) not in explained and accent.search(str(node.value).replace(name, ""))
        ]
    assert found == []


def test_templates_hold_no_words() -> None:
    """Between the tags of a panel or a figure stand only what is filled in, numbers and signs."""
    found, names = [], {"GPT", "GELU"}
    folders = [ROOT / "site" / "panels", ROOT / "site" / "figures"]
    for path in sorted(path for folder in folders for path in folder.iterdir()):
        text = path.read_text("utf-8")
        bare = re.sub(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}", " ", text, flags=re.S)
        bare = re.sub(r"<[^>]*>|&\w+;", " ", bare)
        words = re.findall(r"[^\W\d_]{3,}", bare)
        found += [f"{path.name}: {word}" for word in words if word not in names]
    assert found == []


def word_files() -> list[tuple[Path, Path]]:
    """Every French file of words beside its English one."""
    folder = ROOT / "site" / "words"
    french = sorted(path for path in folder.glob("*.toml") if path.stem.split(".")[-1] == "fr")
    return [(path, path.with_name(re.sub(r"fr\.toml$", "en.toml", path.name))) for path in french]


def keys(table: dict[str, Any], prefix: str = "") -> dict[str, str]:
    """The dotted keys of a table, and what stands under each: a text, or a list of so many."""
    found: dict[str, str] = {}
    for key, value in table.items():
        if isinstance(value, dict):
            found |= keys(value, f"{prefix}{key}.")
        else:
            found[prefix + key] = f"list of {len(value)}" if isinstance(value, list) else "text"
    return found


def test_both_languages_have_the_same_words() -> None:
    pairs = word_files()
    assert len(pairs) == len(list((ROOT / "site" / "words").glob("*.toml"))) / 2
    assert pairs
    for french, english in pairs:
        one, other = (tomllib.loads(path.read_text("utf-8")) for path in (french, english))
        assert keys(one) == keys(other), french.name


def test_both_languages_fill_the_same_blanks() -> None:
    blanks = re.compile(r"\{(\w+)")
    for french, english in word_files():
        one, other = (leaves(tomllib.loads(path.read_text("utf-8"))) for path in (french, english))
        for key in one:
            if not key.endswith((".one", ".other")):
                assert set(blanks.findall(one[key])) == set(blanks.findall(other[key])), key


def leaves(table: dict[str, Any], prefix: str = "") -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in table.items():
        if isinstance(value, dict):
            found |= leaves(value, f"{prefix}{key}.")
        else:
            found[prefix + key] = str(value)
    return found


def test_french_signs_stand_off_by_a_no_break_space() -> None:
    loose = re.compile(
        r"[^\s\u202f\u00a0:!?;.…] ?[;!?](?=\s|$)|(?<=\w) ?:(?=\s)|«[^\u202f\u00a0]|[^\u202f\u00a0]»"
    )
    found = []
    for french, _ in word_files():
        for key, text in leaves(tomllib.loads(french.read_text("utf-8"))).items():
            if loose.search(text):
                found.append(f"{french.name} {key}: {text}")
    assert found == []


def test_no_file_is_too_large_for_a_space() -> None:
    assert [name_of(path) for path in tracked() if path.stat().st_size > LARGEST] == []


def test_no_file_names_a_place_on_a_machine() -> None:
    found = []
    for path in tracked():
        if b"\0" in path.read_bytes():
            continue
        for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1):
            if MACHINE_PATH.search(line):
                found.append(f"{name_of(path)}:{number}")
    assert found == []


def test_the_story_has_the_same_pages_in_both_languages() -> None:
    french, english = (
        {
            path.relative_to(ROOT / "docs" / language).as_posix()
            for path in tracked()
            if ROOT / "docs" / language in path.parents
        }
        for language in ("fr", "en")
    )
    assert french == english


def _docstrings(module: ast.Module) -> Iterator[ast.Constant]:
    """Strings that stand alone as a statement: what explains the code to its reader."""
    for node in ast.walk(module):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            yield node.value
