"""Python runs this before the app when this folder is on PYTHONPATH: the network is cut.

Every attempt to look up or reach another machine is written to the file named by FOREIGN_HOSTS, and
fails as it would without a network.
"""

import os
import sys
from typing import Any

OWN = ("localhost", "127.0.0.1", "0.0.0.0", "::1", "", None)


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.getaddrinfo":
        host = arguments[0]
    elif event == "socket.connect" and isinstance(arguments[1], tuple):
        host = arguments[1][0]
    else:
        return
    if host not in OWN:
        with open(os.environ["FOREIGN_HOSTS"], "a", encoding="utf-8") as record:
            record.write(f"{event} {host}\n")
        raise OSError(f"the network is cut: {host}")


sys.addaudithook(_watch)
