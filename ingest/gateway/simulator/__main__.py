"""Serve until interrupted."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from archive.private_file import private_text
from ingest.gateway.simulator.server import Simulator


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m ingest.gateway.simulator")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--system-id", default="tangthu")
    secret = parser.add_mutually_exclusive_group()
    secret.add_argument("--secret", default="tangthu", help="seen by everybody who lists processes")
    secret.add_argument("--secret-file", type=Path, help="a file only its owner can read")
    options = parser.parse_args(arguments)
    known = private_text(options.secret_file) if options.secret_file else options.secret
    server = Simulator(options.folder, system_id=options.system_id, secret=known, port=options.port)
    print(f"gateway simulator at {server.url}, serving {options.folder}", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
    finally:
        server.server_close()


if __name__ == "__main__":
    main()
