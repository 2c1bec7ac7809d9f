"""Executes notebooks from top to bottom with nbclient.

    run.py check <notebook>...     throws the outputs away
    run.py record <notebook>...    writes them into the files

Prints one line a notebook, and for the first cell that fails its source and its error. Called by scripts/notebooks.mjs.
"""

import hashlib
import queue
import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionComplete, CellExecutionError

SECONDS_A_CELL = 900
# Deno's kernel now and then says that it is idle before it sends a cell's result; nbclient would go on without it.
SECONDS_FOR_LATE_OUTPUT = 0.1
SECONDS_FOR_MISSING_OUTPUT = 3


class Client(NotebookClient):
    async def async_execute_cell(self, cell, cell_index, **options):
        done = await super().async_execute_cell(cell, cell_index, **options)
        if cell.cell_type == "code":
            await self.take_late_outputs(cell, cell_index)
        return done

    async def take_late_outputs(self, cell, cell_index):
        while True:
            seconds = SECONDS_FOR_LATE_OUTPUT if cell.outputs else SECONDS_FOR_MISSING_OUTPUT
            try:
                message = await self.kc.get_iopub_msg(timeout=seconds)
                self.process_message(message, cell, cell_index)
            except queue.Empty:
                return
            except CellExecutionComplete:
                pass


def sources_hash(notebook):
    """Says which code the outputs come from; test/repository/notebooks.test.ts computes the same."""
    sources = [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    return hashlib.sha256("\0".join(sources).encode()).hexdigest()


def execute(path):
    notebook = nbformat.read(path, as_version=4)
    client = Client(
        notebook,
        kernel_name="deno",
        timeout=SECONDS_A_CELL,
        record_timing=False,
        resources={"metadata": {"path": str(path.parent)}},
    )
    client.execute()
    return notebook


def complaint(notebook):
    """A cell may succeed and show nothing, or print to stderr: a warning that no reader should meet."""
    for cell in notebook.cells:
        if cell.cell_type == "code" and not cell.outputs:
            return f"this cell shows nothing: {cell.source}"
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
