"""Start here: `python app.py` opens the site at http://127.0.0.1:7860; HOST and PORT change that.

What follows is the way of a request, read backwards: the pages, the lab, the panels and our other
addresses beside them, the layers around all, the door.
"""

# ruff: noqa: I001
from serve import beginning  # first: Gradio reads its environment when it is imported

import sys
from functools import partial
from typing import Any

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from engine import process
from engine.crew import Elsewhere
from engine.leaving import left
from livre_ouvert import root, settings
from panels.api import calls, document, writing
from panels.exercises import routes as exercises
from panels.lab import demo as lab
from panels.lab.layout import PAGES
from panels.lab.running import stepping
from panels.lab.screen import without_script
from panels.pages import building, routes as panels
from panels.screen.drawing import draw_page_part
from panels.screen.words import words_of
from panels.take import routes as take
from panels.take.embed import embed
from serve import connections, log, origins, seldom
from serve.addresses import routes
from serve.api import Api, api_routes
from serve.door import DoorError, door
from serve.errors import on_http_exception, on_invalid
from serve.exercises import exercise_routes
from serve.gradio_page import Page
from serve.host import host_routes
from serve.language import LANGUAGES
from serve.layers import layers
from serve.line import Line
from serve.metrics import Metrics
from serve.pages import page_routes
from serve.panels import panel_routes
from serve.runs import run_routes


def main() -> None:
    """Serves until Ctrl-C or SIGTERM, then leaves with 0; a sentence and 1 if it cannot listen."""
    log.begin()
    try:
        host, port = door()
    except DoorError as sentence:
        sys.exit(str(sentence))

    log.begin(settings.LOG.of())
    try:
        pages = building.build()
    except building.BuildError as said:
        sys.exit(str(said))

    demo, parts, papers, api, step = helped()
    process.crew.start(Elsewhere(building.made_of, helped))
    line = Line(process.crew.at_once)
    metrics = Metrics(process.figures, line)
    ours = routes(
        process.ready,
        line,
        parts,
        page_routes(pages, LANGUAGES),
        api_routes(api, line),
        host_routes(metrics, settings.HOST_TOKEN.of()),
    )
    ours += [*papers, *run_routes(step, line)]
    seldom.hush()
    connections.told(connections.files())
    events = {
        number: len(asked.inputs)
        for number, asked in demo.fns.items()
        if asked.fn is not None  # some act in the page alone
    }
    looks = dict(lab.LAUNCH)
    head = looks.pop("head", "")
    demo.launch(
        server_name=host,
        server_port=port,
        root_path="",
        share=False,
        ssr_mode=False,
        show_error=False,
        run_history=False,
        footer_links=[],
        enable_monitoring=False,
        mcp_server=False,
        pwa=False,
        num_workers=0,
        max_file_size="1kb",
        max_threads=8,
        state_session_capacity=500,
        strict_cors=True,
        quiet=True,
        prevent_thread_lock=True,
        app_kwargs={
            "openapi_url": None,
            "lifespan": origins.outermost(settings.ORIGINS.of()),
            "routes": ours,
            "middleware": layers(ours, gradio_pages(head), events, line, left, metrics),
            "exception_handlers": {
                HTTPException: on_http_exception,
                RequestValidationError: on_invalid,
            },
        },
        **looks,
    )
    beginning.over()
    process.start_loading()
    here = f"{demo.local_url}{root().removeprefix('/')}"
    print(f"Le labo est ouvert · The lab is open: {here}", flush=True)
    try:
        beginning.wait()
    finally:
        demo.close(verbose=False)


def helped() -> tuple[Any, ...]:
    """All that helpers are asked for: the lab, the panels, the exercises, the API, a run's step."""
    demo = lab.blocks()
    demo.queue(api_open=False)
    drawing, page = (
        process.crew.helped(partial(draw, process.models), about)
        for draw in (panels.drawing, panels.page)
    )
    exercising = (
        process.crew.helped(partial(draw, process.models), lambda *asked: asked[1])
        for draw in (exercises.page, exercises.answered, exercises.sheet, exercises.key)
    )
    papers = exercise_routes(*exercising)
    taken = process.crew.helped(partial(take.taken, process.models), about)
    bench = process.crew.helped(partial(embed, process.models), about)
    api = Api(
        tuple(calls.CALLS),
        process.crew.helped(
            partial(calls.answered, process.models), lambda _, sent, *__: calls.about(sent)
        ),
        process.crew.helped(
            partial(writing.written, process.models), lambda sent, *_: calls.about(sent)
        ),
        document.told_of(process.models),
    )
    step = stepping()
    return demo, panel_routes(drawing, page, taken, bench), papers, api, step


def about(*asked: Any) -> Any:
    """What a call for a panel is about: the prompt of its query, which comes last."""
    return asked[-1].get("prompt")


def gradio_pages(head: str) -> dict[str, Page]:
    """What each Gradio page says of itself, by its address."""
    return {
        PAGES[language][1]: Page(
            language,
            words_of(language)("site.page"),
            words_of(language)("site.description"),
            head + draw_page_part("sandboxed.html", language, {}),
            without_script(language),
        )
        for language in LANGUAGES
    }


if __name__ == "__main__":
    main()
