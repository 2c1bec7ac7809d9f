"""Executes notebooks from top to bottom with nbclient.

    run.py check <notebook>...     throws the outputs away
    run.py record <notebook>...    writes them into the files

Prints one line a notebook, and for the first cell that fails its source and its error. Called by scripts/notebooks.mjs.
"""

import hashlib
import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

SECONDS_A_CELL = 900


def sources_hash(notebook):
    """Says which code the outputs come from; test/repository/notebooks.test.ts computes the same."""
    sources = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    return hashlib.sha256("\0".join(sources).encode()).hexdigest()


def execute(path):
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        kernel_name="deno",
        timeout=SECONDS_A_CELL,
        record_timing=False,
        resources={"metadata": {"path": str(path.parent)}},
    )
    client.execute()
    return notebook


def complaint(notebook):
    """A cell may succeed and still print to stderr: a warning that no reader should meet."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if output.output_type == "stream" and output.name == "stderr":
                return output.text.strip().splitlines()[0]
    return None


def write(path, notebook):
    for cell in notebook.cells:
        cell.metadata = {}
    kept = {name: notebook.metadata[name] for name in ("kernelspec", "language_info")}
    kept["language_info"] = {"file_extension": ".ts", "mimetype": "text/x.typescript", "name": "typescript"}
    notebook.metadata = nbformat.from_dict({**kept, "evenkeel": {"sources": sources_hash(notebook)}})
    nbformat.validate(notebook)
    nbformat.write(notebook, path)


def main(mode, paths):
    failed = 0
    for path in map(Path, paths):
        start = time.monotonic()
        try:
            notebook = execute(path)
            problem = complaint(notebook)
            if problem:
                problem = f"it printed to stderr: {problem}"
        except CellExecutionError as error:
            problem = f"a cell failed\n{error}"
        seconds = time.monotonic() - start
        if problem:
            failed += 1
            print(f"{path.name}: {problem}", flush=True)
            continue
        if mode == "record":
            write(path, notebook)
        print(f"{path.name}: ran from top to bottom in {seconds:.0f} s", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
